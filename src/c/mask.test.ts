/** One example a row of the mask table, and what the mask promises of every text. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { blankStretch } from "./blank.ts";
import { settleConditionals } from "./conditionals.ts";
import { cutBlanked } from "./cut-file.ts";
import { initC } from "./parse.ts";
import { mask, maskBody, maskOutside } from "./mask.ts";
import { maskRows } from "./mask-rows.ts";

/** Row -> texts before and after, both as they stand in a function's body. A row may have several. */
const examples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "attribute with arguments -> blanks": [["int x __attribute__((unused)) = 1;", "int x                         = 1;"]],
  "attribute -> blanks": [["char __user *p; __init int q;", "char        *p;        int q;"]],
  "inline assembly -> call without arguments": [
    ['asm volatile("nop" : : "r" (x));', "___         (                 );"],
    ['register long sp asm("rsp");', "register long sp           ;"],
  ],
  "typeof(...) -> type name": [["typeof(*p) q;", "__________ q;"]],
  "offsetof(...) -> name": [["n = offsetof(struct s, a[2]);", "n = ________________________;"]],
  "alignof -> sizeof": [["n = __alignof__(x);", "n = sizeof     (x);"]],
  "log level before a format -> blanks": [['printk(KERN_ERR "x");', 'printk(         "x");'], ["log(KERN_ERR, x);", "log(KERN_ERR, x);"]],
  "static before a defining macro -> blanks": [["static DEFINE_MUTEX(m);", "       DEFINE_MUTEX(m);"]],
  "initialiser of a declaring macro -> blanks": [["DECLARE_BITMAP(m, 4) = { 0 };", "DECLARE_BITMAP(m, 4)        ;"]],
  "MACHINE_END -> end of a declaration": [["START(x) .a = b, MACHINE_END", "START(x) .a = b, ;          "]],
  "__label__ declaration -> blanks": [["__label__ a, b;", "              ;"]],
  "if likely(...) -> if (...)": [["if likely(x) f();", "if       (x) f();"], ["if (likely(x)) f();", "if (likely(x)) f();"]],
  "scoped_cond_guard -> if, its statement for a failure -> number": [
    ["scoped_cond_guard(rcu_try, return -E, &l) { f(); }", "if               (rcu_try,0         , &l) { f(); }"],
    ["scoped_cond_guard(rcu_try, return) f();", "if               (rcu_try,0      ) f();"],
  ],
  "for_each macro -> while": [
    ["list_for_each_entry(p, h, l) f(p);", "while              (p, h, l) f(p);"],
    ["scoped_guard(rcu) { f(); }", "while       (rcu) { f(); }"],
    ["do { f(v); } for_each_vma(i, v);", "do { f(v); } while       (i, v);"],
    ["bus_for_each_dev(b, f);", "bus_for_each_dev(b, f);"],
    ["x = my_for_each(b, f);", "x = my_for_each(b, f);"],
  ],
  "do_each macro -> do": [["do_each_thing(a, b) { f(); }", "do                  { f(); }"]],
  "while_each macro -> while": [["do { f(); } while_each_thing(a, b);", "do { f(); } while           (a, b);"]],
  "other macro before a block -> while, if when too short": [
    ["with_thing(x) { f(); }", "while     (x) { f(); }"],
    ["ALU(x) { f(); }", "if (x) { f(); }"],
    ["if (x) { f(); }", "if (x) { f(); }"],
  ],
  "type as argument of a macro -> one word": [
    ["p = list_entry(q, struct entry, list);", "p = list_entry(q, ____________, list);"],
    ["n = min_t(unsigned long, a, b);", "n = min_t(_____________, a, b);"],
    ["p = va_arg(ap, pte_t *);", "p = va_arg(ap, _______);"],
    ["int proto(struct entry *e);", "int proto(struct entry *e);"],
    ["n = sizeof(struct entry);", "n = sizeof(struct entry);"],
  ],
  "cast to a typedef before an operator -> int": [
    ["v = (pteval_t)*p;", "v = (int     )*p;"],
    ["v = (x_t)y;", "v = (x_t)y;"],
    ["v = f(x_t)*p;", "v = f(x_t)*p;"],
  ],
  "variable in parentheses before an operator -> bare variable": [
    ["x = !(a) && b;", "x = ! a  && b;"],
    ["x = -(a[i]) & b;", "x = - a[i]  & b;"],
    ["x = (unsigned char)(a) && b;", "x = (unsigned char) a  && b;"],
    ["x = (*f)(a) && b;", "x = (*f)(a) && b;"],
    ["x = f(a) && b;", "x = f(a) && b;"],
    ["x = (foo)&b;", "x = (foo)&b;"],
    ["x = (a)->b;", "x = (a)->b;"],
    ["x = !(a(b)) && c;", "x = ! a(b)  && c;"],
    ["x = (a + b) && c;", "x = (a + b) && c;"],
  ],
  "case range -> comparison": [["case 1 ... 5:", "case 1  == 5:"]],
};

