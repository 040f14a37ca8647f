/** What taking and releasing a lock does to the facts of a path. */
import { definedBy, operandsOf, stepsOf } from "../c/index.ts";
import type { CallStep, Expr } from "../c/ir.ts";
import type { LockClass } from "../rulebook/schema.ts";
import { markLate } from "./flush-duties.ts";
import { equality } from "./evaluate.ts";
import { type Facts, type LockFact, note, updated } from "./facts.ts";
import type { Hooks } from "./hooks.ts";
import { callersLock, covering, coversEntries, describeLock } from "./locks.ts";
import type { Acquisition, Site } from "./model.ts";
import { ageLooks } from "./steady-fields.ts";
import * as sym from "./symbols.ts";
import { endOwnSession, endSession } from "./vma-sessions.ts";

export function acquire(lock: { readonly id: string; readonly class: LockClass }, how: Acquisition, site: Site, hooks: Hooks): Facts {
  const { mode } = how;
  const { facts, loc } = site;
  if (!isTracked(lock)) return isNeverSet(lock.id, site) && isSetElsewhere(lock.id, site) ? takenSomehow(lock, how, site) : facts;
  const held = facts.locks.find((l) => l.id === lock.id) ?? null;
  for (const rule of hooks.onAcquire) rule.onAcquire(lock, held, site, how);
  const fact: LockFact = { id: lock.id, class: lock.class, mode, by: site.frame.fn.name, at: loc, origin: facts.released.has(callersLock(lock.id)) ? "entry" : "taken", certain: !lock.id.startsWith("?") && !lock.id.includes(",?"), ...(how.waits ? { waited: true } : {}) };
  return updated(ageLooks(fact, facts), { locks: [...facts.locks.filter((l) => l.id !== lock.id || isCounted(lock.class)), fact], trail: note(facts, loc, `takes ${describeLock(fact)}`) });
}

/**
 * A lock is taken by a pointer that was set nowhere on this path but is on others, so the path is one that no caller lets come about (page_vma_mapped_walk()
 * is entered with a pte only if it is entered with its lock, mm/page_vma_mapped.c, 6.13). It is not the release that is wrong then.
 */
function takenSomehow({ id, class: lockClass }: { readonly id: string; readonly class: LockClass }, { mode }: Acquisition, { facts, frame, loc }: Site): Facts {
  const fact: LockFact = { id, class: lockClass, mode, by: frame.fn.name, at: loc, origin: "taken", certain: false };
  return updated(facts, { locks: [...facts.locks.filter((l) => l.id !== id), fact] });
}

/** Mutexes, semaphores and spinlocks that are not locks of page tables are not what this tool is about; following them would only cost states. */
export function isTracked(lock: { readonly id: string; readonly class: LockClass }): boolean {
  if (lock.class === "mutex" || lock.class === "rwsem") return false;
  // A lock reached by an unknown pointer may be a page-table lock; one in a field of an unknown object is one only by its name.
  return lock.class !== "spin" || /ptl|page_table|^lock\(|^\?(?!.*\.[a-z_]\w*$)/.test(lock.id);
}

/** Another way sets the variable that was not set on this one, or a macro may that names it; where none does, no path is right. */
function isSetElsewhere(id: string, site: Site): boolean {
  const { fn } = sym.stepOf(id)?.frame === site.frame.id ? site.frame : { fn: site.reviewed };
  const made = site.stepOf(id);
  if (made?.op !== "assign") return true;
  const { dst } = made;
  return stepsOf(fn).some((step) => (step !== made && definedBy(step) === dst) || operandsOf(step).some((arg) => isHandedOut(arg, dst)) || (step.op === "call" && mayBeMacro(step, site) && step.args.some((arg) => arg.k === "var" && arg.name === dst)));
}

/** Its address goes to who may set it. */
function isHandedOut(arg: Expr, name: string): boolean {
  return arg.k === "addr" && arg.place.k === "var" && arg.place.name === name;
}

function mayBeMacro({ callee }: CallStep, site: Site): boolean {
  return callee !== null && site.rulebook.contract(callee) === undefined && site.bodyOf(callee) === null;
}

/** What a variable holds that was declared without a value and not set since. */
export function isNeverSet(id: string, site: Site): boolean {
  const made = /^@\d+\.\d+\.\d+;$/.test(id) ? site.stepOf(id) : null;
  return made?.op === "assign" && made.declare && made.value === null;
}

/** Read sections nest; the others don't. */
function isCounted(lockClass: LockClass): boolean {
  return lockClass === "rcu" || lockClass === "irq-off";
}

export function release(lock: { readonly id: string; readonly class: LockClass }, site: Site, hooks: Hooks): Facts {
  const { facts, loc } = site;
  const { id } = lock;
  const named = facts.locks.findLastIndex((l) => l.id === id || facts.truths.get(equality(l.id, id)) === true);
  if (named < 0 && !isTracked(lock) && !isNeverSet(id, site)) return facts;
  const index = named < 0 ? onlyCandidate(lock, facts) : named;
  for (const rule of hooks.onRelease) rule.onRelease(lock, facts.locks[index] ?? null, site);
  const locks = facts.locks.filter((_, i) => i !== index);
  const own = facts.locks[index]?.origin === "taken";
  const left = afterUnlock(dropStale(updated(facts, { locks, released: new Map(facts.released).set(own ? id : callersLock(id), loc) })));
  const known = lock.class === "mmap" ? endSession(loc.line, left) : lock.class === "vma" ? endOwnSession(sym.objectOf(id), loc.line, left) : left;
  return updated(known, { trail: note(facts, loc, index < 0 ? "releases a lock" : `releases ${describeLock(facts.locks[index]!)}`) });
}

/** A lock may be reached by a name we cannot resolve (another pointer to the same mm, a lock pointer in a structure): the one held lock that fits is meant. */
function onlyCandidate(lock: { readonly id: string; readonly class: LockClass }, facts: Facts): number {
  const differs = (l: LockFact): boolean => facts.truths.get(equality(l.id, lock.id)) === false;
  const fits = (l: LockFact): boolean => (l.class === lock.class || (lock.class === "spin" && coversEntries(l.class))) && !differs(l);
  if (facts.released.has(lock.id)) return -1;
  const fitting = facts.locks.filter(fits);
  return fitting.length === 1 ? facts.locks.indexOf(fitting[0]!) : -1;
}

/** What is flushed from here on is flushed after the last lock that covered the entries. */
function afterUnlock(facts: Facts): Facts {
  return covering(facts).length > 0 ? facts : markLate(facts);
}

/** After a spinlock is gone, what was read or tested under it is a former state of the entries. */
function dropStale(facts: Facts): Facts {
  const underLock = new Set(covering(facts));
  const isGone = (under: string): boolean => under !== "" && !under.split(" ").some((id) => underLock.has(id));
  const values = new Map(Array.from(facts.values, ([value, fact]) => [value, isGone(fact.under) ? { ...fact, under: "" } : fact] as const));
  const anyLeft = facts.locks.some((l) => coversEntries(l.class));
  if (anyLeft) return updated(facts, { values });
  const entries = new Map(Array.from(facts.entries, ([entry, fact]) => [entry, { decided: fact.decided ?? (fact.rechecked ? facts.trail?.loc ?? null : null), rechecked: false }] as const));
  const memory = new Map(Array.from(facts.memory).filter(([address]) => !/^[ecb]:/.test(address)));
  return updated(facts, { values, entries, memory });
}
