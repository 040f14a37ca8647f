/** What a unit says besides graphs: variables, records, tables, variants; lines; and that nothing breaks it. */
import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cutText, initC, lowerCut, lowerText, lowerUnit, printFunction, successors } from "./index.ts";
import type { FunctionIr, UnitIr } from "./ir.ts";

beforeAll(() => initC());

const fixtures = join(import.meta.dirname, "../../fixtures/c");
const texts = readdirSync(fixtures)
  .filter((name) => name.endsWith(".c"))
  .map((name) => readFileSync(join(fixtures, name), "utf8"));

function only(text: string): FunctionIr {
  const { functions } = lowerText("t.c", text);
  expect(functions).toHaveLength(1);
  return functions[0]!;
}

function types(text: string): Record<string, string> {
  return Object.fromEntries(Array.from(only(text).vars.values(), (v) => [v.name, `${v.kind} ${v.type}${v.addressTaken ? " &" : ""}`]));
}

/** What ir.ts promises of every function. */
function checkShape(unit: UnitIr): void {
  for (const f of unit.functions) {
    expect(f.line).toBeLessThanOrEqual(f.endLine);
    f.blocks.forEach((block, index) => {
      expect(block.id).toBe(index);
      for (const to of successors(block.end)) expect(f.blocks[to]).toBeDefined();
      for (const step of block.steps) {
        expect(step.loc.line).toBeGreaterThanOrEqual(1);
        if (!f.partial) {
          expect(step.loc.line).toBeGreaterThanOrEqual(f.line);
          expect(step.loc.line).toBeLessThanOrEqual(f.endLine);
        }
        if (step.op === "assign") expect(f.vars.has(step.dst)).toBe(true);
        if (step.op === "load" || (step.op === "call" && step.dst !== null)) expect(f.vars.get(step.dst!)?.kind).toBe("temp");
      }
    });
    const reached = new Set([0]);
    for (const id of reached) for (const to of successors(f.blocks[id]!.end)) reached.add(to);
    expect(reached.size).toBe(f.blocks.length);
    for (const name of f.params) expect(f.vars.get(name)?.kind).toBe("param");
  }
}

describe("variables", () => {
  it("have their declared types", () => {
    expect(
      types("int f(pte_t *p)\n{\n\tpmd_t *pmd, pmde, *const *t[4];\n\tstruct s s = {0}, *q = &s;\n\tstatic unsigned int n;\n\ttypeof(*p) c;\n\tint (*cb)(int);\n\treturn 0;\n}\n"),
    ).toEqual({
      p: "param pte_t *",
      pmd: "local pmd_t *",
      pmde: "local pmd_t",
      t: "local pmd_t **[4]",
      s: "local struct s &",
      q: "local struct s *",
      n: "static unsigned int",
      c: "local typeof(*p)",
      cb: "local int (*)(int)",
    });
  });

  it("are told apart when they shadow", () => {
    expect(Object.keys(types("void f(int x)\n{\n\t{ int x; { long x; } }\n\tfor (int x = 0;;) ;\n}\n"))).toEqual(["x", "x#2", "x#3", "x#4"]);
  });

  it("are shared by the arms of an #ifdef", () => {
    expect(types("void f(void)\n{\n#ifdef A\n\tint x = 1;\n#else\n\tint x = 2;\n#endif\n\tg(x);\n}\n")).toEqual({ x: "local int" });
  });
});

