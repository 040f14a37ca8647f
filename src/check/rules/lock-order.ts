/**
 * lock-order: a lock that is waited for while one is held that the documented order (mm/rmap.c, "Lock ordering in mm")
 * takes after it, and two page-table locks of one level without a nesting annotation (lockdep) and without an order of
 * their addresses (two tasks that take them the other way round). A trylock waits for nothing.
 */
import type { LockClass } from "../../rulebook/schema.ts";
import { describeLock } from "../locks.ts";
import type { LockFact } from "../facts.ts";
import type { Acquisition, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { judgeHugetlbLock } from "./lock-order/hugetlb-lock.ts";

interface Lock {
  readonly id: string;
  readonly class: LockClass;
}

export const lockOrder: Rule = {
  id: "lock-order",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "no-hugetlb-lock") judgeHugetlbLock(requirement, call, site);
  },

  onAcquire: (lock, _held, site, how) => {
    if (!how.waits) return;
    for (const other of site.facts.locks) {
      if (other.id === lock.id) continue;
      judgeOrder(lock, other, site);
      judgeTwins(lock, other, how, site);
    }
  },
};

function judgeOrder(lock: Lock, other: LockFact, site: Site): void {
  const documented = site.rulebook.lockOrder(other.class, lock.class);
  const reverse = site.rulebook.lockOrder(lock.class, other.class);
  if (reverse === undefined && documented === undefined) return;
  if (reverse?.exceptFiles?.includes(site.reviewed.file)) return;
  const taken = describeLock(lock);
  site.judgeAtCall((outer) => ({
    rule: "lock-order",
    outcome: reverse === undefined ? "proved" : other.certain && !isCarriedRound(other, site) ? "violated" : "unknown",
    what: `${taken} and ${describeLock(other)} in order`,
    message:
      reverse === undefined ? "" : `${outer === null ? "" : `${outer.step.callee}() takes `}the ${taken}${outer === null ? " is taken" : ""} ${heldBy(other)}; the documented order takes the ${taken} first`,
    requires: [`${taken} before ${describeLock(other)}, or a trylock`],
    references: (reverse ?? documented)!.references,
  }));
}

/** Taken further down and carried round a loop: what keeps that path from being taken (a folio that is no longer large) is often not seen. */
function isCarriedRound(other: LockFact, site: Site): boolean {
  return other.by === site.frame.fn.name && other.at.line > site.loc.line;
}

/** Two locks of one class. That they are one lock (tables share a page_table_lock) is for the code to test. */
function judgeTwins(lock: Lock, other: LockFact, how: Acquisition, site: Site): void {
  if (lock.class !== other.class || !lock.class.endsWith("-ptl")) return;
  if (sym.isUnstable(lock.id) || lock.id.includes("?") || other.id.includes("?") || !other.certain) return;
  site.judge({
    rule: "lock-order",
    outcome: how.nested ? "proved" : "violated",
    what: `second ${describeLock(lock)} nested`,
    message: how.nested ? "" : `a second ${describeLock(lock)} is taken ${heldBy(other)}, without a nesting annotation and without an order of their addresses`,
    requires: ["spin_lock_nested(..., SINGLE_DEPTH_NESTING), and an order that all takers keep"],
  });
}

function heldBy(other: LockFact): string {
  return other.origin === "taken" ? `while the ${describeLock(other)} of line ${other.at.line} is held` : `while the caller's ${describeLock(other)} is held`;
}
