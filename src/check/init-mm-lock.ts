/**
 * Whether the mmap lock of init_mm is missing where a path does not hold it. That shows nothing where the code around takes it on
 * another path: this may be one on which nobody can dump page tables (a static key that is off, a kernel without ptdump), or the lock
 * may be taken in a way that is not understood (ACQUIRE() of linux/cleanup.h is a call through a pointer that is handed &init_mm). Nor
 * does it where all that is in view is handed its tables: whoever reached them may hold the lock, and start the walk that led here.
 */
import { callsIn, printExpr } from "../c/index.ts";
import type { Expr, FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject } from "../util/memo.ts";
import type { Site } from "./model.ts";

/** Who calls a function from more places may hold it in one of them. */
const mostCallers = 16;

/** The function or one that leads to it has come by tables of the kernel by itself, and neither takes the lock, nor does a helper of theirs. */
export function lacksInitMmLock({ frame, reviewed, rulebook, bodyOf, callersInView }: Site): boolean {
  const callers = callersInView(reviewed);
  const around = [frame.fn, reviewed, ...callers];
  return callers.length <= mostCallers && around.some((fn) => dealings(rulebook)(fn).reachesTables) && !around.some(mayTakeLock(rulebook)(bodyOf));
}

/** By itself or in a helper. Asked at each call of a function, so kept for as long as one is reviewed. */
const mayTakeLock = memoByObject((rulebook: Rulebook) => memoByObject((bodyOf: Site["bodyOf"]) => memoByObject((fn: FunctionIr): boolean => {
  const { takesLock, callees } = dealings(rulebook)(fn);
  return takesLock || callees.some((name) => {
    const body = bodyOf(name);
    return body === null ? /lock/i.test(name) : dealings(rulebook)(body).takesLock;
  });
})));

interface Dealings {
  readonly takesLock: boolean;
  readonly reachesTables: boolean;
  /** Functions without a contract. */
  readonly callees: readonly string[];
}

/** What a function does by itself. */
const dealings = memoByObject((rulebook: Rulebook) => memoByObject((fn: FunctionIr): Dealings => {
  const calls = callsIn(fn);
  return {
    takesLock: calls.some((step) => takesMmapLock(step, rulebook)),
    reachesTables: calls.some(({ callee, args }) => /^(?:walk_kernel_page_table_range|p(?:gd|4d|ud|md)_off(?:set)?_k|virt_to_kpte)$/.test(callee ?? "") || args.some(namesInitMm)),
    callees: Array.from(new Set(calls.flatMap(({ callee }) => (callee === null || rulebook.contract(callee) ? [] : [callee])))),
  };
}));

function namesInitMm(arg: Expr): boolean {
  return printExpr(arg).startsWith("&init_mm");
}

/** By any name of init_mm: it may be in a variable. */
function takesMmapLock({ callee, args, text }: Extract<Step, { op: "call" }>, rulebook: Rulebook): boolean {
  if (callee === null) return args.some(namesInitMm);
  return (rulebook.contract(callee)?.effects ?? []).some((e) => e.do === "acquire" && ("class" in e.lock ? e.lock.class === "mmap" : /mmap_(?:lock|sem)\b/.test(text)));
}
