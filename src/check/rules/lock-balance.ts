/**
 * lock-balance: what is taken is released once, by its name, on every path.
 *
 * A lock whose pointer the caller can reach when the function returns (stored in an object, in an out-parameter, or
 * returned) may be meant to stay held; that is left open. A release of a lock that this function did not take means
 * that the caller held it, unless this path released it before.
 */
import { type LockFact, truthOf } from "../facts.ts";
import { isNeverSet } from "../lock-effects.ts";
import { callersLock, coversEntries, describeLock } from "../locks.ts";
import { calleesOf } from "../../c/index.ts";
import { callHasEffect, hasEffect, isOfClass, nameHasEffect } from "../call-graph.ts";
import type { Rule, Site } from "../model.ts";
import type { Effect, LockClass } from "../../rulebook/schema.ts";
import { judgeEndOfVmaLocks } from "./lock-balance/vma-locks.ts";
import { isToldByReturn } from "./map-balance/told-by-return.ts";
import { unmapsOwnOnly } from "./map-balance/own-pointers.ts";
import * as sym from "../symbols.ts";
import type { Step, Terminator } from "../../c/ir.ts";

const checked: ReadonlySet<string> = new Set(["pte-ptl", "pmd-ptl", "pud-ptl", "page_table_lock", "spin", "mmap", "i_mmap", "anon_vma", "rcu"]);

export const lockBalance: Rule = {
  id: "lock-balance",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "ends-mmap-lock") judgeEndOfVmaLocks(call, site);
  },

  onReturn: (value, site) => {
    for (const lock of site.facts.locks) {
      if (lock.owed && lock.certain) {
        site.judge({
          rule: "lock-balance",
          outcome: "violated",
          what: `${describeLock(lock)} of the caller released at return`,
          lock: lock.class,
          message: `${site.frame.fn.name}() has to release the caller's ${describeLock(lock)} and returns with it held`,
          requires: [`${describeLock(lock)} released before return`],
          certain: true,
        });
      }
      if (lock.origin !== "taken" || !checked.has(lock.class)) continue;
      const open = !lock.certain || lock.by !== site.frame.fn.name || escapes(lock, value, site) || !meansToRelease(lock, site);
      site.judge({
        rule: "lock-balance",
        outcome: open ? "unknown" : "violated",
        what: `${describeLock(lock)} released at return`,
        lock: lock.class,
        group: `${lock.id} of line ${lock.at.line}`,
        message: open ? "" : `${site.frame.fn.name}() returns with the ${describeLock(lock)} of line ${lock.at.line} still held`,
        requires: [`${describeLock(lock)} released before return`],
        certain: true,
      });
    }
  },

  onRelease: (lock, held, site) => {
    const before = site.facts.released.get(lock.id);
    if (held) {
      site.judge({ rule: "lock-balance", outcome: held.certain ? "proved" : "unknown", what: releaseOf(lock), message: "" });
      return;
    }
    const nests = lock.class === "rcu" || lock.class === "irq-off";
    const twice = before !== undefined && !nests && !site.facts.unseenLocks && !sym.isUnstable(lock.id);
    const never = before === undefined && (isOwnPointer(lock, site) || isNeverSet(lock.id, site));
    site.judge({
      rule: "lock-balance",
      lock: lock.class,
      outcome: twice || never ? "violated" : "unknown",
      what: releaseOf(lock),
      message: twice ? `the lock released in line ${before.line} is released again` : never ? `the ${describeLock(lock)} is released on a path that has not taken it` : "",
      requires: ["lock held at its release"],
      certain: true,
    });
  },

  onAcquire: ({ id }, held, site) => {
    if (!held || !held.certain || held.mode === "read" || ["rcu", "irq-off", "mmap", "vma"].includes(held.class)) return;
    const own = held.origin === "taken" && !sym.isUnstable(id);
    if (!own) return;
    site.judge({
      rule: "lock-balance",
      outcome: "violated",
      what: "lock not already held",
      message: `the ${describeLock(held)} taken in line ${held.at.line} is taken again while held`,
      requires: [`${describeLock(held)} not held`],
      certain: true,
    });
  },
};

function releaseOf(lock: { readonly id: string; readonly class: LockClass }): string {
  return `release of a held ${coversEntries(lock.class) ? "page-table lock" : describeLock(lock)}`;
}

