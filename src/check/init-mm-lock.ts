/**
 * Whether the code in view may take the mmap lock of init_mm, on whichever path. That a path does not hold it shows nothing then: it may
 * be one on which nobody can dump page tables (a static key that is off, a kernel without ptdump), or the lock may be taken in a way
 * that is not understood (ACQUIRE() of linux/cleanup.h is a call through a pointer that is handed &init_mm).
 */
import { printExpr, stepsOf } from "../c/index.ts";
import type { FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject } from "../util/memo.ts";
import type { Site } from "./model.ts";

/** Who calls a function from more places may hold it in one of them. */
const mostCallers = 16;

/** In the function itself, in one that leads to it, or in a helper of one of these. */
export function mayTakeInitMmLock({ frame, reviewed, rulebook, bodyOf, callersInView }: Site): boolean {
  const callers = callersInView(reviewed);
  const takes = (fn: FunctionIr): boolean => {
    const { itself, callees } = locking(rulebook)(fn);
    return itself || callees.some((name) => {
      const body = bodyOf(name);
      return body === null ? /lock/i.test(name) : locking(rulebook)(body).itself;
    });
  };
  return callers.length > mostCallers || [frame.fn, reviewed, ...callers].some(takes);
}

/** What a function does by itself, and which functions without a contract it calls. */
const locking = memoByObject((rulebook: Rulebook) => memoByObject((fn: FunctionIr): { readonly itself: boolean; readonly callees: readonly string[] } => {
  const calls = stepsOf(fn).filter((step) => step.op === "call");
  return {
    itself: calls.some((step) => takesMmapLock(step, rulebook)),
    callees: Array.from(new Set(calls.flatMap(({ callee }) => (callee === null || rulebook.contract(callee) ? [] : [callee])))),
  };
}));

/** By any name of init_mm: it may be in a variable. */
function takesMmapLock({ callee, args, text }: Extract<Step, { op: "call" }>, rulebook: Rulebook): boolean {
  if (callee === null) return args.some((arg) => printExpr(arg).includes("init_mm"));
  return (rulebook.contract(callee)?.effects ?? []).some((e) => e.do === "acquire" && ("class" in e.lock ? e.lock.class === "mmap" : /mmap_(?:lock|sem)\b/.test(text)));
}
