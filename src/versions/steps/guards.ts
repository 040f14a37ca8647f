/** Protections that one version of a function has and the other lacks, while what they protect stands in both. */
import { calleesOf } from "../../c/index.ts";
import type { FunctionCheck } from "../../check/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import { type Change, done } from "../change.ts";
import { moreAround, moreBelow, moreElsewhere, moreInPatch, moreOfAnyElsewhere, type Pair, tally } from "../pair.ts";
import { all, counted, type Measure } from "../touched-functions.ts";
import { exposureOf, leavesFlush, locksTakenBy, pageTableLock, type Protection, protectionsOf } from "./protections.ts";
import { kernelLock } from "./kernel-lock.ts";
import { orderedIn, stepNames, unlocksIn } from "./order-of-steps.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { newlyTold } from "./told-apart.ts";

/** What `from` does and `to` does not. */
export function guarded(pair: Pair): Change[] {
  const { from, to, rulebook } = pair;
  const [has, lacks] = [exposureOf(from.fn, rulebook), exposureOf(to.fn, rulebook)];
  // New changes of entries bring their own locks and flushes, and a body that lost them is another one: nothing was mended.
  if (has.changes !== lacks.changes) return [];
  const others = standIns(from, to, rulebook);
  const inOrder = others.length > 0 ? [] : [...reordered(pair), ...onlyTried(from, to, rulebook)];
  if (lacks.changes + lacks.touches === 0) return [...inOrder, ...kernelLock(pair)];
  const deeds = others.length > 0 ? [] : addedDeeds(pair);
  const silent = others.some((name) => /p[tmu4g]d|pte|swp|leaf|entry/.test(name)) || isImplementation("entry-kind", to) || moreElsewhere(pair, testsIn, all);
  const more = silent ? [] : newlyTold(pair);
  return [...deeds, ...inOrder, ...kernelLock(pair), ...(more.length > 0 ? [done("entry-kind", `it tells entries apart (${more.slice(0, 2).join("; ")})`, to)] : [])];
}

function addedDeeds(pair: Pair): Change[] {
  const { from, to, rulebook } = pair;
  const [own, other] = [from, to].map(({ fn }) => protectionsOf(fn, rulebook)) as [Protection[], Protection[]];
  const [ours, theirs] = [own, other].map((deeds) => tally(deeds, ({ what }) => what)) as [Map<string, Protection[]>, Map<string, Protection[]>];
  const isMore = (what: string): boolean => (ours.get(what)?.length ?? 0) > (theirs.get(what)?.length ?? 0);
  // A flush in another form: at once, or by what the gather records.
  const flushesOtherwise = other.some(({ rule, what }) => rule === "tlb-flush" && (theirs.get(what)!.length > (ours.get(what)?.length ?? 0)));
  return Array.from(new Map(own.map((deed) => [deed.what, deed.rule] as const))).flatMap(([what, rule]) => {
    const isOther = rule === "tlb-flush" && flushesOtherwise;
    const added = !isOther && isMore(what) && !isImplementation(rule, to) && !isMoved(what, pair);
    return added ? [done(rule, what, to)] : [];
  });
}

/** A step that comes in the right order in `from` and stands in both. */
function reordered({ from, to, rulebook, direction }: Pair): Change[] {
  const inOrder = new Set(orderedIn(to.fn, rulebook).map(({ what }) => what));
  const [before, after] = [timesOfSteps(from.fn), timesOfSteps(to.fn)];
  const [dropped, drops] = [unlocksIn(from.fn, rulebook), unlocksIn(to.fn, rulebook)];
  const found = orderedIn(from.fn, rulebook).find(({ what, step, rule }) => {
    const inPlace = rule === "sleep-atomic" ? before.get(step) === after.get(step) : after.has(step);
    // A call may have moved to a place before which the lock is dropped too: behind a branch, or in lines that are not shown.
    const isUnseen = rule === "sleep-atomic" && direction === "lost" && drops.times >= dropped.times && !drops.after.has(step);
    return inPlace && !isUnseen && !inOrder.has(what);
  });
  return found ? [done(found.rule, found.what, to)] : [];
}

function timesOfSteps(fn: FunctionIr): ReadonlyMap<string, number> {
  return counted(stepNames(fn));
}

/** A lock that `to` waits for and `from` only tries for: whoever holds another lock must not wait for one that comes before it. */
function onlyTried(from: FunctionCheck, to: FunctionCheck, rulebook: Rulebook): Change[] {
  const waits = (fn: FunctionIr, lock: string): number => locksTakenBy(fn, rulebook).filter((one) => one.startsWith(`${lock} `)).length;
  const found = (["vma", "mmap", "i_mmap", "anon_vma"] as const).filter((lock) => waits(from.fn, lock) < waits(to.fn, lock) && triesFor(lock, from.fn) > triesFor(lock, to.fn));
  return found.map((lock) => done("lock-order", `the ${lock} lock is tried for and not waited for`, to));
}

function triesFor(lock: string, fn: FunctionIr): number {
  return calleesOf(fn).filter((name) => name.startsWith(`${lock}_`) && /_try(?:_|lock)/.test(name)).length;
}

/** How many tests of entries a function has. */
const testsIn: Measure = ({ fn }, rulebook) => new Map([[all, calleesOf(fn).filter((name) => rulebook.ever(name)?.returns?.tests !== undefined).length]]);

const deedsIn: Measure = ({ fn }, rulebook) => counted(protectionsOf(fn, rulebook).map(({ what }) => what));

const locksIn: Measure = ({ fn }, rulebook) => counted(locksTakenBy(fn, rulebook));

/** Functions without a contract that only `to` calls: they may do the same under another name. */
function standIns(from: FunctionCheck, to: FunctionCheck, rulebook: Rulebook): readonly string[] {
  const known = new Set([from.fn.name, to.fn.name, ...calleesOf(from.fn)]);
  return calleesOf(to.fn).filter((name) => !known.has(name) && /[a-z]/.test(name) && !rulebook.ever(name));
}

/** What flushes TLBs for others, or tells them what an entry is, is judged by what the hardware needs, which is not in view. */
function isImplementation(rule: RuleId, { fn }: FunctionCheck): boolean {
  return rule === "entry-kind" ? /^(?:is_)?p(?:te|md|ud)_/.test(fn.name) : rule === "tlb-flush" && leavesFlush(fn);
}

/** A page-table lock that callers have taken: what still stands in this function is under it there. */
export function isLockedAround(pair: Pair): boolean {
  return moreAround(pair, deedsIn, pageTableLock.what);
}

/**
 * Another function did it in the version that lacks it here, and does not any more: it was moved. The same goes for a lock
 * that other functions gave up for it.
 */
export function isMoved(what: string, pair: Pair): boolean {
  return moreElsewhere(pair, deedsIn, what) || moreInPatch(pair, deedsIn, what) || moreBelow(pair, deedsIn, what) || (what === pageTableLock.what && moreOfAnyElsewhere(pair, locksIn));
}
