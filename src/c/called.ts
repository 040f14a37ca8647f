/** What a function does and calls, in the order of its blocks: answers that need no path. */
import type { FunctionIr, Step } from "./ir.ts";
import { summaryOf } from "./summary.ts";

export function stepsOf(fn: FunctionIr): readonly Step[] {
  return fn.blocks.flatMap((block) => block.steps);
}

/** Names of the functions that `fn` calls. */
export function calleesOf(fn: FunctionIr): readonly string[] {
  return summaryOf(fn).callees;
}