describe("a unit", () => {
  const unit = (): UnitIr =>
    lowerText(
      "t.c",
      `struct walk {
	pmd_t *pmd;
	unsigned long start, end;
	struct { int inner; };
	void (*done)(int);
	u32 bits[2];
};
typedef struct { u64 pme; } entry_t;
static int flag, *pointer = &flag;
extern struct walk everything;
int prototype(int a);
static const struct mm_walk_ops ops = {
	.pmd_entry = on_pmd,
	.walk_lock = PGWALK_RDLOCK,
};
static int on_pmd(pmd_t *pmd)
{
	flag = everything.start;
	return prototype(*pointer);
}
`,
    );

  it("has records with the types of fields", () => {
    expect(unit().records.map((r) => [r.name, Object.fromEntries(r.fields)])).toEqual([
      ["walk", { pmd: "pmd_t *", start: "unsigned long", end: "unsigned long", inner: "int", done: "void (*)(int)", bits: "u32 [2]" }],
      ["entry_t", { pme: "u64" }],
    ]);
  });

  it("has tables of callbacks", () => {
    expect(unit().opsTables.map((t) => [t.type, t.name, t.line, Object.fromEntries(t.fields)])).toEqual([
      ["struct mm_walk_ops", "ops", 12, { pmd_entry: "on_pmd", walk_lock: "PGWALK_RDLOCK" }],
    ]);
  });

  it("loads and stores variables at file scope", () => {
    expect(printFunction(unit().functions[0]!)).toBe(
      "static int on_pmd(pmd_t *pmd) 16..20\n0:\n  18: %1 = load everything.start\n  18: store flag = %1\n  19: %2 = load pointer\n  19: %3 = load *%2\n  19: %4 = call prototype(%3)\n  19: return %4\n",
    );
  });

  it("follows pointer fields of known records and indexes arrays of unknown ones", () => {
    const text = "struct s { int *p; int a[4]; };\nint f(struct s *s, struct t *t)\n{\n\treturn s->p[1] + s->a[1] + t->x[1];\n}\n";
    expect(printFunction(lowerText("t.c", text).functions[0]!).split("\n").slice(2, 6)).toEqual([
      "  4: %1 = load s->p",
      "  4: %2 = load *(%1 + 1)",
      "  4: %3 = load s->a[1]",
      "  4: %4 = load t->x[1]",
    ]);
  });
});

describe("what is outside of functions", () => {
  it("is listed when it is a block that nobody understands", () => {
    const unit = lowerText("t.c", "int f(a, b);\nint a;\n{\n\treturn a;\n}\nint g(int a)\n{\n\treturn a;\n}\n");
    expect(unit.functions.map((f) => f.name)).toEqual(["g"]);
    expect(unit.unreadable).toEqual([{ from: 3, to: 5, reason: "a block without a function head" }]);
  });
});

