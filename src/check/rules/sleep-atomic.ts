/**
 * sleep-atomic: nothing that may sleep runs under a page-table lock, in an RCU read section, in lazy MMU mode or with a mapped pte (which
 * is an RCU read section since 6.6 and a kmap_atomic() with HIGHPTE before: mm/pgtable-generic.c, __pte_offset_map()).
 * A helper in view is run in place with what its caller holds, so that one which drops the lock first, or sleeps only
 * when a flag says so, is judged by what it does here (kernel/sched/core.c, __might_sleep()).
 */
import type { Sleeper } from "../../rulebook/schema.ts";
import { inEra } from "../../util/version.ts";
import { lazyHere } from "../section-duties.ts";
import { callersLock, describeLock } from "../locks.ts";
import type { Facts, LockFact } from "../facts.ts";
import { mayHaveHighTables } from "../high-tables.ts";
import type { CallInfo, Rule } from "../model.ts";

const atomicClasses: ReadonlySet<string> = new Set(["pte-ptl", "pmd-ptl", "pud-ptl", "page_table_lock", "spin", "rcu", "irq-off"]);

export const sleepAtomic: Rule = {
  id: "sleep-atomic",

  onCall: (call, site) => {
    const sleeper = site.rulebook.sleeper(call.step.callee ?? "");
    if (!sleeper || !maySleep(sleeper, call)) return;
    const held = atomicReason(site.facts, site.rulebook.era, site.reviewed.file);
    const suspect = held === null ? uncertainReason(site.facts) : null;
    if (held === null && suspect === null && !hasAtomicHistory(site.facts)) return;
    site.judgeAtCall((outer) => {
      const name = `${call.step.callee}()`;
      const through = outer === null ? name : `${outer.step.callee}(), which calls ${name},`;
      return {
        rule: "sleep-atomic",
        outcome: held !== null ? "violated" : suspect !== null ? "unknown" : "proved",
        what: `${outer?.step.callee ?? call.step.callee}: not in atomic context`,
        message: held !== null ? `${through} may sleep while ${held}` : suspect !== null ? `whether ${suspect} is still held where ${through} may sleep cannot be seen here` : "",
        requires: ["no spinlock, RCU read section or mapped pte"],
        references: sleeper.references,
        group: `${name} at ${call.step.loc.line}`,
      };
    });
  },
};

/** Allocation flags decide by what they say: GFP_ATOMIC and GFP_NOWAIT do not wait, and flags in a variable are not known. */
function maySleep(sleeper: Sleeper, call: CallInfo): boolean {
  if (sleeper.flags === undefined) return true;
  const flags = call.args[sleeper.flags] ?? "";
  return /g:(GFP_(KERNEL|USER|HIGHUSER|NOFS|NOIO|TRANSHUGE\b|PGTABLE)|__GFP_DIRECT_RECLAIM|__GFP_RECLAIM\b)/.test(flags) && !flags.includes("~");
}

/** What makes the context atomic in this era and file, in words, or null. */
export function atomicReason(facts: Facts, era: string, file: string): string | null {
  const lock = facts.locks.find((l) => l.certain && atomicClasses.has(l.class) && !isSuspended(l, facts));
  if (lock) return lock.origin === "taken" ? `the ${describeLock(lock)} of line ${lock.at.line} is held` : `the caller's ${describeLock(lock)} is held`;
  if (facts.walks.size > 0) return "page_vma_mapped_walk() holds the page-table lock";
  const lazy = lazyHere(facts);
  if (lazy) return `lazy MMU mode of line ${lazy.at.line} is not left`;
  const map = facts.maps.find((m) => m.certain);
  const isSection = inEra(era, { since: "6.6" });
  if (!map || (!isSection && !mayHaveHighTables(file))) return null;
  return `the pte of line ${map.at.line} is mapped (${isSection ? "an RCU read section" : "a kmap_atomic() with CONFIG_HIGHPTE"})`;
}

/**
 * A lock of the caller that this path has released by another name may be the one. An asserted lock of which only the
 * address is known need not be a spinlock: lockdep_assert_held() takes mutexes too.
 */
function isSuspended(lock: LockFact, facts: Facts): boolean {
  const unknownKind = lock.class === "spin" && lock.origin === "entry" && !/ptl/.test(lock.id);
  return unknownKind || facts.released.has(callersLock(lock.id)) || (lock.told !== undefined && dependsOnArguments(facts));
}

/** What callers hold was asked of all their calls; on a way that only some arguments lead to, those may be the others. */
function dependsOnArguments(facts: Facts): boolean {
  return Array.from(facts.truths.keys()).some((expression) => /\$1:/.test(expression));
}

function uncertainReason(facts: Facts): string | null {
  const lock = facts.locks.find((l) => atomicClasses.has(l.class) && !isSuspended(l, facts));
  return lock ? `the ${describeLock(lock)} of line ${lock.at.line}` : null;
}

/** Only where a lock was dropped before is it worth saying that it is not held. */
function hasAtomicHistory(facts: Facts): boolean {
  return Array.from(facts.released.keys()).some((id) => /-ptl,|page_table_lock|lock\(spin/.test(id));
}