describe("mask table", () => {
  it("has an example for every row and no other", () => {
    expect(Object.keys(examples).toSorted()).toEqual(maskRows.map((row) => row.name).toSorted());
  });

  for (const [name, pairs] of Object.entries(examples)) {
    it.each(pairs)(`${name}: %s`, (before, after) => {
      expect(mask(before, true)).toBe(after);
    });
  }

  it("leaves file level alone", () => {
    const text = "static int foo(int a) { if (a) b(); }\nSYSCALL_DEFINE1(x, int, y) { }\nscoped(x) { }\n";
    expect(mask(text)).toBe(text);
  });
});

const fragments = ["for_each(", "scoped_guard(a, b) {", "scoped_cond_guard(a, return 0, b) {", "asm volatile(", "(x_t)*", "struct s", ")", "{", "}", ";", ",", "\n", " ", "case 1 ... 2:", "do ", "typeof(", "__init ", "__free(k)", "#if", "0x1"];

describe("mask", () => {
  it("keeps length and line ends of any text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...fragments), fc.string())), fc.boolean(), (parts, inBody) => {
        const text = parts.join("");
        const masked = mask(text, inBody);
        expect(masked.length).toBe(text.length);
        expect(masked.replace(/[^\n]/g, "")).toBe(text.replace(/[^\n]/g, ""));
        expect(masked.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
      }),
    );
  });

  it("does nothing when done again to what it left alone", () => {
    const text = "if (a)\n\tb = c[d](e, f);\nreturn g ? h : -i;\n";
    expect(mask(text, true)).toBe(text);
  });
});

function isPaired(text: string): boolean {
  let depth = 0;
  for (const c of text) if (depth >= 0) depth += c === "(" ? 1 : c === ")" ? -1 : 0;
  return depth === 0;
}

describe("bodies that are masked later", () => {
  beforeAll(initC);

  const body = "{\n\tguard(rcu)();\n\tlist_for_each_entry(page, &pages, lru)\n\t\tuse(page);\n}";
  const around = (inner: string): string => `static __init int first(void)\n${inner}\n\nstatic DEFINE_SPINLOCK(lock);\n\nint second(struct page *page)\n${inner}\n`;

  it("stay as they are outside, and are masked in place", () => {
    const text = around(body);
    const outside = maskOutside(text);
    expect(outside).toContain(body);
    expect(outside).not.toContain("__init");
    const from = text.indexOf(body);
    const to = from + body.length;
    expect(maskBody(outside, from, to)).toBe(mask(text).slice(from, to));
    expect(maskBody(outside, from, to)).not.toContain("list_for_each_entry(");
  });

  it("come out as if all had been masked at once, however the text is cut", () => {
    const pieces = [...fragments, "int f(void)\n{", "\n{\n", "\n}\n", "static struct s x = {", "\tguard(rcu)();\n"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const text = parts.join("");
        const { masked, functions } = cutBlanked({ path: "mm/f.c", text, ...blankStretch(text) }, true);
        const whole = mask(settleConditionals(blankStretch(text).code).code);
        // A parenthesis that is closed behind its function is no longer read across its end.
        for (const { bodyFrom, bodyTo } of functions) if (isPaired(text.slice(bodyFrom, bodyTo))) expect(maskBody(masked, bodyFrom, bodyTo)).toBe(whole.slice(bodyFrom, bodyTo));
      }),
      { numRuns: 2000 },
    );
  });
});
