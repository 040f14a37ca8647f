/** Variables that are tested before many unmaps: their ways are followed once for all of them. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../../c/index.ts";
import type { Block, CallStep, FunctionIr } from "../../../c/ir.ts";
import { neverSetAt } from "./never-set.ts";

beforeAll(initC);

function testing(exits: number, first: string = ""): FunctionIr {
  const exit = (i: number): string => `\tif (x == ${i}) {\n\t\tif (pte)\n\t\t\tpte_unmap(pte);\n\t\treturn;\n\t}\n`;
  return lowerText("mm/f.c", `void f(int x)\n{\n\tpte_t *pte;\n${first}${Array.from({ length: exits }, (_, i) => exit(i)).join("")}}\n`).functions[0]!;
}

const unmaps = (fn: FunctionIr): CallStep[] => fn.blocks.flatMap(({ steps }) => steps.filter((step): step is CallStep => step.op === "call"));

/** The function, and how often a block of it was looked at. */
function watched(fn: FunctionIr): { readonly fn: FunctionIr; readonly looks: () => number } {
  let looks = 0;
  const blocks = fn.blocks.map((block): Block => Object.defineProperties({ ...block }, { id: { get: () => (looks++, block.id) }, steps: { get: () => (looks++, block.steps) }, end: { get: () => (looks++, block.end) } }));
  return { fn: { ...fn, blocks } as FunctionIr, looks: () => looks };
}

describe("an unmap that is guarded by a variable", () => {
  it("is told where some way leads there on which nothing sets it", () => {
    const bare = testing(3);
    expect(unmaps(bare).map((step) => neverSetAt(step, bare))).toEqual(["pte", "pte", "pte"]);
    const set = testing(3, "\tpte = g();\n");
    expect(unmaps(set).filter(({ callee }) => callee === "pte_unmap").map((step) => neverSetAt(step, set))).toEqual([null, null, null]);
  });

  it("takes work that grows with the function, not with its square", () => {
    const looksAt = (exits: number): number => {
      const { fn, looks } = watched(testing(exits));
      for (const step of unmaps(testing(exits))) neverSetAt(step, fn);
      return looks();
    };
    expect(looksAt(400)).toBeLessThan(2.1 * looksAt(200));
  });

  it("is told behind a jump back, and not where each way there sets or uses it", () => {
    const told = (body: string): (string | null)[] => {
      const fn = lowerText("mm/f.c", `void f(int x)\n{\n\tpte_t *pte;\n\tint y;\n${body}\tif (pte)\n\t\tpte_unmap(pte);\n}\n`).functions[0]!;
      return unmaps(fn).filter(({ callee }) => callee === "pte_unmap").map((step) => neverSetAt(step, fn));
    };
    expect(told("\tgoto late;\nearly:\n\ty = 1;\n\tgoto out;\nlate:\n\tif (x)\n\t\tgoto early;\n\tpte = g();\nout:\n")).toEqual(["pte"]);
    expect(told("\twhile (h(x))\n\t\tpte = g();\n")).toEqual(["pte"]);
    expect(told("\tdo {\n\t\tpte = g();\n\t} while (h(x));\n")).toEqual([null]);
    expect(told("\tif (x)\n\t\tpte = g();\n\telse\n\t\th(pte);\n")).toEqual([null]);
  });

  it("takes work that does not grow with the number of variables on the way", () => {
    const looksAt = (variables: number): number => {
      const one = (i: number): string => `\t{\n\t\tpte_t *p${i};\n\t\tif (x)\n\t\t\tp${i} = g();\n\t\tif (p${i})\n\t\t\tpte_unmap(p${i});\n\t}\n`;
      const made = lowerText("mm/f.c", `void f(int x)\n{\n${Array.from({ length: variables }, (_, i) => one(i)).join("")}}\n`).functions[0]!;
      const { fn, looks } = watched(made);
      expect(unmaps(made).filter((step) => neverSetAt(step, fn) !== null)).toHaveLength(variables);
      return looks();
    };
    expect(looksAt(160)).toBeLessThan(2.1 * looksAt(80));
  });

  it("takes work that ends where each way jumps back again and again", () => {
    const looksAt = (jumps: number): number => {
      const heads = Array.from({ length: jumps }, (_, i) => `h${i}:\n\tif (g(${i}))\n\t\tgoto t${i};\n`).join("");
      const tails = Array.from({ length: jumps }, (_, i) => `t${i}:\n\tg(${i});\n\tgoto ${i === 0 ? "out" : `h${i - 1}`};\n`).join("");
      const { fn, looks } = watched(lowerText("mm/f.c", `void f(int x)\n{\n${heads}\tpte_t *pte;\n\tgoto t${jumps - 1};\n${tails}out:\n\tif (pte)\n\t\tpte_unmap(pte);\n}\n`).functions[0]!);
      for (const step of unmaps(fn)) neverSetAt(step, fn);
      return looks();
    };
    expect(looksAt(400)).toBeLessThan(2.1 * looksAt(200));
  });
});
