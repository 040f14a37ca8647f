/**
 * Write locks of VMAs are not released one by one: vma_end_write_all() ends all that the holder of mmap_lock has, so it is for who gives
 * up mmap_lock for writing next (include/linux/mmap_lock.h). Called elsewhere it lets faults into VMAs that callers still change.
 */
import { stepsOf } from "../../../c/index.ts";
import type { FunctionIr, Step } from "../../../c/ir.ts";
import type { CallInfo, Site } from "../../model.ts";
import { leadsTo, placeOf } from "../../ways.ts";

export function judgeEndOfVmaLocks(call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const at = placeOf(call.step, fn);
  if (at === null) return;
  const ends = leadsTo(fn, at.block, at.place, (step) => givesUp(step) || step.op === "gap");
  site.judge({
    rule: "lock-balance",
    outcome: !ends ? "violated" : isSeen(fn) ? "proved" : "unknown",
    what: `${call.step.callee}: mmap_lock is given up behind it`,
    message: ends ? "" : `${call.step.callee}() releases the write locks of all VMAs, and ${fn.name}() does not give up mmap_lock behind it: VMAs that a caller has locked are open to faults while they change`,
    requires: ["mmap_write_unlock() or mmap_write_downgrade() next, which do this themselves"],
    references: call.contract?.references ?? [],
    certain: true,
  });
}

/** The release is in view. */
function isSeen(fn: FunctionIr): boolean {
  return stepsOf(fn).some(givesUp);
}

function givesUp(step: Step): boolean {
  return step.op === "call" && /^(?:up_write|downgrade_write|mmap_write_unlock|mmap_write_downgrade)$/.test(step.callee ?? "");
}
