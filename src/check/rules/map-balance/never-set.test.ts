/** One variable that is tested before many unmaps: its ways are followed once for all of them. */
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

/** The function, and how often the steps of a block of it were asked for. */
function watched(fn: FunctionIr): { readonly fn: FunctionIr; readonly looks: () => number } {
  let looks = 0;
  const blocks = fn.blocks.map((block): Block => Object.defineProperty({ ...block }, "steps", { get: () => (looks++, block.steps) }));
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
});
