/** What a function does and calls, in the order of its blocks: answers that need no path. */
import type { FunctionIr, Step } from "./ir.ts";

export function stepsOf(fn: FunctionIr): readonly Step[] {
  return fn.blocks.flatMap((block) => block.steps);
}

/** Names of the functions that `fn` calls. */
export function calleesOf(fn: FunctionIr): readonly string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" && step.callee !== null ? [step.callee] : []));
}
