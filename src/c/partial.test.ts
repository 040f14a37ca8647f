/** Functions of which a patch shows stretches only: whose they are, what is known of them, and how control enters them. */
import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FileImage, Gap, SectionHint } from "../core/image.ts";
import { initC, lowerText, loweringImage, lowerUnit, printFunction } from "./index.ts";
import type { FunctionIr } from "./ir.ts";

beforeAll(() => initC());

/** `@@ LINE section` starts a fragment at that line; `+` in the first column marks a changed line, `.` alone is an empty one. */
function image(text: string, blanksLost = false): FileImage {
  const lines: string[] = [];
  const gaps: Gap[] = [];
  const sections: SectionHint[] = [];
  const changed = new Set<number>();
  for (const source of text.split("\n").filter((line) => line !== "")) {
    const start = /^@@ (\d+) ?(.*)$/.exec(source);
    if (start !== null) {
      const line = Number(start[1]);
      if (line > lines.length + 1) gaps.push({ from: lines.length + 1, to: line - 1 });
      while (lines.length < line - 1) lines.push("");
      sections.push({ line, text: start[2]! });
      continue;
    }
    const added = source.startsWith("+");
    const shown = added ? source.slice(1) : source;
    lines.push(shown === "." ? "" : blanksLost ? shown.trim() : shown);
    if (added) changed.add(lines.length);
  }
  gaps.push({ from: lines.length + 1, to: Infinity });
  return { path: "t.c", side: "post", lines, gaps, sections, changed, blanksLost };
}

function dump(text: string, blanksLost = false): string {
  return lowerUnit(image(text, blanksLost)).functions.map(printFunction).join("\n");
}

function names(text: string, blanksLost = false): string[] {
  return lowerUnit(image(text, blanksLost)).functions.map((f) => `${f.name} ${f.line}-${f.endLine}${f.partial ? " partial" : ""}${f.headKnown ? "" : " head-unknown"}`);
}

describe("one stretch", () => {
  it("inside a function takes its head from the hunk header", () => {
    const text = `
@@ 10 static int foo(struct mm_struct *mm, pmd_t *pmd)
	val = *pmd;
	if (!val)
		return -1;
`;
    expect(dump(text)).toBe(`static int foo(struct mm_struct *mm, pmd_t *pmd) 10..12 partial head-unknown
0:
  1: gap 1..9: not in the patch
  1: branch \`line 10 is reached from the lines before\` ? 1 : 2
1:
  10: %1 = load *pmd
  10: val = %1
  goto 3
2:
  1: branch \`line 11 is reached from the lines before\` ? 3 : 5
3:
  11: branch val ? 5 : 4
4:
  12: return -1
5:
  13: gap 13..Infinity: not in the patch
  12: lost: the rest of the function is not in the patch
`);
    const [f] = lowerUnit(image(text)).functions;
    expect(f!.vars.get("val")).toMatchObject({ kind: "local", type: "" });
    expect(f!.unreadable).toEqual([]);
  });

  it("reads a header that is cut off", () => {
    const [f] = lowerUnit(image("@@ 5 static void bar(struct vm_area_struct *vma, unsigned long addr, pmd_")).functions;
    expect(f).toBeUndefined();
    const [g] = lowerUnit(image("@@ 5 static void bar(struct vm_area_struct *vma, unsigned long addr, pmd_\n\tdo_it(vma);")).functions;
    expect(g!.params).toEqual(["vma", "addr"]);
    expect(g!.vars.get("vma")?.type).toBe("struct vm_area_struct *");
  });

  it("that holds a whole function is as good as a file", () => {
    expect(names("@@ 10 int other(void)\n}\n.\nint whole(int a)\n{\n\treturn a;\n}\n.\nint next(int b)")).toEqual(["whole 12-15"]);
  });

  it("splits at the end of one function and the head of the next", () => {
    const text = "@@ 10 int first(int a)\n\tdo_it(a);\n\treturn a;\n}\n.\nint second(int b)\n{\n\tint c = b;\n";
    for (const lost of [false, true]) expect(names(text, lost)).toEqual(["first 10-12 partial head-unknown", "second 14-16 partial"]);
  });

  it("begins with the brace, or with the rest of the head, of the function that the header names", () => {
    expect(names("@@ 10 int foo(int a)\n{\n\treturn a;\n}\n")).toEqual(["foo 10-12"]);
    const text = "@@ 10 static int foo(struct mm_struct *mm, pmd_t *pmd,\n\t\t       unsigned long addr)\n{\n\treturn addr;\n}\n";
    expect(names(text)).toEqual(["foo 10-13"]);
    expect(lowerUnit(image(text)).functions[0]!.params).toEqual(["mm", "pmd", "addr"]);
  });

  it("of a record, a table or prototypes is no function", () => {
    expect(names("@@ 10 struct vm_fault {\n\tpte_t *pte;\n\tint flags;\n};\n")).toEqual([]);
    expect(names("@@ 10 static const struct ops x = {\n\t.open = f,\n\t.close = g,\n};\n")).toEqual([]);
    for (const lost of [false, true]) expect(names("@@ 10 int before(int a)\nint one(int a);\nextern int two;\nint three(struct s *s);\n", lost)).toEqual([]);
  });

  it("with nothing to name its function is still read", () => {
    expect(names("@@ 10 out:\n\tdo_it(a);\n\treturn a;\n")).toEqual(["(unknown) 10-11 partial head-unknown"]);
  });

  it("may begin inside a comment or a macro definition", () => {
    expect(dump("@@ 10 int foo(int a)\n * of a comment that\n * ends here: a = b;\n */\n\tdo_it(a);\n")).toContain("13: call do_it(a)");
    expect(dump("@@ 10 int foo(int a)\n * text only\n * and more;\n")).toBe("");
    expect(dump("@@ 10 int foo(int a)\n\tdo { bad(x); \\\n\t} while (0)\nint next(int a)\n{\n\treturn a;\n}\n")).not.toContain("bad");
  });

  it("may end inside a comment, a string or a statement", () => {
    expect(dump("@@ 10 int foo(int a)\n\tdo_it(a);\n\t/* cut off\n\t * here;")).toContain("call do_it(a)");
    expect(dump("@@ 10 int foo(int a)\n\tdo_it(a);\n\tother(a,")).toContain("gap 11..11: not readable as C");
  });
});

