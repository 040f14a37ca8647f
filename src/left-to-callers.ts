/** What a trace shows as missing at the end of a function that may be left to those who call it. */
import { calleesOf } from "./c/index.ts";
import type { FunctionIr } from "./c/ir.ts";
import { hasEffect } from "./check/call-graph.ts";
import type { Rulebook } from "./rulebook/index.ts";
import type { ReplayTrace } from "./sim/index.ts";

/** Whether the trace shows no more than what the function called `name` leaves to its callers. `versions`: it before and after the patch, and where the run began. */
export function isLeftToCallers(name: string, trace: ReplayTrace, versions: readonly (FunctionIr | null | undefined)[], rulebook: Rulebook): boolean {
  return isImplementation(name, trace, rulebook) || (trace.property === "unflushed-return" && !versions.some((fn) => fn != null && isOperation(fn, rulebook)));
}

/**
 * An implementation of a call that leaves the flush to its callers (ptep_get_and_clear() and its kind) owes none when it
 * returns, and one that sets an entry (an architecture's set_pmd_at()) neither locks nor looks: whoever calls it does. The patch that brings
 * one in comes before the first kernel that has it.
 */
function isImplementation(name: string, { rule }: ReplayTrace, rulebook: Rulebook): boolean {
  const effects = rulebook.ever(name)?.effects ?? [];
  if (rule === "tlb-flush") return effects.some((e) => e.do === "owe-flush");
  return (rule === "entry-lock" || rule === "stale-read") && effects.some((e) => e.do === "write" || e.do === "install");
}

/**
 * A function that flushes, or takes a lock, does the whole operation. One that only goes through a range of one level does a part
 * of it, and whoever began at the top flushes once for all of it (vunmap_range_noflush() and those below it, mm/vmalloc.c).
 */
function isOperation(fn: FunctionIr, rulebook: Rulebook): boolean {
  return calleesOf(fn).some((callee) => /flush|lock/.test(callee)) || hasEffect(fn, rulebook, (e) => e.do === "flush" || e.do === "acquire" || e.do === "map");
}