/** A page-table lock whose pointer this function got itself (pmd_lockptr(), a failed trylock): no caller has taken it for us. */
function isOwnPointer(lock: { readonly id: string; readonly class: LockClass }, site: Site): boolean {
  const { fn } = site.frame;
  const resolved = lock.class.endsWith("-ptl") && /^lock\([^?]*$/.test(lock.id) && !sym.isUnstable(lock.id);
  const handedIn = fn.attributes.length > 0 || fn.params.some((param) => fn.vars.get(param)?.type.startsWith("spinlock_t"));
  return resolved && !handedIn && !site.facts.unseenLocks && !site.facts.released.has(callersLock(lock.id));
}

function handlesEntries(callee: string, site: Site): boolean {
  const contract = site.rulebook.contract(callee);
  return contract?.returns?.entry !== undefined || (contract?.effects?.some((e) => e.do === "map" || e.do === "read" || e.do === "walk-start") ?? false);
}

/** Sleeping locks and RCU are often taken for the caller: only a function that also releases such a lock means to balance it. */
function meansToRelease(lock: LockFact, site: Site): boolean {
  if (!["mmap", "i_mmap", "anon_vma", "rcu"].includes(lock.class)) return true;
  // RCU is for many things; of interest is that which keeps page tables.
  if (lock.class === "rcu" && !calleesOf(site.frame.fn).some((callee) => handlesEntries(callee, site))) return false;
  const { fn } = site.frame;
  const does = (kind: "assert" | "release"): boolean => hasEffect(fn, site.rulebook, (effect) => isEffectOn(effect, kind, lock));
  const decidesAtReturn = fn.blocks.some((branch) => branch.end.k === "branch" && isReleaseBeforeReturn(branch.end, lock, site));
  // Whoever asserts the lock has it from the caller, and takes it again where it was dropped meanwhile.
  return does("release") && !does("assert") && !decidesAtReturn;
}

function isEffectOn(effect: Effect, kind: "assert" | "release", lock: LockFact): boolean {
  return effect.do === kind && isOfClass(effect.lock, lock.class);
}

function isReleaseOf(step: Step, lock: LockFact, site: Site): boolean {
  return callHasEffect(step, site.rulebook, (effect) => isEffectOn(effect, "release", lock));
}

/** `if (!vma) mmap_read_unlock(mm); return 0;`: whoever releases on one side of the last test keeps the lock for the caller on the other. */
function isReleaseBeforeReturn({ yes, no }: Extract<Terminator, { k: "branch" }>, lock: LockFact, site: Site): boolean {
  const { blocks } = site.frame.fn;
  return [[yes, no], [no, yes]].some(([aside, on]) => {
    const side = blocks[aside!]!;
    const end = blocks[on!]!.end;
    const joins = side.end.k === "goto" && side.end.to === on && end.k === "return" && end.loc.line === site.loc.line;
    return joins && side.steps.every((step) => isReleaseOf(step, lock, site));
  });
}

/** Whether the caller can get at the lock: through an object, an out-parameter or the result. */
function escapes(lock: LockFact, value: string, site: Site): boolean {
  if (sym.splitMove(value).root === lock.id) return true;
  const mapped = site.facts.maps.some((m) => sym.splitMove(value).root === m.pointer);
  if (mapped) return true;
  for (const [address, held] of site.facts.memory) {
    if (held !== lock.id || /^&\d+:[^.[]*$/.test(address)) continue;
    if (!isFaultStructure(address, value, site)) return true;
  }
  return returnsLocked(lock, value, site) || implementsContract(site) || tellsCaller(lock, site);
}

/** `*mmap_locked = true;`: the caller is told by a flag of its own that it has the lock now. `*unlocked = true` says the opposite (fixup_user_fault()), `*vma_locked = true` nothing of this lock. */
function tellsCaller(lock: LockFact, site: Site): boolean {
  if (lock.class !== "mmap") return false;
  const { fn, id } = site.frame;
  return fn.params.some((param) => fn.vars.get(param)?.type === "bool *" && /^(?:(?:mmap|mm)_)?locked$/.test(param) && truthOf(site.facts.memory.get(sym.parameter(id, param)) ?? "", site.facts) === true);
}

/**
 * A fault handler that gives a pte and its lock back on some path means to do so on all, though they lie in the caller's
 * structure; one that never does takes them for its caller, and so does one that gives back where it fails and returns
 * with them where it does not, whether it gives back what lies in the structure or a pointer of its own.
 */
export function isFaultStructure(address: string, value: string, site: Site): boolean {
  const { fn, id } = site.frame;
  if (site.rulebook.context(fn.name)?.handsOver || !hasEffect(fn, site.rulebook, (e) => e.do === "unmap") || unmapsOwnOnly(fn, site.rulebook)) return false;
  return fn.params.some((param) => fn.vars.get(param)?.type === "struct vm_fault *" && address.startsWith(`${sym.parameter(id, param)}.`)) && !isToldByReturn(value, site);
}

/** The function is one whose contract says that it returns with a lock held. */
export function implementsContract(site: Site): boolean {
  return nameHasEffect(site.frame.fn.name, site.rulebook, (e) => e.do === "acquire" || e.do === "map" || e.do === "walk-start");
}

/** `return true` of a conditional lock helper: paths that differ in the result differ in the lock. Such helpers take the caller's lock; one that answers false and has unmapped the pte has given up, and gives back its lock too. */
function returnsLocked(lock: LockFact, value: string, site: Site): boolean {
  // mlock_pte_range() and block_touch() lock nothing by their names.
  const named = /(?:(?<!(?:^|_)[bcm])lock|start|begin|enter|(?<!tar)get)(_\w+)?$/.test(site.frame.fn.name) && !/unlock|unlocked/.test(site.frame.fn.name);
  if (coversEntries(lock.class) && site.frame.fn.returnType === "bool" && truthOf(value, site.facts) === false && site.facts.unmapped.size > 0) return false;
  const conventional = lock.class !== "pte-ptl" && lock.class !== "pmd-ptl";
  return named || (conventional && lock.class !== "page_table_lock" && lock.id.startsWith("$") && value !== "" && site.frame.fn.attributes.some((a) => a.startsWith("__acquires")));
}