describe("what a gap may lead to", () => {
  it("the code behind a block that opened in it, and its own start when that block repeats", () => {
    expect(dump("@@ 10 void foo(int a)\n\t\tinside(a);\n\t}\n\tbehind(a);\n}\n.\nint next(void)\n{\n\treturn 0;\n}\n").split("\n\n")[0]).toBe(`void foo(int a) 10..13 partial head-unknown
0*:
  1: gap 1..9: not in the patch
  1: branch \`line 10 is reached from the lines before\` ? 1 : 2
1:
  10: call inside(a)
  goto 3
2:
  1: branch \`line 11 is reached from the lines before\` ? 3 : 4
3:
  11: branch \`the block that ends in line 11 runs again\` ? 0 : 5
4:
  1: branch \`line 11 is reached from the lines before (way 2)\` ? 5 : 6
5:
  12: call behind(a)
  goto 6
6:
  13: return`);
  });

  it("both sides of a test whose else is the first line", () => {
    const text = dump("@@ 10 void foo(int a)\n\t} else if (more(a)) {\n\t\tinside(a);\n\t}\n");
    expect(text).toContain("branch `line 10 is reached from the lines before` ?");
    expect(text).toContain("branch `line 10 is reached from the lines before (way 2)` ?");
  });

  it("the test of a do loop decides whether it repeats", () => {
    const text = dump("@@ 10 void foo(pte_t *pte)\n\t\tinside(pte);\n\t} while (pte++, more(pte));\n\tbehind(pte);\n");
    expect(text).toMatch(/11: pte = pte \+ 1\n {2}11: %1 = call more\(pte\)\n {2}11: branch %1 \? 0 : /);
  });

  it("else arms, labels and cases", () => {
    const calls = (text: string): string[] => Array.from(dump(text).matchAll(/call (\w+)/g), (m) => m[1]!);
    expect(calls("@@ 10 int foo(int a)\n\t\treturn 1;\n\t} else {\n\t\tother(a);\n\t}\n\tbehind(a);\n")).toEqual(expect.arrayContaining(["other", "behind"]));
    expect(calls("@@ 10 int foo(int a)\n\treturn 0;\nout:\n\tundo(a);\n")).toEqual(["undo"]);
    expect(calls("@@ 10 int foo(int a)\n\t\treturn 0;\n\tcase 4:\n\t\tfour(a);\n\t\tbreak;\n\tdefault:\n\t\tother(a);\n")).toEqual(expect.arrayContaining(["four", "other"]));
  });

  it("the other arm of an #if that opened in it", () => {
    const text = dump("@@ 10 int foo(int a)\n\tone(a);\n\treturn 1;\n#else\n\ttwo(a);\n#endif\n\tboth(a);\n");
    for (const callee of ["one", "two", "both"]) expect(text).toContain(`call ${callee}(a)`);
  });

  it("what follows a first statement that may be the arm of an if", () => {
    expect(dump("@@ 10 int foo(int a)\n\t\tgoto out;\n\tnext(a);\n")).toContain("call next(a)");
  });

  it("the code behind a block that is still open, and the next stretch inside it", () => {
    const text = dump("@@ 10 int foo(int a)\n\tfor (;;) {\n\t\tone(a);\n@@ 20 int foo(int a)\n\t\ttwo(a);\n");
    expect(text).toContain("call two(a)");
    expect(text).toContain("gap 12..19: not in the patch");
  });

  it("jumps that leave what is known are lost", () => {
    const text = dump("@@ 10 int foo(int a)\n\tif (a)\n\t\tgoto out;\n\tif (b)\n\t\tbreak;\n\tcontinue;\n");
    expect(text).toContain("lost: label out is not in sight");
    expect(text).toContain("lost: break out of a loop that is not in sight");
    expect(text).toContain("lost: continue out of a loop that is not in sight");
  });
});

