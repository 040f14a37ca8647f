/**
 * Whether one of several locks is held where a contract wants it, and what shows that none is. A caller may hold what
 * this function does not take, so a missing lock is a violation only with evidence: the path has released it, the
 * context says that no caller holds it, the object was got hold of here or is init_mm, or the function itself waits for a lock
 * that the documented order takes before it (a caller that held the wanted one would deadlock).
 */
import type { Outcome } from "../core/finding.ts";
import type { LockClass, LockRef, Requirement } from "../rulebook/schema.ts";
import { lacksInitMmLock } from "./init-mm-lock.ts";
import { callersLock, describeLock, lockOfRef } from "./locks.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";

export type HeldRequirement = Extract<Requirement, { need: "held" }>;

/** Judges the requirement of a call, at the call of the reviewed function that leads to it. */
export function judgeHeld(requirement: HeldRequirement, call: CallInfo, site: Site): void {
  const { any, rule } = requirement;
  const wanted = any.map((ref) => lockOfRef(ref, call));
  const mode = requirement.kernelRead === true && wanted.some(({ id }) => id.includes("g:init_mm")) ? undefined : requirement.mode;
  const classes = new Set(wanted.map((lock) => lock.class));
  const holds = site.facts.locks.filter((l) => classes.has(l.class) && (mode === undefined || l.mode === mode || l.class === "vma"));
  const proof = holds.find((l) => l.certain);
  const evidence = holds.length > 0 || site.facts.unseenLocks ? null : (tooWeak(wanted, mode, site) ?? evidenceAgainst(wanted, site));
  const outcome: Outcome = proof ? "proved" : evidence === null ? "unknown" : "violated";
  site.judgeAtCall((outer) => {
    // A helper that is run for its caller is judged on its own as well: only what the caller adds is news.
    const through = outer === null ? `${call.step.callee}()` : `${outer.step.callee}(), which calls ${call.step.callee}(),`;
    const names = describeAny(any, mode);
    return {
      rule,
      outcome,
      what: `${outer?.step.callee ?? call.step.callee}: ${names}`,
      message: outcome === "violated" ? `${through} needs ${names}, and ${evidence}` : outcome === "unknown" && outer === null ? `whether ${names} is held at ${through.replace(/,$/, "")} cannot be seen here` : "",
      requires: [names],
      assumed: outcome === "violated" ? [] : ["locks at function entry: not known"],
      references: call.contract?.references ?? [],
    };
  });
}

/** "hugetlb VMA lock or i_mmap_rwsem (write)". */
function describeAny(any: readonly LockRef[], mode: "write" | undefined): string {
  const names = any.map((ref) => ("class" in ref ? `${describeLock({ id: "", class: ref.class })}${ref.of?.startsWith("&") ? ` of ${ref.of.slice(1)}` : ""}` : "the lock"));
  return `the ${names.join(" or the ")}${mode === undefined ? "" : " for writing"}`;
}

interface Lock {
  readonly id: string;
  readonly class: LockClass;
}

/** Taken for reading in this function: nobody above can hold it for writing. In words, or null. */
function tooWeak(wanted: readonly Lock[], mode: "write" | undefined, site: Site): string | null {
  const ids = new Set(wanted.map((lock) => lock.id));
  const read = site.facts.locks.find((l) => mode === "write" && ids.has(l.id) && l.mode === "read" && l.origin === "taken" && l.certain && l.waited === true);
  return read === undefined ? null : `the ${describeLock({ id: read.id, class: read.class })} of line ${read.at.line} is held for reading only`;
}

/** What shows that none of these locks is held, in words, or null. */
export function evidenceAgainst(wanted: readonly Lock[], site: Site): string | null {
  const { facts } = site;
  const shown = wanted.map((lock) => missing(lock, site));
  if (shown.every((text) => text !== null)) return shown[0]!;
  const released = wanted.find((lock) => facts.released.has(lock.id) || facts.released.has(callersLock(lock.id)));
  return released ? `the ${describeLock(released)} is released on this path` : null;
}

function missing(lock: Lock, site: Site): string | null {
  const { facts } = site;
  if (facts.free.has(lock.class)) return `${site.reviewed.name}() is called without the ${describeLock(lock)}`;
  const before = facts.locks.find((l) => l.waited && l.origin === "taken" && site.rulebook.lockOrder(l.class, lock.class) !== undefined);
  if (before) return `no caller can hold the ${describeLock(lock)}, since the ${describeLock(before)} of line ${before.at.line} is taken here`;
  const object = sym.objectOf(lock.id);
  // The lock of the kernel's own address space is one that hardly any caller holds.
  if (object === sym.globalAddress("init_mm")) return lacksInitMmLock(site) ? `${site.reviewed.name}() does not take it` : null;
  // An object that a call of this function has returned (get_task_mm()).
  return site.callOf(object)?.contract?.returns?.unlocked === true ? `the ${describeLock(lock)} of what was got hold of in this function is not taken` : null;
}

