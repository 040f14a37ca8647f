/**
 * Functions in view that leave their caller's locks and mappings alone: what they take they release, and so does all that
 * they call. Such a helper was checked on its own; to its caller it is as if it had a contract without effects.
 */
import type { FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { calleesOf } from "../c/index.ts";
import { hasEffect, isOfClass } from "./call-graph.ts";
import type { FunctionsInView } from "./functions-in-view.ts";

const deepest = 4;

export function neutralAmong(functions: FunctionsInView, rulebook: Rulebook, leavesTrace: (fn: FunctionIr) => boolean): (callee: string) => boolean {
  const known = new Map<string, boolean>();
  const isNeutral = (name: string, depth: number): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const fn = functions.get(name);
    if (!fn || fn.partial || leavesTrace(fn) || releasesForCaller(fn, rulebook) || fn.unreadable.length > 0) return remember(name, false);
    known.set(name, true);
    const callees = Array.from(new Set(calleesOf(fn))).filter((callee) => !rulebook.contract(callee));
    // Code that is nowhere in view is taken at its name's word; only helpers say that they drop a lock for their caller.
    const calm = callees.every((callee) => (functions.has(callee) && depth < deepest ? isNeutral(callee, depth + 1) : !/unlock|unmap|release|wait/.test(callee)));
    return remember(name, calm);
  };
  const remember = (name: string, neutral: boolean): boolean => {
    known.set(name, neutral);
    return neutral;
  };
  return (callee) => isNeutral(callee, 0);
}

/** It releases a sleeping lock: though it takes one of the kind as well, the first may be its caller's (mm/userfaultfd.c, __mcopy_atomic_hugetlb()). */
function releasesForCaller(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "release" && "class" in e.lock && !isOfClass(e.lock, "pte-ptl", "pmd-ptl", "pud-ptl"));
}