describe("several stretches", () => {
  const two = `
@@ 10 int before(void)
int foo(struct s *s)
{
	int ret = 0;
	lock(s);
@@ 30 int foo(struct s *s)
	ret = work(s);
	unlock(s);
	return ret;
}
.
int next(void)
`;

  it("of one function are joined by a gap, with the variables of the first", () => {
    for (const lost of [false, true]) {
      const [f, ...others] = lowerUnit(image(two, lost)).functions;
      expect(others).toEqual([]);
      expect(f).toMatchObject({ name: "foo", line: 10, endLine: 33, partial: true, headKnown: true });
      expect(f!.vars.get("ret")?.type).toBe("int");
      expect(printFunction(f!)).toContain("gap 14..29: not in the patch");
    }
  });

  it("go on under the old name when the patch renamed the function", () => {
    const text = (mark: string): string => `
@@ 10 static int before(void)
${mark}static void renamed(struct s *s, int a)
{
	one(s);
@@ 20 int oldname(struct s *s, int a)
	two(s);
}
.
int next(void)
{
	return 0;
}
`;
    expect(names(text("+"))).toEqual(["renamed 10-21 partial", "next 23-26"]);
    expect(names(text(""))).toEqual(["renamed 10-12 partial", "oldname 20-21 partial head-unknown", "next 23-26"]);
  });

  it("far apart are of two files whose headers were lost", () => {
    expect(names("@@ 10 int foo(int a)\n\tone(a);\n@@ 2000 int foo(int a)\n\ttwo(a);\n")).toHaveLength(2);
  });

  it("keep tables and records of file level", () => {
    const unit = lowerUnit(image("@@ 10 int foo(int a)\n\treturn a;\n}\n.\nstatic const struct mm_walk_ops ops = {\n\t.pmd_entry = foo,\n};\nstruct s {\n\tint a;\n};\n"));
    expect(unit.opsTables.map((t) => [t.name, t.line])).toEqual([["ops", 13]]);
    expect(unit.records.map((r) => r.name)).toEqual(["s"]);
  });
});