describe("robustness", () => {
  it("keeps the promises of ir.ts on all fixtures", () => {
    for (const text of texts) checkShape(lowerText("t.c", text));
  });

  it("takes fixtures with stretches cut out", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 60 }), (text, at, length) => {
        const from = at % text.length;
        checkShape(lowerText("t.c", text.slice(0, from) + text.slice(from + length)));
      }),
      { numRuns: 60 },
    );
  });

  it("takes any text", () => {
    const piece = fc.oneof(
      fc.constantFrom("int f(int a)\n{\n", "}\n", "{", "(", ")", "if (a)", "else ", "for (;;)", "do ", "while (a);", "switch (a) {", "case 1:", "x:", "goto x;", ";", "\n", "#if A\n", "#else\n", "#endif\n", "/*", "*/", '"', "'", "\\", "guard(m)(&l);", "return a;", "a->b[c]++", "= {", ",", "\0", "\u{1f4a9}"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        checkShape(lowerText("t.c", parts.join("")));
      }),
      { numRuns: 120 },
    );
  });

  it("takes any text in fragments", () => {
    const line = fc.oneof(
      fc.constantFrom("int f(int a)", "{", "}", "\tif (a) {", "\t} else {", "\t}", "\tg(a);", "\treturn a;", "out:", "\tgoto out;", "\tcase 1:", "#ifdef A", "#else", "#endif", " * text", " */", "/*", "\tb);", "\tfoo(a,", "\twhile (a)", "\tbreak;", "};", "static struct s t = {"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 5 }), fc.boolean(), (parts, blanksLost) => {
        const lines: string[] = [];
        const gaps: { from: number; to: number }[] = [];
        const sections: { line: number; text: string }[] = [];
        for (const [known, gap] of parts) {
          gaps.push({ from: lines.length + 1, to: lines.length + gap });
          for (let i = 0; i < gap; i++) lines.push("");
          sections.push({ line: lines.length + 1, text: "static int h(struct mm_struct *mm, pmd_t *p" });
          lines.push(...known.map((text) => text.replace(/\n/g, " ")));
        }
        gaps.push({ from: lines.length + 1, to: Infinity });
        checkShape(lowerUnit({ path: "t.c", side: "post", lines, gaps, sections, changed: new Set(), blanksLost }));
      }),
      { numRuns: 120 },
    );
  });

  it("takes deep nesting and long chains", () => {
    const deep = (open: string, close: string, n: number): string => `int f(int a)\n{\n${open.repeat(n)}a;${close.repeat(n)}\n}\nint g(int a)\n{\n\treturn a;\n}\n`;
    for (const text of [
      deep("{", "}", 2000),
      deep("if (a) ", "", 2000),
      deep("if (a) b(); else ", "", 2000),
      deep("(", ")", 2000),
      deep("a + ", "", 3000),
      deep("a = ", "", 2000),
      deep("while (a) { switch (a) { case 1: ", "}}", 800),
      deep("f(", ")", 2000),
      deep("#if A\n", "\n#endif\n", 2000),
    ]) {
      const { functions } = lowerText("t.c", text);
      expect(functions.map((f) => f.name)).toContain("g");
    }
  });

  it("takes hostile repetition without trouble", () => {
    const n = 3_000;
    for (const text of ["a(".repeat(n), "{".repeat(n), "(".repeat(n), "#if\n".repeat(n), "x:\n".repeat(n), "for_each(".repeat(n), '"'.repeat(n), "a->".repeat(n), "/*".repeat(n), "\\\n".repeat(n)]) {
      expect(() => lowerText("t.c", text)).not.toThrow();
      expect(() => lowerText("t.c", `int f(int a)\n{\n${text}\n}\n`)).not.toThrow();
    }
  });
});

describe("heads of other days and machines", () => {
  it("has the parameters whose types stand behind the list", () => {
    const text = "#include <x.h>\n\nstatic unsigned int\nfetch(word, table, n)\nunsigned int word, *table[];\nlong n;\n{\n\treturn get(table, n);\n}\n\nint next(void)\n{\n\treturn 0;\n}\n";
    const [fetch, next] = lowerText("arch/x.c", text).functions;
    expect([fetch!.name, fetch!.line, fetch!.endLine, fetch!.isStatic, fetch!.params]).toEqual(["fetch", 4, 9, true, ["word", "table", "n"]]);
    expect(["word", "table", "n"].map((name) => fetch!.vars.get(name)!.type)).toEqual(["unsigned int", "unsigned int **", "long"]);
    expect(next!.name).toBe("next");
  });

  it("does not take declarations before a block for such a head", () => {
    const { functions } = lowerText("a.c", "int f(int a);\nlong n;\n{\n\tstray();\n}\n");
    expect(functions).toEqual([]);
  });

  it("ends a machine's description", () => {
    const { functions } = lowerText("arch/arm/x.c", 'MACHINE_START(BOARD, "A board")\n\t.init = board_init,\nMACHINE_END\n\nstatic void later(void)\n{\n\trun();\n}\n');
    expect(functions.map((fn) => [fn.name, fn.line, fn.returnType])).toEqual([["later", 5, "void"]]);
  });
});

describe("a cut file", () => {
  it("makes the same unit each time, with bodies of its own", () => {
    for (const text of texts) {
      const cut = cutText("t.c", text);
      const [first, second] = [lowerCut(cut), lowerCut(cut)];
      expect(first.functions.map(printFunction)).toEqual(second.functions.map(printFunction));
      expect(first.functions.every((fn, i) => fn.blocks !== second.functions[i]!.blocks)).toBe(true);
    }
  });
});
