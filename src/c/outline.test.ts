/** Pieces of a file come to what the whole comes to, and names lead to them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { blankStretch } from "./blank.ts";
import { cutBlanked } from "./cut-file.ts";
import { cutText, functionsAmong, functionsAt, initC, lowerCut, tablesWith } from "./index.ts";
import type { UnitIr } from "./ir.ts";
import { piecesOf } from "./pieces.ts";

beforeAll(() => initC());

const text = [
  "#include <linux/mm.h>\n\nstruct walk_state {\n\tpte_t *pte;\n\tint count;\n};\n\nstatic int limit = 3, *last __read_mostly;\n",
  "/* a comment with a brace at the start of a line\n}\n*/\n#ifdef CONFIG_A\nstatic int one(int a)\n{\n\treturn a + limit;\n}\n",
  "static inline int stub(void) { return 0; }\nextern int far_away;\n",
  "int two(struct walk_state *state)\n{\n#ifdef CONFIG_B\n\tif (state->count)\n\t\treturn limit;\n#endif\n\treturn one(1) + stub();\n}\n#endif\n",
  "SYSCALL_DEFINE1(three, int, x)\n{\n\treturn two(x);\n}\n\nstatic const struct mm_walk_ops ops = {\n\t.pmd_entry = four,\n};\n\nint four(void)\n{\n\treturn limit;\n}\n",
].join("\n");

/** What the whole text and its pieces come to, in the same form. */
function both(path: string, source: string): [unknown, unknown] {
  const whole = cutBlanked({ path, text: source, ...blankStretch(source) }, true);
  const outline = cutText(path, source);
  const unit = lowerCut(outline);
  const cuts = outline.pieces.map(({ from }, number) => ({ from, cut: outline.cut(number) }));
  const functions = cuts.flatMap(({ from, cut }) => cut.functions.map((fn) => ({ name: fn.head.name, at: from + fn.bodyFrom, to: from + fn.bodyTo, head: fn.head.params })));
  return [
    { functions: whole.functions.map((fn) => ({ name: fn.head.name, at: fn.bodyFrom, to: fn.bodyTo, head: fn.head.params })), records: whole.records, tables: whole.opsTables, unreadable: whole.unreadable, masked: whole.masked },
    { functions, records: unit.records, tables: unit.opsTables, unreadable: unit.unreadable, masked: cuts.map(({ cut }) => cut.masked).join("") },
  ];
}

