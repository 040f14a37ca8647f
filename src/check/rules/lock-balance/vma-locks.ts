/**
 * Write locks of VMAs are not released one by one: vma_end_write_all() ends all that the holder of mmap_lock has, so it is for who gives
 * up mmap_lock for writing next (include/linux/mmap_lock.h). Called elsewhere it lets faults into VMAs that callers still change. Who
 * gives it up may be a helper or a caller: said is only what goes on behind it without.
 */
import { rootOf, stepsOf } from "../../../c/index.ts";
import type { CallStep, Expr, FunctionIr, Step } from "../../../c/ir.ts";
import type { Rulebook } from "../../../rulebook/rulebook.ts";
import { callHasEffect, isOfClass } from "../../call-graph.ts";
import { mayDo, mayDoInView } from "../../may-do.ts";
import type { CallInfo, Site } from "../../model.ts";
import { memoByObject, memoByValue } from "../../../util/memo.ts";
import { followers, placeOf, precedingBlocks } from "../../ways.ts";

/** Functions that are looked through for one answer. */
const most = 64;

/** What only tells, counts, frees or waits gives up no lock, whatever it is handed. */
const onlyTells = /^(?:trace_|pr_|printk|dump_|lockdep_|atomic|refcount_|k[vz]?free|cond_resched$|might_)/;

export function judgeEndOfVmaLocks(call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const violated = !mayBeGivenUp(call.step, fn, site, new Set()) && goesOn(call.step, fn, site);
  site.judge({
    rule: "lock-balance",
    outcome: violated ? "violated" : isBefore(answersFor(fn, site).given, call.step, fn) ? "proved" : "unknown",
    what: `${call.step.callee}: mmap_lock is given up behind it`,
    message: violated ? `${call.step.callee}() releases the write locks of all VMAs, and ${fn.name}() does not give up mmap_lock behind it: VMAs that a caller has locked are open to faults while they change` : "",
    requires: ["mmap_write_unlock() or mmap_write_downgrade() next, which do this themselves"],
    references: call.contract?.references ?? [],
    // One is enough to tell of a function that ends them in many places.
    group: "end of VMA write locks",
    certain: isCallersLock(site),
  });
}

/** The path has asserted that its callers hold mmap_lock, so it is not this function's to give up. */
function isCallersLock({ facts }: Site): boolean {
  return facts.locks.some((lock) => lock.class === "mmap" && lock.mode === "write" && lock.origin === "entry" && lock.certain && lock.told === undefined);
}

/** Somebody gives up mmap_lock behind the call, or may: here, in a helper, or in a caller behind its call of this. */
function mayBeGivenUp(call: CallStep, fn: FunctionIr, site: Site, asked: Set<string>): boolean {
  const { maybe, atCallers: known } = answersFor(fn, site);
  if (asked.size > most || isBefore(maybe, call, fn)) return true;
  known.is ??= atCallers(fn, site, asked, (next, caller) => mayBeGivenUp(next, caller, site, asked));
  return known.is;
}

/** Where steps of a kind stand. */
interface Places {
  /** Place of the last one in a block that has any. */
  readonly lastIn: ReadonlyMap<number, number>;
  /** Blocks that have one, or lead to one. */
  readonly blocks: ReadonlySet<number>;
}

/** What is known of a function in one exploration: many calls in it ask for the same. */
interface Answers {
  readonly calls: Places;
  /** Steps that give up mmap_lock. */
  readonly given: Places;
  /** Those that may. */
  readonly maybe: Places;
  /** Whether a caller does, or may. */
  readonly atCallers: { is?: boolean };
}

const answersIn = memoByObject((rulebook: Rulebook) => memoByObject((bodyOf: Site["bodyOf"]) => {
  const view = { rulebook, bodyOf };
  const does = (step: Step): boolean => givesUp(step, rulebook);
  const sought = { isDoneIn: (body: FunctionIr) => stepsOf(body).some(does), mayUnseen };
  const helperMay = memoByValue((callee: string) => mayDoInView(callee, bodyOf(callee)!, sought, view));
  return memoByObject((fn: FunctionIr): Answers => {
    const isInView = ({ callee }: CallStep): boolean => callee !== null && bodyOf(callee) !== null;
    const callMay = (call: CallStep): boolean => (isInView(call) ? helperMay(call.callee!) : mayDo(call, fn, sought, view));
    const mayGiveUp = (step: Step): boolean => step.op === "gap" || does(step) || (step.op === "call" && callMay(step));
    return { given: placesIn(fn, does), calls: placesIn(fn, (step) => step.op === "call"), maybe: placesIn(fn, mayGiveUp), atCallers: {} };
  });
}));

function answersFor(fn: FunctionIr, { rulebook, bodyOf }: Site): Answers {
  return answersIn(rulebook)(bodyOf)(fn);
}

function placesIn(fn: FunctionIr, wanted: (step: Step) => boolean): Places {
  const lastIn = new Map(fn.blocks.map(({ id, steps }) => [id, steps.findLastIndex(wanted)] as const).filter(([, place]) => place >= 0));
  const preceding = precedingBlocks(fn);
  const blocks = new Set(lastIn.keys());
  // A set hands out what is added while it is gone through.
  for (const id of blocks) for (const one of preceding.get(id) ?? []) blocks.add(one);
  return { lastIn, blocks };
}

/** Whether a way leads from behind the call to one of the places. */
function isBefore({ lastIn, blocks }: Places, call: CallStep, fn: FunctionIr): boolean {
  const at = placeOf(call, fn);
  return at !== null && ((lastIn.get(at.block) ?? -1) > at.place || followers(fn, fn.blocks[at.block]!).some((id) => blocks.has(id)));
}

/** What is not in view may give it up if it is handed the address space, or what that is reached from. */
function mayUnseen({ callee, args }: CallStep, caller: FunctionIr): boolean {
  return !onlyTells.test(callee ?? "") && (/mmap/.test(callee ?? "") || args.some((arg) => !isElsewhere(arg, caller)));
}

/** A number, a text, something global or a variable of a type that leads to no address space. */
function isElsewhere(arg: Expr, caller: FunctionIr): boolean {
  if (arg.k === "var") return /^(?:void \*|(?:unsigned |signed )?(?:int|long|char|short|bool)\b|u?int\d+_t$|[us]\d+$|size_t$|bool$)/.test(caller.vars.get(arg.name)?.type ?? "");
  return arg.k === "num" || arg.k === "str" || arg.k === "global" || (arg.k === "addr" && rootOf(arg.place).k === "global");
}

/** Something is done behind the call before any caller can give up mmap_lock. */
function goesOn(call: CallStep, fn: FunctionIr, site: Site, asked: Set<string> = new Set()): boolean {
  return isBefore(answersFor(fn, site).calls, call, fn) || atCallers(fn, site, asked, (next, caller) => goesOn(next, caller, site, asked));
}

/** Whether it is so of a call of the function in view; the callers of each are asked once. */
function atCallers(fn: FunctionIr, site: Site, asked: Set<string>, isSo: (call: CallStep, caller: FunctionIr) => boolean): boolean {
  if (asked.has(fn.name)) return false;
  asked.add(fn.name);
  return site.callersInView(fn).some((caller) => stepsOf(caller).some((step) => step.op === "call" && step.callee === fn.name && isSo(step, caller)));
}

function givesUp(step: Step, rulebook: Rulebook): boolean {
  if (step.op === "call" && /^(?:up|downgrade)_write$/.test(step.callee ?? "")) return true;
  return callHasEffect(step, rulebook, (effect) => (effect.do === "release" || effect.do === "may-release") && isOfClass(effect.lock, "mmap"));
}
