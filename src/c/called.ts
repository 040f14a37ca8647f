/** What a function does and calls, in the order of its blocks: answers that need no path. */
import type { FunctionIr, Step } from "./ir.ts";
import { summaryOf } from "./summary.ts";

/** By its blocks: a patch of thousands of functions asks each of them for every other. */
const known = new WeakMap<FunctionIr["blocks"], readonly Step[]>();

export function stepsOf({ blocks }: FunctionIr): readonly Step[] {
  const before = known.get(blocks);
  if (before) return before;
  const steps = blocks.flatMap((block) => block.steps);
  known.set(blocks, steps);
  return steps;
}

/** Names of the functions that `fn` calls. */
export function calleesOf(fn: FunctionIr): readonly string[] {
  return summaryOf(fn).callees;
}
