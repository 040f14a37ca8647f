/** Which functions in view lead to a call of interest, by names alone: a cheap test before a helper is run in place. */
import type { FunctionIr } from "../c/ir.ts";
import { calleesOf, mayCall } from "../c/index.ts";
import type { FunctionsInView } from "./functions-in-view.ts";

/** Levels of helpers that are run in place (see explore.ts). */
const deepest = 3;

export interface CallsBelow {
  readonly reaches: (fn: FunctionIr) => boolean;
}

export function callsBelow(functions: Pick<FunctionsInView, "get">, isWanted: (callee: string) => boolean): CallsBelow {
  const known = new Map<string, boolean>();
  const search = (fn: FunctionIr, depth: number): boolean => {
    const key = `${depth} ${fn.name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, false);
    const leadsOn = (callee: string): boolean => {
      const next = functions.get(callee);
      return next !== undefined && !next.partial && search(next, depth + 1);
    };
    const found = calls(fn, isWanted) || (depth < deepest && calls(fn, leadsOn));
    known.set(key, found);
    return found;
  };
  return { reaches: (fn) => search(fn, 1) };
}

/** Its words are asked first: of a function none of whose words leads there the body is not read. */
function calls(fn: FunctionIr, isWanted: (callee: string) => boolean): boolean {
  return mayCall(fn, isWanted) && calleesOf(fn).some(isWanted);
}
