/**
 * Write locks of VMAs are not released one by one: vma_end_write_all() ends all that the holder of mmap_lock has, so it is for who gives
 * up mmap_lock for writing next (include/linux/mmap_lock.h). Called elsewhere it lets faults into VMAs that callers still change. Who
 * gives it up may be a helper or a caller: said is only what goes on behind it without.
 */
import { stepsOf } from "../../../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../../../c/ir.ts";
import type { Rulebook } from "../../../rulebook/rulebook.ts";
import { isOfClass } from "../../call-graph.ts";
import { mayDo } from "../../may-do.ts";
import type { CallInfo, Site } from "../../model.ts";
import { leadsTo, placeOf } from "../../ways.ts";

/** Functions that are looked through for one answer. */
const most = 64;

export function judgeEndOfVmaLocks(call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const violated = !mayBeGivenUp(call.step, fn, site) && goesOn(call.step, fn, site);
  site.judge({
    rule: "lock-balance",
    outcome: violated ? "violated" : isBehind(call.step, fn, (step) => givesUp(step, site.rulebook)) ? "proved" : "unknown",
    what: `${call.step.callee}: mmap_lock is given up behind it`,
    message: violated ? `${call.step.callee}() releases the write locks of all VMAs, and ${fn.name}() does not give up mmap_lock behind it: VMAs that a caller has locked are open to faults while they change` : "",
    requires: ["mmap_write_unlock() or mmap_write_downgrade() next, which do this themselves"],
    references: call.contract?.references ?? [],
    certain: isCallersLock(site),
  });
}

/** The path has asserted that its callers hold mmap_lock, so it is not this function's to give up. */
function isCallersLock({ facts }: Site): boolean {
  return facts.locks.some((lock) => lock.class === "mmap" && lock.mode === "write" && lock.origin === "entry" && lock.certain && lock.told === undefined);
}

/** Somebody gives up mmap_lock behind the call, or may: here, in a helper, or in a caller behind its call of this. */
function mayBeGivenUp(call: CallStep, fn: FunctionIr, site: Site, asked: Set<string> = new Set()): boolean {
  const does = (step: Step): boolean => givesUp(step, site.rulebook);
  const mayGiveUp = (step: Step): boolean => step.op === "gap" || does(step) || (step.op === "call" && mayDo(step, fn, { isDoneIn: (body) => stepsOf(body).some(does), mayUnseen: () => true }, site));
  return asked.size > most || isBehind(call, fn, mayGiveUp) || atCallers(fn, site, asked, (next, caller) => mayBeGivenUp(next, caller, site, asked));
}

/** Something is done behind the call before any caller can give up mmap_lock. */
function goesOn(call: CallStep, fn: FunctionIr, site: Site, asked: Set<string> = new Set()): boolean {
  return isBehind(call, fn, (step) => step.op === "call") || atCallers(fn, site, asked, (next, caller) => goesOn(next, caller, site, asked));
}

/** Whether it is so of a call of the function in view; the callers of each are asked once. */
function atCallers(fn: FunctionIr, site: Site, asked: Set<string>, isSo: (call: CallStep, caller: FunctionIr) => boolean): boolean {
  if (asked.has(fn.name)) return false;
  asked.add(fn.name);
  return site.callersInView(fn).some((caller) => stepsOf(caller).some((step) => step.op === "call" && step.callee === fn.name && isSo(step, caller)));
}

function isBehind(call: CallStep, fn: FunctionIr, wanted: (step: Step) => boolean): boolean {
  const at = placeOf(call, fn);
  return at !== null && leadsTo(fn, at.block, at.place, wanted);
}

function givesUp(step: Step, rulebook: Rulebook): boolean {
  if (step.op !== "call" || step.callee === null) return false;
  return /^(?:up|downgrade)_write$/.test(step.callee) || (rulebook.contract(step.callee)?.effects ?? []).some((effect) => (effect.do === "release" || effect.do === "may-release") && isOfClass(effect.lock, "mmap"));
}
