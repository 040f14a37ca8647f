/** What a function does and calls, in the order of its blocks, and whether that is all of it: answers that need no path. */
import type { CallStep, FunctionIr, Step } from "./ir.ts";
import { memoByObject } from "../util/memo.ts";
import { summaryOf } from "./summary.ts";

export type NamedCall = CallStep & { readonly callee: string };

/** By its blocks: a patch of thousands of functions asks each of them for every other. */
const stepsIn = memoByObject((blocks: FunctionIr["blocks"]): readonly Step[] => blocks.flatMap((block) => block.steps));

export function stepsOf({ blocks }: Pick<FunctionIr, "blocks">): readonly Step[] {
  return stepsIn(blocks);
}

/** Its calls, by name or through a pointer. */
export function callsIn(fn: Pick<FunctionIr, "blocks">): CallStep[] {
  return stepsOf(fn).filter((step) => step.op === "call");
}

export function namedCallsIn(fn: Pick<FunctionIr, "blocks">): NamedCall[] {
  return callsIn(fn).filter(isNamed);
}

function isNamed(call: CallStep): call is NamedCall {
  return call.callee !== null;
}

/** All of it is in view, and can be read. */
export function isWhole(fn: FunctionIr): boolean {
  return !fn.partial && fn.headKnown && fn.unreadable.length === 0;
}

/** Names of the functions that `fn` calls. */
export function calleesOf(fn: FunctionIr): readonly string[] {
  return summaryOf(fn).callees;
}
