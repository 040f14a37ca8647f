/**
 * The lock of another level: a patch that takes the lock of a page table of ptes where that of its parent was taken, for
 * the same entry. Which is right the types do not tell, both are spinlocks.
 */
import type { CallStep, FunctionIr } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { LockClass } from "../../rulebook/schema.ts";
import { stepsOf } from "../../c/index.ts";
import { type Change, loss } from "../change.ts";
import { changedCalls } from "./call-pairs.ts";
import { newHelpers, type Pair, surplus } from "../pair.ts";

export function lostLevel(pair: Pair): Change[] {
  const { from: before, to: after, rulebook } = pair;
  const [from, to] = [locksNamed(before.fn, rulebook), locksNamed(after.fn, rulebook)];
  const keyOf = (lock: Named): string => `${lock.class} ${lock.of}`;
  const [gone, come] = [surplus(from, to, keyOf), surplus(to, from, keyOf)];
  // Where the wrong one was reported before, this is its repair.
  if (before.findings.some((finding) => finding.rule === "entry-lock") || newHelpers(pair).size > 0) return [];
  // Where nothing else changed, the entry that is worked on under it is the same.
  const changed = changedCalls(pair);
  const isAlone = changed.from.length === 1 && changed.to.length === 1;
  for (const lock of gone) {
    const other = come.find((one) => one.of === lock.of && one.class !== lock.class);
    if (other) return [loss("entry-lock", other.call.loc, `lock of ${lock.of}`, `${other.call.text} is the lock of another level than that of ${lock.call.text}, which was used for the same entry before the patch`, !isAlone)];
  }
  return [];
}

interface Named {
  readonly class: LockClass;
  /** Arguments, as in the source. */
  readonly of: string;
  readonly call: CallStep;
}

/** Calls that name a page-table lock by what it protects: pmd_lockptr(), pmd_lock(). */
function locksNamed(fn: FunctionIr, rulebook: Rulebook): Named[] {
  return stepsOf(fn).flatMap((call): Named[] => {
    if (call.op !== "call" || call.callee === null) return [];
    const effect = rulebook.contract(call.callee)?.effects?.find((one) => one.do === "give-lock" || one.do === "acquire");
    if (effect === undefined || !("lock" in effect) || !("class" in effect.lock) || !effect.lock.class.endsWith("-ptl")) return [];
    return [{ class: effect.lock.class, of: call.text.slice(call.text.indexOf("(")), call }];
  });
}
