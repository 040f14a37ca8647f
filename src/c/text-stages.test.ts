/** The stages before the parser: comments and strings, preprocessor lines, items, heads. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { blankStretch } from "./blank.ts";
import { settleConditionals } from "./conditionals.ts";
import { readHead } from "./heads.ts";
import { initC } from "./index.ts";
import { mask } from "./mask.ts";
import { segment } from "./segment.ts";
import { declared, typeText } from "./type-text.ts";

beforeAll(() => initC());

describe("blankStretch", () => {
  it.each([
    ["a /* b */ c", "a         c", "a         c"],
    ["a // b\nc", "a     \nc", "a     \nc"],
    ["a // b \\\n c\nd", "a       \n  \nd", "a       \n  \nd"],
    ['f("a /* b") /* c */', 'f("a /* b")        ', 'f("      ")        '],
    ["c = '\"'; d", "c = '\"'; d", "c = ' '; d"],
    ['s = "a\\"b"; t', 's = "a\\"b"; t', 's = "    "; t'],
    ['s = "open\nt', 's = "open\nt', 's = "    \nt'],
    ["a /* open\nb", "a        \n ", "a        \n "],
    ["a / b", "a / b", "a / b"],
  ])("%j", (text, plain, code) => {
    expect(blankStretch(text)).toEqual({ plain, code });
  });

  it("keeps length and line ends", () => {
    const piece = fc.oneof(fc.constantFrom("/*", "*/", "//", '"', "'", "\\", "\n", "a"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (parts) => {
        const text = parts.join("");
        const { plain, code } = blankStretch(text);
        const ends = (s: string): string => s.replace(/[^\n]/g, ".");
        expect(ends(plain)).toBe(ends(text));
        expect(ends(code)).toBe(ends(text));
      }),
    );
  });
});

describe("settleConditionals", () => {
  const settle = (text: string): string => settleConditionals(text).code;

  it("keeps arms of whole statements in a body", () => {
    const text = "int f()\n{\n#ifdef A\n\ta();\n#else\n\tb();\n#endif\n}\n";
    expect(settleConditionals(text)).toEqual({ code: text, choices: [] });
  });

  it("blanks directives at file level and keeps both arms", () => {
    expect(settle("#ifdef A\nint a;\n#else\nint b;\n#endif\n")).toBe("        \nint a;\n     \nint b;\n      \n");
  });

  it("blanks definitions with their continued lines", () => {
    expect(settle("#define X(a) { \\\n\ta\nint b;\n")).toBe("                \n  \nint b;\n");
  });

  it("keeps one arm inside an expression and says which", () => {
    const text = "int f()\n{\n\tif (a\n#ifdef B\n\t\t&& b\n#endif\n\t)\n\t\tc();\n}\n";
    const { code, choices } = settleConditionals(text);
    expect(code).toBe(text.replace("#ifdef B", "        ").replace("#endif", "      "));
    expect(choices).toEqual([{ k: "operand", from: text.indexOf("#ifdef"), to: text.indexOf("#endif") + 6, directiveTo: text.indexOf("#ifdef") + 8, negated: false }]);
  });

  it.each([
    ["if (a\n#ifdef X\n|| b\n#endif\n) c();", "operand"],
    ["a = b |\n#ifdef X\nc |\n#endif\nd;", "operand"],
    ["if (a) { b(); }\n#ifdef X\nelse { c(); }\n#endif\nd();", "branch"],
    ["a();\n#ifdef X\nif (b) c(); else\n#endif\nd();", "branch"],
    ["f(a,\n#ifdef X\nb,\n#else\nc,\n#endif\nd);", "quiet"],
    ["f(a,\n#ifdef X\nb(),\n#endif\nd);", "gap"],
    ["a =\n#ifdef X\nb;\n#else\nc;\n#endif\n", "gap"],
    ["#ifdef X\nif (a) {\n#else\n{\n#endif\nb(); }", "gap"],
  ])("tells how the other reading of %j is met: %s", (body, kind) => {
    expect(settleConditionals(`int f()\n{\n${body}\n}\n`).choices.map(({ k }) => k)).toEqual([kind]);
  });

  it("keeps the first arm when braces differ, the second of #if 0", () => {
    const first = settle("int f()\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\n");
    expect(first).toContain("if (a) {");
    expect(first).not.toContain("if (b) {");
    const second = settle("int f()\n{\n#if 0\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\n");
    expect(second).toContain("if (b) {");
    expect(second).not.toContain("if (a) {");
  });

  it("keeps all entries of a table", () => {
    expect(settle("int t[] = {\n#ifdef A\n\ta,\n#endif\n\tb,\n};\n")).toBe("int t[] = {\n        \n\ta,\n      \n\tb,\n};\n");
  });

  it("blanks directives that pair with none", () => {
    expect(settle("#endif\nint a;\n#else\n")).toBe("      \nint a;\n     \n");
  });

  it.each([false, true])("takes no conditionals apart that nest deeper than any source, and says what it did not (in a fragment: %s)", (fragment) => {
    const nested = (depth: number): string => `int f()\n{\n${"#ifdef A\n".repeat(depth)}\ta();\n${"#endif\n".repeat(depth)}}\n`;
    expect(settleConditionals(nested(40), fragment)).toEqual({ code: nested(40), choices: [] });
    const text = nested(43);
    const inner = "#ifdef A\n#ifdef A\n#ifdef A\n\ta();\n#endif\n#endif\n#endif";
    const from = text.indexOf(inner);
    expect(settleConditionals(text, fragment)).toEqual({
      code: text.replace(inner, inner.replace(/#\w+(?: A)?/g, (directive) => " ".repeat(directive.length))),
      choices: [{ k: "gap", from, to: from + inner.length, directiveTo: from + 8, negated: false }],
    });
  });

  it("keeps length and line ends of any text", () => {
    const piece = fc.constantFrom("#if A\n", "#ifdef B\n", "#else\n", "#elif C\n", "#endif\n", "#define D \\\n", "{", "}", "(", ")", ";", "a", "\n", "= {");
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), (parts, fragment) => {
        const text = parts.join("");
        expect(settleConditionals(text, fragment).code.replace(/[^\n]/g, ".")).toBe(text.replace(/[^\n]/g, "."));
      }),
    );
  });
});