describe("a file in pieces", () => {
  it("comes to what it comes to as a whole", () => {
    expect(piecesOf(blankStretch(text).code).map(({ from, to }) => text.slice(from, to).match(/\b(?:one|two|three|four)\(|DEFINE1\(three/)?.[0])).toEqual(["one(", "two(", "DEFINE1(three", "four(", undefined]);
    const [whole, pieces] = both("a.c", text);
    expect(pieces).toEqual(whole);
  });

  it("is one piece where braces do not pair up", () => {
    for (const broken of [`${text}}\n`, `${text}{\n`]) expect(piecesOf(blankStretch(broken).code)).toHaveLength(1);
  });

  it("has no gaps whatever it is", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("{", "}\n", "\n}\n", "f(a)\n{", "(", ";", "x", "\n")), (words) => {
      const code = words.join("");
      const pieces = piecesOf(code);
      expect(pieces.map(({ from, to }) => code.slice(from, to)).join("")).toBe(code);
      for (const { from, bodyFrom, to } of pieces) expect(from <= bodyFrom && bodyFrom <= to).toBe(true);
    }));
  });

  it("gives by name what it has by list, and looks into the pieces that have the name alone", () => {
    const outline = cutText("a.c", text);
    const looked: number[] = [];
    const unit = lowerCut({ ...outline, cut: (number) => (looked.push(number), outline.cut(number)) });
    expect(unit.index!.functions("two").map(({ name, line }) => [name, line])).toEqual([["two", 22]]);
    expect(looked).toEqual([1]);
    expect(unit.index!.functions("sys_three").map(({ name }) => name)).toEqual(["sys_three"]);
    expect(unit.index!.functions("nowhere")).toEqual([]);
    expect(unit.index!.mentioning("limit").map(({ name }) => name)).toEqual(["one", "two", "four"]);
    expect(unit.index!.records("walk_state").map(({ fields }) => [...fields])).toEqual([[["pte", "pte_t *"], ["count", "int"]]]);
    expect(tablesWith(unit, "four").map(({ name, line }) => [name, line])).toEqual([["ops", 37]]);
    // A variable of the file is loaded, a name of nothing is a constant.
    const four = unit.index!.functions("four")[0]!;
    expect(four.blocks.flatMap((block) => block.steps)).toMatchObject([{ op: "load", place: { k: "global", name: "limit" } }]);
  });

  it("gives by lines what it has by list, and looks into the pieces that have the lines alone", () => {
    const outline = cutText("a.c", text);
    const looked: number[] = [];
    const unit = lowerCut({ ...outline, cut: (number) => (looked.push(number), outline.cut(number)) });
    expect(functionsAt(unit, new Set([24])).map(({ name }) => name)).toEqual(["two"]);
    expect(looked).toEqual([1]);
    const lines = Array.from({ length: text.split("\n").length }, (_line, at) => at + 1);
    const lists: UnitIr = { file: "a.c", functions: unit.functions, records: [], opsTables: [], unreadable: [] };
    for (const line of lines) expect(functionsAt(unit, new Set([line])), String(line)).toEqual(functionsAt(lists, new Set([line])));
    expect(functionsAt(unit, new Set()).length).toBe(0);
    for (const names of [["four", "nowhere", "one"], ["sys_three"], []]) expect(functionsAmong(unit, new Set(names)).map(({ name }) => name)).toEqual(functionsAmong(lists, new Set(names)).map(({ name }) => name));
    expect(functionsAmong(unit, new Set(["four", "one"])).map(({ name }) => name)).toEqual(["one", "four"]);
  });

  it("tells what bodies call from what stands before a parenthesis elsewhere", () => {
    const { index } = lowerCut(cutText("a.c", text));
    expect(["one", "stub", "two"].map(index!.isCalled)).toEqual([true, true, true]);
    // Heads, the words of a macro, and names that are only used.
    expect(["four", "SYSCALL_DEFINE1", "limit", "nowhere"].map(index!.isCalled)).toEqual([false, false, false, false]);
  });

  it("tells the same of the many names that a file declares and hardly ever calls", () => {
    const names = Array.from({ length: 200 }, (_none, i) => `g${i}`);
    const { index } = lowerCut(cutText("a.c", `${names.map((name) => `void ${name}(void);\n`).join("")}void f(void)\n{\n\tg3();\n\tg150();\n\th(g170);\n}\n`));
    expect(names.filter(index!.isCalled)).toEqual(["g3", "g150"]);
  });
});

const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";

describe.skipIf(!existsSync(join(tree, "mm")))("files of 6.12's mm (MMREVIEW_TREE_6_12)", () => {
  it("come to the same in pieces, and each name of the lists is found", () => {
    const files = readdirSync(join(tree, "mm")).filter((name) => /^[h-m].*\.[ch]$/.test(name));
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const source = readFileSync(join(tree, "mm", file), "utf8");
      const [whole, pieces] = both(file, source);
      expect(pieces, file).toEqual(whole);
      const all = cutBlanked({ path: file, text: source, ...blankStretch(source) }, true);
      const outline = cutText(file, source);
      const { index } = lowerCut(outline);
      for (const name of new Set(all.functions.map((fn) => fn.head.name))) expect(index!.functions(name), `${file}: ${name}`).toHaveLength(all.functions.filter((fn) => fn.head.name === name).length);
      for (const [name, type] of all.variables) expect(outline.withVariable(name).map((number) => outline.cut(number).variables.get(name)).findLast((found) => found !== undefined), `${file}: ${name}`).toBe(type);
      for (const name of new Set(all.records.map((record) => record.name))) expect(index!.records(name), `${file}: ${name}`).toEqual(all.records.filter((record) => record.name === name));
    }
  }, 60_000);
});
