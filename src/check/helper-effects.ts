/**
 * What a helper is to its caller: whether it has to be run in place, because it leaves something, or is judged on its own. That is
 * told by what it calls and by the size of its body, without running it.
 */
import { calleesOf, mayReturnConstants, summaryOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect } from "../rulebook/schema.ts";
import { hasEffect, isOfClass } from "./call-graph.ts";
import { isForProcess, ledgerStep } from "./table-duties.ts";

/** Effects that may be left to the caller. */
const traces: ReadonlySet<Effect["do"]> = new Set(["acquire", "release", "map", "unmap", "barrier", "walk-end", "owe-flush", "ledger", "lazy-mmu", "notifier"]);

/**
 * Whether a helper leaves a trace in its caller: it takes without releasing or releases without taking, maps without
 * unmapping or the other way round, or orders memory. A helper that is balanced in itself is judged on its own.
 */
export function leavesTrace(fn: FunctionIr, rulebook: Rulebook): boolean {
  if (!hasEffect(fn, rulebook, ({ do: kind }) => traces.has(kind))) return false;
  const effects = calleesOf(fn).flatMap((callee) => rulebook.contract(callee)?.effects ?? []);
  const has = (kind: (typeof effects)[number]["do"]): boolean => effects.some((e) => e.do === kind);
  return has("acquire") !== has("release") || has("map") !== has("unmap") || has("barrier") || has("walk-end") || leavesDuty(fn, effects);
}

/** Blocks of a helper that is small enough to be run in place for what it leaves to its caller alone. */
const mostBlocks = 24;

/** It enters or leaves a section or range, counts tables, or leaves a flush to its caller. */
function leavesDuty(fn: FunctionIr, effects: readonly Effect[]): boolean {
  // A loop over tables or entries is balanced round by round or not at all.
  const { loops, blocks } = summaryOf(fn);
  const once = !loops;
  const counts = isForProcess(fn) && once;
  const owes = once && blocks <= mostBlocks && effects.some((e) => e.do === "owe-flush") && !effects.some((e) => e.do === "flush");
  const sum = !counts ? 0 : effects.reduce((total, e) => (e.do === "ledger" ? total + ledgerStep(e) : total), 0);
  const lazy = effects.flatMap((e) => (e.do === "lazy-mmu" ? [e.enter] : []));
  const ranges = effects.flatMap((e) => (e.do === "notifier" ? [e.step] : []));
  return lazy.includes(true) !== lazy.includes(false) || ranges.includes("start") !== ranges.includes("end") || sum !== 0 || owes;
}

/** It leaves mmap_lock that its callers hold: what calls it leaves it too (arch/sh/mm/fault.c, bad_area_access_error()). */
export function unlocksMmap(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "release" && isOfClass(e.lock, "mmap")) && !hasEffect(fn, rulebook, (e) => e.do === "acquire" && isOfClass(e.lock, "mmap"));
}

/** Whether it may do what its caller still owes. */
export function discharges(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "flush" || e.do === "sync-walkers" || e.do === "reuse-table");
}

/** A small helper that returns constants only (hmm_vma_fault(), say): running it tells its caller which. */
export function isConstant(fn: FunctionIr): boolean {
  if (!mayReturnConstants(fn)) return false;
  const { blocks, constant } = summaryOf(fn);
  return blocks <= mostBlocks && constant;
}

/**
 * Nothing but a constant to return: what a configuration or architecture has that lacks the thing. Of a file of which
 * only hunks are known, the other definition need not be in view.
 */
export function isStub(fn: FunctionIr): boolean {
  const { blocks, steps } = summaryOf(fn);
  return blocks === 1 && steps === 0;
}