describe("segment", () => {
  const kinds = (text: string, columns = true): string[] =>
    segment(text, columns).map((item) => (item.k === "function" ? `function ${text.slice(item.from, item.bodyFrom).trim()}` : `${item.k} ${text.slice(item.from, item.to).trim()}`));

  it("cuts items by brackets", () => {
    expect(kinds("int a;\nstruct s { int b; };\nstatic int f(int x)\n{\n\tg();\n}\nstruct t u = { .v = w };\n")).toEqual([
      "text int a;",
      "record struct s { int b; };",
      "function static int f(int x)",
      "table struct t u = { .v = w };",
    ]);
  });

  it("loses one function to a missing brace when columns are true", () => {
    const text = "int f(int x)\n{\n\tif (x) {\n}\n\nint g(void)\n{\n}\n";
    expect(kinds(text)).toEqual(["function int f(int x)", "function int g(void)"]);
    expect(kinds(text, false)).toEqual(["function int f(int x)"]);
  });

  it("passes an unclosed parenthesis at file level", () => {
    expect(kinds("BROKEN(a\nint f(int x)\n{\n}\n").at(-1)).toContain("int f(int x)");
  });
});

describe("readHead", () => {
  const read = (text: string): unknown => {
    const head = readHead(mask(text), text);
    return head === null ? null : [head.returnType, head.name, head.params.map(({ type, name }) => `${type}|${name}`), head.isStatic, head.attributes];
  };

  it.each([
    ["static int foo(struct mm_struct *mm, pmd_t *pmd)", ["int", "foo", ["struct mm_struct *|mm", "pmd_t *|pmd"], true, []]],
    ["pte_t *bar(void)", ["pte_t *", "bar", [], false, []]],
    ["void baz(int (*fn)(pte_t *, void *), unsigned long)", ["void", "baz", ["int (*)(pte_t *, void *)|fn", "unsigned long|"], false, []]],
    ["static inline __must_check int a(pmd_t p[2], ...) __must_hold(&x->lock)", ["int", "a", ["pmd_t *|p"], true, ["__must_check", "__must_hold(&x->lock)"]]],
    ["EXPORT_SYMBOL(x)\nlong b(const char __user *s)", ["long", "b", ["char *|s"], false, []]],
    ["SYSCALL_DEFINE2(open, const char __user *, name, int, flags)", ["long", "sys_open", ["char *|name", "int|flags"], false, []]],
    ["P0(int *x, spinlock_t *l)", ["", "P0", ["int *|x", "spinlock_t *|l"], false, []]],
    ["unsigned long c(struct page **pages, unsigned int n)", ["unsigned long", "c", ["struct page **|pages", "unsigned int|n"], false, []]],
  ])("%s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("reads what is there of a head that is cut off", () => {
    const head = readHead("static int foo(struct mm_struct *mm, pmd", "");
    expect(head).toMatchObject({ name: "foo", complete: false });
    expect(head?.params[0]).toEqual({ type: "struct mm_struct *", name: "mm" });
  });

  it("knows what is no head", () => {
    expect(readHead("struct foo", "")).toBeNull();
    expect(readHead("if (x)", "")).toBeNull();
  });
});

describe("types", () => {
  it.each([
    ["pmd_t *pmd", "pmd", "pmd_t *"],
    ["const struct vm_fault * const vmf", "vmf", "struct vm_fault *"],
    ["u32 x[2]", "x", "u32 [2]"],
    ["int m[4][4]", "m", "int [4][4]"],
    ["unsigned long", "", "unsigned long"],
    ["struct page", "", "struct page"],
    ["struct page *", "", "struct page *"],
    ["void (*fn)(int)", "fn", "void (*)(int)"],
    ["int (*fns[3])(void)", "fns", "int (*[3])(void)"],
  ])("%s", (text, name, type) => {
    expect(declared(text)).toEqual({ name, type });
  });

  it("drops qualifiers and attributes", () => {
    expect(typeText("static const  volatile struct foo __rcu*")).toBe("struct foo *");
  });
});