/** Modelled on patches that web archives have stripped of their leading blanks. */
describe("without leading blanks", () => {
  it("a helper that gained a check, between other functions", () => {
    const text = `
@@ 40 struct remap_walk {
	struct list_head *pages;
};
.
+static int __split(pmd_t *pmd, unsigned long start)
{
	pmd_t __pmd;
	int i;
@@ 70 static int split(pmd_t *pmd, unsigned long start,
		set_pte_at(&init_mm, addr, pte, entry);
	}
.
	spin_lock(&init_mm.page_table_lock);
	if (likely(pmd_leaf(*pmd)))
		pmd_populate_kernel(&init_mm, pmd, pgtable);
	spin_unlock(&init_mm.page_table_lock);
.
	return 0;
}
.
static int split(pmd_t *pmd, unsigned long start)
{
	return __split(pmd, start);
}
.
static void range(pmd_t *pmd, unsigned long addr,
`;
    expect(names(text, true)).toEqual(["__split 43-79 partial", "split 81-84"]);
    expect(dump(text, true)).toContain("call pmd_populate_kernel(&init_mm, pmd, pgtable)");
  });

  it("kernel-doc behind a brace says that the function ended", () => {
    expect(dump("@@ 10 int foo(int a)\n\tdo_it(a);\n\treturn 0;\n}\n.\n/**\n * next - text\n", true)).not.toContain("lost");
    expect(dump("@@ 10 int foo(int a)\n\tdo_it(a);\n\treturn 0;\n}\n", true)).toContain("lost: the rest");
  });
});

const fixtures = join(import.meta.dirname, "../../fixtures/c");
/** Not arms.c: nothing tells the last line of a macro definition from code of the function above it. */
const sources = readdirSync(fixtures)
  .filter((name) => name.endsWith(".c") && !["arms.c", "damaged.c", "litmus.c"].includes(name))
  .map((name) => readFileSync(join(fixtures, name), "utf8").split("\n").slice(0, -1));

/** The header that git writes for a hunk at `line`: the last line before it that starts in the first column with a word and is no label. */
function headerAt(lines: readonly string[], line: number): string {
  for (let at = line - 2; at >= 0; at--) if (/^[A-Za-z_$]/.test(lines[at]!) && !/^\w+:/.test(lines[at]!)) return lines[at]!;
  return "";
}

function callLines(f: FunctionIr, known: (line: number) => boolean): string[] {
  const found = f.blocks.flatMap((block) => block.steps).flatMap((s) => (s.op === "call" && s.role === "call" && s.callee !== null && known(s.loc.line) ? [`${s.loc.line} ${s.callee}`] : []));
  return Array.from(new Set(found)).toSorted();
}

describe("windows on whole files", () => {
  it("find the calls of the function that each window is in", () => {
    const windows = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.integer({ min: 4, max: 15 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...sources), windows, (lines, cuts) => {
        const whole = lowerText("t.c", `${lines.join("\n")}\n`);
        const shown: string[] = [];
        const gaps: Gap[] = [];
        const sections: SectionHint[] = [];
        for (const [skip, length] of cuts) {
          const start = shown.length + 1 + skip;
          if (start + length > lines.length) break;
          if (skip > 0) gaps.push({ from: shown.length + 1, to: start - 1 });
          while (shown.length < start - 1) shown.push("");
          if (skip > 0) sections.push({ line: start, text: headerAt(lines, start) });
          shown.push(...lines.slice(start - 1, start - 1 + length));
        }
        gaps.push({ from: shown.length + 1, to: Infinity });
        const known = (line: number): boolean => line <= shown.length && !gaps.some(({ from, to }) => line >= from && line <= to);
        const partial = lowerUnit({ path: "t.c", side: "post", lines: shown, gaps, sections, changed: new Set(), blanksLost: false });
        for (const f of partial.functions) {
          const full = whole.functions.filter((g) => g.name === f.name && g.line <= f.endLine && f.line <= g.endLine);
          expect(full.map((g) => g.name)).toContain(f.name);
          if (f.unreadable.length > 0) continue;
          // Behind a return that may be the arm of an unseen if, never() may be reached.
          for (const call of callLines(f, known).filter((name) => !name.endsWith(" never"))) expect(full.flatMap((g) => callLines(g, known))).toContain(call);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("an image of many fragments", () => {
  it("is lowered with a pause at each, also where all are of one function", () => {
    const fragments = Array.from({ length: 200 }, (_, i) => `@@ ${10 * i + 1} static void f(int a)\n\ta = ${i};\n+\tg(a);\n`).join("");
    const work = loweringImage(image(fragments));
    let pauses = 0;
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) {
        expect(step.value.functions.map(({ name }) => name)).toEqual(["f"]);
        break;
      }
      pauses++;
    }
    // Put into its function, read, lowered.
    expect(pauses).toBeGreaterThanOrEqual(3 * 200);
  });
});
