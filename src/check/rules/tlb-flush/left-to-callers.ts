/** Whether a flush that is missing may be left to others: to a later step, to callers, or to nobody, because none is due. */
import { calleesOf, stepsOf } from "../../../c/index.ts";
import type { FunctionIr } from "../../../c/ir.ts";
import type { Effect } from "../../../rulebook/schema.ts";
import { callHasEffect, hasEffect, nameHasEffect } from "../../call-graph.ts";
import { gatherInHand } from "../../flush-duties.ts";
import type { Duty } from "../../facts.ts";
import { kindSet } from "../../kinds.ts";
import { classOfLock, maySleepFor } from "../../locks.ts";
import type { Site } from "../../model.ts";
import { anyFollowers, leadsTo, placeOf } from "../../ways.ts";

/** Whether some step that flushes can be reached from where the flush came to be owed. */
export function flushesAfter(owed: Duty, site: Site): boolean {
  const { fn } = site.frame;
  const owes = stepsOf(fn).find(({ loc }) => loc.line === owed.at.line && loc.column === owed.at.column);
  if (owes === undefined) return hasEffect(fn, site.rulebook, isFlush);
  return leadsTo(fn, placeOf(owes, fn)!, (step) => callHasEffect(step, site.rulebook, isFlush), anyFollowers);
}

function isFlush(effect: Effect): boolean {
  return effect.do === "flush" && effect.what !== "entry";
}

/** A predicate on the old value (pte_accessible(), pte_needs_flush()) came out zero: the author looked whether a flush is due. */
export function isDecidedByValue(owed: Duty, site: Site): boolean {
  return Array.from(site.facts.calls).some(([result, args]) => {
    if (!args.includes(owed.value) || site.facts.truths.get(result) !== false) return false;
    const tests = site.callOf(result)?.contract?.returns?.tests;
    return tests !== undefined && tests.zero.includes("leaf") && tests.nonzero.every((kind) => kind === "leaf" || kind === "devmap");
  });
}

/** Why no caller can be expected to flush, or null. */
export function whyNobodyElse(owed: Duty, site: Site): string | null {
  const { fn } = site.frame;
  if (owesByContract(fn, site)) return null;
  if (hasEffect(fn, site.rulebook, isFlush)) return "it flushes on other paths only";
  if (gatherInHand(fn)) return "it has a mmu_gather in hand and records nothing in it";
  if (locksItself(site)) return "it takes and drops the locks of the whole operation itself";
  return isPresent(owed, site) && callersFlush(fn, site, 0) === false ? "its callers in view do not flush either" : null;
}

/** The entry is known to have been present: by tests, or because only such entries are handed to the call. */
function isPresent(owed: Duty, site: Site): boolean {
  const fact = site.facts.values.get(owed.value);
  return fact === undefined || (fact.kinds & ~kindSet(["leaf", "devmap"])) === 0;
}

/** An implementation of a call that leaves the flush to its callers. */
function owesByContract(fn: FunctionIr, site: Site): boolean {
  return nameHasEffect(fn.name, site.rulebook, (e) => e.do === "owe-flush");
}

function locksItself(site: Site): boolean {
  return Array.from(site.facts.released.keys()).some((id) => id.startsWith("lock(") && maySleepFor(classOfLock(id)));
}

/** Levels of callers that are looked at. */
const deepest = 4;

/** It delimits the operation: whoever takes mmap_lock or a reverse-mapping lock does not leave the flush to those above. */
function takesSleepingLock(fn: FunctionIr, site: Site): boolean {
  return hasEffect(fn, site.rulebook, (e) => e.do === "acquire" && "class" in e.lock && maySleepFor(e.lock.class));
}

/** Whether some caller flushes, by name; null when a caller may be out of view. */
function callersFlush(fn: FunctionIr, site: Site, depth: number): boolean | null {
  const callers = site.callersOf(fn);
  if (callers === null || depth >= deepest) return null;
  for (const caller of callers) {
    const flushes = hasEffect(caller, site.rulebook, (e) => e.do === "flush" || e.do === "announce-flush") || calleesOf(caller).some((callee) => /(?:^|_)tlb/.test(callee));
    if (flushes) return true;
    if (!takesSleepingLock(caller, site) && callersFlush(caller, site, depth + 1) !== false) return null;
  }
  return callers.length > 0 ? false : null;
}
