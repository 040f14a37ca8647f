/** What a body comes to, counted by hand, and its way to a store and back. */
import { beforeAll, describe, expect, it } from "vitest";
import { calleesOf, cutText, initC, lowerCut, lowerText, packSummaries, type Summaries, summaryOf, unpackSummaries } from "./index.ts";

beforeAll(() => initC());

const text = [
  "int never(void)\n{\n\treturn -ENOENT;\n}\n",
  "int both(int a)\n{\n\tif (a)\n\t\treturn 1;\n\tfirst(a);\n\treturn second(a);\n}\n",
  "void each(struct list *l)\n{\n\twhile (more(l))\n\t\ttake(l);\n\ttake(l);\n}\n",
].join("\n");

function summaries(): Summaries {
  const made: Summaries = new Map();
  for (const fn of lowerCut(cutText("a.c", text), made).functions) summaryOf(fn);
  return made;
}

describe("a summary", () => {
  it("names callees in order, counts steps and blocks, knows loops and constants", () => {
    const [never, both, each] = lowerText("a.c", text).functions.map(summaryOf);
    expect(never).toEqual({ callees: [], steps: 0, blocks: 1, loops: false, constant: true });
    expect(both).toMatchObject({ callees: ["first", "second"], loops: false, constant: false });
    expect(each).toMatchObject({ callees: ["more", "take", "take"], loops: true, constant: false });
    for (const [i, fn] of lowerText("a.c", text).functions.entries()) {
      const { steps, blocks } = [never, both, each][i]!;
      expect([steps, blocks]).toEqual([fn.blocks.flatMap((block) => block.steps).length, fn.blocks.length]);
    }
  });

  it("comes back from a store, and is taken from there without a look at the body", () => {
    const made = summaries();
    const back = unpackSummaries(JSON.parse(JSON.stringify(packSummaries(made))), text.length);
    expect(back).toEqual(made);
    const body = text.indexOf("{", text.indexOf("int both"));
    back.set(body, { ...back.get(body)!, callees: ["told"] });
    const [, both] = lowerCut(cutText("a.c", text), back).functions;
    expect(calleesOf(both!)).toEqual(["told"]);
  });

  it.each([
    ["nothing", undefined],
    ["a list", []],
    ["names that are none", { names: [1], functions: [] }],
    ["a function that is not there", { names: [], functions: [[3, 0, 1, 0, 1]] }],
    ["a name that is not there", { names: ["f"], functions: [[0, 0, 1, 0, 1, 1]] }],
    ["too few numbers", { names: [], functions: [[0, 0, 1, 0]] }],
    ["half a number", { names: [], functions: [[0, 0.5, 1, 0, 1]] }],
    ["a text for a number", { names: [], functions: [["0", 0, 1, 0, 1]] }],
  ])("is made anew where there is %s", (_what, packed) => {
    expect(unpackSummaries(packed, 3)).toEqual(new Map());
  });
});
