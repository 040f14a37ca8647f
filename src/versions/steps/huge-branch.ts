/**
 * Whether a function does anything for huge entries that it keeps from a lookup of ptes. Since 6.5 the lookup fails for
 * them (__pte_offset_map(), mm/pgtable-generic.c), so that a test whose branch only leaves says no more than it; one that
 * splits the entry or works on it is not done without.
 */
import { successors } from "../../c/index.ts";
import type { FunctionIr, Step } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { nameHasEffect } from "../../check/call-graph.ts";

export function worksOnHuge(fn: FunctionIr, lookup: string, rulebook: Rulebook): boolean {
  const isLookup = (step: Step): boolean => step.op === "call" && step.callee === lookup;
  const lookups = fn.blocks.filter(({ steps }) => steps.some(isLookup)).map(({ id }) => id);
  const behind = reached(fn, lookups.flatMap((id) => successors(fn.blocks[id]!.end)), new Set());
  // A huge entry goes where a test says that it is one; what the lookup comes to as well is for all.
  const aside = reached(fn, waysOfHuge(fn, rulebook), new Set(lookups));
  return fn.blocks.some(({ id, steps }) => aside.has(id) && !behind.has(id) && !lookups.includes(id) && steps.some((step) => acts(step, rulebook)));
}

/** Blocks to which a test leads that says yes to huge entries and no to tables, or the other way round. */
function waysOfHuge(fn: FunctionIr, rulebook: Rulebook): number[] {
  return fn.blocks.flatMap(({ steps, end }) => {
    if (end.k !== "branch" || end.cond.k !== "var") return [];
    const { name } = end.cond;
    const call = steps.findLast((step) => step.op === "call" && step.dst === name);
    const tests = call?.op === "call" && call.callee !== null ? rulebook.ever(call.callee)?.returns?.tests : undefined;
    if (tests === undefined) return [];
    const isHuge = (kinds: readonly string[]): boolean => kinds.includes("leaf") || kinds.includes("devmap");
    return [...(isHuge(tests.nonzero) && !tests.nonzero.includes("table") ? [end.yes] : []), ...(isHuge(tests.zero) && !tests.zero.includes("table") ? [end.no] : [])];
  });
}

function reached(fn: FunctionIr, from: readonly number[], until: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set(from);
  for (const id of found) if (!until.has(id)) for (const next of successors(fn.blocks[id]!.end)) found.add(next);
  return found;
}

/** A call that is neither a test nor the giving back of a lock. */
function acts(step: Step, rulebook: Rulebook): boolean {
  if (step.op === "gap") return true;
  if (step.op !== "call") return false;
  return step.callee === null || !(rulebook.ever(step.callee)?.returns?.tests !== undefined || nameHasEffect(step.callee, rulebook, (effect) => effect.do === "release" || effect.do === "unmap" || effect.do === "walk-end"));
}
