/** The calls of named functions in a function, in the order of its blocks. */
import type { CallStep, FunctionIr } from "../../c/ir.ts";
import { stepsOf } from "../../c/index.ts";

export function calledSteps(fn: FunctionIr): CallStep[] {
  return stepsOf(fn).filter((step) => step.op === "call" && step.callee !== null) as CallStep[];
}
