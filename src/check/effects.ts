/** What a contract says a call does, done to the facts of one path. */
import type { Loc } from "../c/ir.ts";
import type { Contract, Effect, EntryKind, Level, LockClass, LockRef } from "../rulebook/schema.ts";
import { applyDuty, countTable, isOwnVariable, markLate } from "./duties.ts";
import { contentOf, equality } from "./evaluate.ts";
import { forgetWalked, treatAs } from "./hugetlb-entries.ts";
import { type Facts, type LockFact, type Trail, truthOf, type ValueFact, updated } from "./facts.ts";
import type { Hooks } from "./hooks.ts";
import { allKinds, type KindSet, kindSet, thpMigration } from "./kinds.ts";
import type { Acquisition, CallInfo, Site } from "./model.ts";
import { mentions } from "./mentions.ts";
import { mayBeKernels } from "./whose-tables.ts";
import { ageLooks, lookAt } from "./steady-fields.ts";
import { endOwnSession, endSession, noteFound } from "./vma-sessions.ts";
import * as sym from "./symbols.ts";
import { noteWritten } from "./written-kinds.ts";

/** Applies the effects that take place on this result (`zero`, `nonzero`, or those without condition only when null). */
export function applyEffects(call: CallInfo, on: "zero" | "nonzero" | null, site: Site, hooks: Hooks): Facts {
  let facts = site.facts;
  for (const effect of call.contract?.effects ?? []) {
    if ("when" in effect && effect.when !== undefined && effect.when !== on) continue;
    facts = applyEffect(effect, call, { ...site, facts }, hooks);
  }
  if (call.contract?.returns?.vma === true) facts = noteFound(call.result, facts);
  return facts;
}

function applyEffect(effect: Effect, call: CallInfo, site: Site, hooks: Hooks): Facts {
  const { facts, loc } = site;
  switch (effect.do) {
    case "acquire": {
      const after = acquire(lockOfRef(effect.lock, call), { mode: effect.mode ?? "write", waits: effect.try !== true, nested: effect.nested === true }, site, hooks);
      // Taking the lock of an object shows that there is one.
      const object = "of" in effect.lock && effect.lock.of !== null ? call.arg(effect.lock.of) : "";
      return object === "" || sym.isUnstable(object) || truthOf(object, after) !== undefined ? after : updated(after, { truths: new Map(after.truths).set(object, true) });
    }
    case "wait-for":
      for (const rule of hooks.onAcquire) rule.onAcquire(lockOfRef(effect.lock, call), null, site, { mode: "write", waits: true, nested: false });
      return facts;
    case "release":
      return release(lockOfRef(effect.lock, call), site, hooks);
    case "assert": {
      const lock = lockOfRef(effect.lock, call);
      if (!isTracked(lock) || facts.locks.some((l) => l.id === lock.id)) return facts;
      // What was told of the callers is the same lock by another name.
      const others = facts.locks.filter((l) => l.told === undefined || l.class !== lock.class);
      return updated(facts, { locks: [...others, { ...lock, mode: effect.mode ?? "write", by: "", at: loc, origin: "entry", certain: true }] });
    }
    case "may-release": {
      const { id, class: lockClass } = lockOfRef(effect.lock, call);
      // The object may be known by another name here (vma->vm_mm for mm): then any lock of the class may be meant.
      const isNamed = facts.locks.some((l) => l.id === id);
      return updated(facts, { locks: facts.locks.map((l) => (l.id === id || (!isNamed && l.class === lockClass) ? { ...l, certain: false } : l)) });
    }
    case "give-lock":
      return assignTo(effect.to, call, lockOfRef(effect.lock, call).id, facts);
    case "map":
      // A result that is not kept is reported where it is dropped; what becomes of the mapping is no second question.
      return call.step.dst === null ? facts : map(call.result, call.arg(effect.of), site, call.step.text);
    case "unmap":
      return unmap(call.arg(effect.pointer), site, hooks);
    case "read":
      return readEntry(call.result, call.arg(effect.entry), effect.level, effect.how, site, { kinds: effect.kinds });
    case "write": {
      const entry = call.arg(effect.entry);
      const filled = effect.level === "pte" && fillsPrivateTable(entry, facts) ? refill(facts, loc) : facts;
      const written = writeEntry(entry, filled, note(facts, loc, call.step.text));
      if (!effect.old) return effect.level === "pte" ? noteWritten(call, facts, written) : written;
      const cleared = /huge_get_and_clear/.test(call.step.callee ?? "") ? updated(written, { memory: new Map(written.memory).set(sym.clearedBy(entry), `${call.step.callee}()`) }) : written;
      return readEntry(call.result, call.arg(effect.entry), effect.level, "locked", { ...site, facts: cleared }, { before: facts, kinds: effect.kinds });
    }
    case "settle": {
      const pointer = call.arg(effect.entry);
      const value = sym.expression("kind", [pointer]);
      const kinds = possible(kindSet(effect.kinds), effect.level, facts);
      const fact = { entry: entryKey(pointer, facts), level: effect.level, how: "locked" as const, kinds, shown: 0, real: true, claimed: true as const, under: covering(facts).join(" "), at: loc };
      return updated(facts, { values: new Map(facts.values).set(value, fact), memory: new Map(facts.memory).set(`e:${pointer}`, value) });
    }
    case "install": {
      if (isOwnVariable(call.arg(effect.entry))) return facts;
      const written = writeEntry(call.arg(effect.entry), countTable(effect.level, call, site), note(facts, loc, call.step.text));
      const table = call.arg(effect.table);
      const known = written.tables.get(table);
      return known ? updated(written, { tables: new Map(written.tables).set(table, { ...known, state: "published" }) }) : written;
    }
    case "new-table":
      return addTable(effect.to, call, facts, loc);
    case "barrier":
      return orderReads(effect.kind, effect.kind === "read" ? facts : orderTables(facts));
    case "give-vma": {
      const found = `${call.result}vma`;
      return noteFound(found, updated(facts, { memory: new Map(facts.memory).set(call.arg(effect.to), found) }));
    }
    case "give-entry":
      return updated(facts, { memory: new Map(facts.memory).set(call.arg(effect.to), `${call.result}entry`) });
    case "look-at":
      return lookAt(effect.field, sym.field(call.arg(effect.of), effect.field), facts);
    case "change-rmap":
      return updated(facts, { memory: new Map(facts.memory).set(sym.changedRmap(call.arg(effect.folio)), `${call.step.callee}() in line ${loc.line}`) });
    case "treat-as":
      return treatAs(effect, call, site);
    case "free-memory":
      return facts;
    case "owe-flush":
    case "flush":
    case "settle-batched":
    case "mark-dirty":
    case "drop-rmap":
    case "delay-rmap":
    case "read-context-id":
    case "order-for-walkers":
    case "announce-flush":
    case "allow-access":
    case "lazy-mmu":
    case "notifier":
    case "detach-table":
    case "sync-walkers":
    case "reuse-table":
    case "ledger":
      return applyDuty(effect, call, site);
    case "walk-start":
      return updated(forgetWalked(call.arg(effect.walk), facts), { walks: new Map(facts.walks).set(call.arg(effect.walk), loc), trail: note(facts, loc, call.step.text) });
    case "walk-end": {
      const walks = new Map(facts.walks);
      walks.delete(call.arg(effect.walk));
      return updated(forgetWalked(call.arg(effect.walk), facts), { walks });
    }
  }
}

/** The lock a contract speaks of: by the pointer it is reached through, or by class and what it protects. */
export function lockOfRef(ref: LockRef, call: CallInfo): { readonly id: string; readonly class: LockClass } {
  if ("pointer" in ref) {
    return namedLock(call.arg(ref.pointer), ref.kind);
  }
  return { id: sym.lockOf(ref.class, ref.of === null ? "" : ref.of.startsWith("&") ? sym.globalAddress(ref.of.slice(1)) : call.arg(ref.of)), class: ref.class };
}

/** Fields that hold a lock of a class (include/linux/mm_types.h, fs.h, rmap.h; mm/hugetlb.c). */
const namedLocks: readonly (readonly [RegExp, LockClass])[] = [
  [/\.page_table_lock$/, "page_table_lock"],
  [/\.mmap_(?:lock|sem)$/, "mmap"],
  [/\.i_mmap_rwsem$/, "i_mmap"],
  [/\.root\.rwsem$/, "anon_vma"],
  [/g:hugetlb_fault_mutex_table\[/, "hugetlb-fault"],
];

/** The lock at an address; one in a field that tells its owner goes by that, as the helpers for it name it. */
export function namedLock(id: string, otherwise?: LockClass): { readonly id: string; readonly class: LockClass } {
  const lockClass = classOfLock(id, otherwise);
  const owner = /^(.*)\.(?:mmap_lock|mmap_sem|i_mmap_rwsem)$/s.exec(id)?.[1];
  return { id: owner === undefined ? id : sym.lockOf(lockClass, owner), class: lockClass };
}

/** Class of a lock known by its address only. */
export function classOfLock(id: string, otherwise: LockClass = "spin"): LockClass {
  const named = /^lock\(([a-z_-]+),/.exec(id);
  if (named) return named[1] as LockClass;
  for (const [pattern, lockClass] of namedLocks) if (pattern.test(id)) return lockClass;
  return otherwise;
}

export function acquire(lock: { readonly id: string; readonly class: LockClass }, how: Acquisition, site: Site, hooks: Hooks): Facts {
  const { mode } = how;
  const { facts, loc } = site;
  if (!isTracked(lock)) return facts;
  const held = facts.locks.find((l) => l.id === lock.id) ?? null;
  for (const rule of hooks.onAcquire) rule.onAcquire(lock, held, site, how);
  const fact: LockFact = { id: lock.id, class: lock.class, mode, by: site.frame.fn.name, at: loc, origin: facts.released.has(callersLock(lock.id)) ? "entry" : "taken", certain: !lock.id.startsWith("?") && !lock.id.includes(",?"), ...(how.waits ? { waited: true } : {}) };
  return updated(ageLooks(fact, facts), { locks: [...facts.locks.filter((l) => l.id !== lock.id || isCounted(lock.class)), fact], trail: note(facts, loc, `takes ${describeLock(fact)}`) });
}

/** Mutexes, semaphores and spinlocks that are not locks of page tables are not what this tool is about; following them would only cost states. */
function isTracked(lock: { readonly id: string; readonly class: LockClass }): boolean {
  if (lock.class === "mutex" || lock.class === "rwsem") return false;
  // A lock reached by an unknown pointer may be a page-table lock; one in a field of an unknown object is one only by its name.
  return lock.class !== "spin" || /ptl|page_table|^lock\(|^\?(?!.*\.[a-z_]\w*$)/.test(lock.id);
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

/** Key of a release of a lock that the caller had taken: taken again, it is held for the caller. */
export function callersLock(id: string): string {
  return `caller's ${id}`;
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

/** What keeps entries from changing now: page-table locks, and walks that hold one. */
export function covering(facts: Facts): string[] {
  return [...facts.locks.filter((l) => coversEntries(l.class) && l.certain).map((l) => l.id), ...facts.walks.keys()];
}

/** The contract of the walk whose structure holds this entry pointer, if one is under way. */
function walkBehind(pointer: string, site: Site): Contract | undefined {
  const own = Array.from(site.facts.walks.keys()).some((walk) => pointer.startsWith(sym.initial(`${walk}.`)));
  return own ? site.rulebook.contract("page_vma_mapped_walk") : undefined;
}

/** Lock classes that keep an entry from changing. */
export function coversEntries(lockClass: LockClass): boolean {
  return lockClass === "pte-ptl" || lockClass === "pmd-ptl" || lockClass === "pud-ptl" || lockClass === "page_table_lock" || lockClass === "spin";
}

/** Whether who waits for a lock of the class may sleep, and so holds no spinlock. */
export function maySleepFor(lockClass: LockClass): boolean {
  return lockClass === "mmap" || lockClass === "vma" || lockClass === "i_mmap" || lockClass === "anon_vma";
}

function map(pointer: string, of: string, site: Site, text: string): Facts {
  const { facts, frame, loc } = site;
  return updated(facts, { maps: [...facts.maps, { pointer, of, by: frame.fn.name, at: loc, certain: true, pastUse: false }], trail: note(facts, loc, text) });
}

export function unmap(pointer: string, site: Site, hooks: Hooks): Facts {
  for (const rule of hooks.onUnmap) rule.onUnmap(pointer, site);
  const { facts, loc } = site;
  const root = sym.splitMove(pointer).root;
  // A wrong pointer ends some mapping: which, is not known.
  if (root.startsWith("&") || sym.asNumber(root) !== null) return updated(facts, { maps: facts.maps.map((m) => ({ ...m, certain: false })) });
  return updated(facts, {
    maps: facts.maps.filter((m) => m.pointer !== root),
    unmapped: new Map(facts.unmapped).set(root, loc),
    trail: note(facts, loc, "unmaps the pte"),
  });
}

/** Entries of one mapped table are taken together: what was re-checked for one is re-checked for the loop. */
export function entryKey(pointer: string, facts: Facts): string {
  const root = sym.splitMove(pointer).root;
  const mapped = facts.maps.find((m) => m.pointer === root);
  return mapped ? `pte of ${mapped.of}` : root;
}

interface ReadOptions {
  /** Where the entry's former kinds are looked up: the facts before a call that also writes it. */
  readonly before?: Facts;
  /** The kinds that a value read this way can be of, when the getter says so. */
  readonly kinds?: readonly EntryKind[] | undefined;
}

/** `result` becomes the value of the entry. */
export function readEntry(result: string, pointer: string, level: Level, how: ValueFact["how"], site: Site, options: ReadOptions = {}): Facts {
  const { facts, loc } = site;
  const before = options.before ?? facts;
  const under = covering(facts).join(" ");
  const kept = before.memory.get(`e:${pointer}`);
  const written = kept === ownWrite;
  const seen = kept === undefined ? undefined : before.values.get(kept);
  // What was seen without the lock that is held now says nothing of the entry under it.
  const former = seen !== undefined && seen.under === "" && under !== "" ? undefined : seen;
  const origin = site.callOf(sym.splitMove(pointer).root)?.contract ?? (level === "pte" ? walkBehind(pointer, site) : undefined);
  const walked = level === "pte" && !mentions(site.frame.fn, "migrations") && Array.from(facts.walks.keys()).some((walk) => pointer === sym.initial(sym.field(walk, "pte")));
  // What a mapped table holds depends on the VMA too: a pte that was merely mapped proves no kind possible.
  const handedIn = facts.anyKind.has(pointer) && (level !== "pte" || options.kinds !== undefined);
  const reached = origin?.returns?.entry !== undefined && !mayBeKernels(site.frame.fn);
  const real = walked || handedIn || reached;
  const stated = walked || level === origin?.returns?.entry?.level ? origin?.returns?.kinds : undefined;
  const kinds = (stated ? kindSet(stated) : allKinds(level)) & (options.kinds ? kindSet(options.kinds) : allKinds(level));
  const fact = former && under !== "" ? { ...former, under } : { entry: entryKey(pointer, facts), level, how, shown: former?.shown ?? 0, kinds: possible(limited(former?.kinds ?? kinds, options.kinds), level, facts), real: real && !former && !written && (walked || !sym.isUnstable(pointer)), under, at: loc };
  const memory = new Map(facts.memory).set(`e:${pointer}`, result);
  if (how === "lockless" && under === "") memory.set(sym.readLockless(pointer), "yes");
  return updated(facts, { values: new Map(facts.values).set(result, fact), memory });
}

/** What the getter says wins over what is known of a path where two ways to read the entry meet. */
function limited(kinds: KindSet, to: readonly EntryKind[] | undefined): KindSet {
  const both = to === undefined ? kinds : kinds & kindSet(to);
  return both === 0 && to !== undefined ? kindSet(to) : both;
}

function possible(kinds: KindSet, level: Level, facts: Facts): KindSet {
  return level === "pmd" && facts.truths.get(thpMigration) === false ? kinds & ~kindSet(["migration"]) : kinds;
}

/** Stands for a value that this CPU wrote to the entry. */
const ownWrite = "written";

export function writeEntry(pointer: string, facts: Facts, trail: Trail | null): Facts {
  const memory = new Map(facts.memory);
  memory.set(`e:${pointer}`, ownWrite);
  const key = entryKey(pointer, facts);
  const locked = facts.locks.some((l) => coversEntries(l.class));
  const entries = locked ? new Map(facts.entries).set(key, { decided: null, rechecked: true }) : facts.entries;
  return updated(facts, { memory, entries, trail });
}

/** A pte that is not in a mapped table, or in one mapped through a pmd on the stack, set without a lock: its table is not reachable yet. */
function fillsPrivateTable(pointer: string, facts: Facts): boolean {
  const map = facts.maps.find((m) => m.pointer === sym.splitMove(pointer).root);
  if (map) return isOwnVariable(map.of);
  return covering(facts).length === 0 && !pointer.startsWith("$");
}

/** A barrier before a store that fills a table no longer orders the table. */
function refill(facts: Facts, loc: Loc): Facts {
  const tables = new Map(Array.from(facts.tables, ([table, t]) => [table, t.state === "ordered" ? ({ state: "filled", at: loc } as const) : t] as const));
  return updated(facts, { tables: tables.set(anyTable, { state: "filled", at: loc }) });
}

/** Stands for tables this function has not made: "filled" once it has set entries of one, "ordered" once it has run a write barrier. */
export const anyTable = "*";

/** What an out-parameter receives. A lock that is the result itself is the call's result symbol already. */
function assignTo(to: string, call: CallInfo, value: string, facts: Facts): Facts {
  if (to === "return") return facts;
  return updated(facts, { memory: new Map(facts.memory).set(call.arg(to), value) });
}

function addTable(to: string, call: CallInfo, facts: Facts, loc: Loc): Facts {
  const table = to === "return" ? call.result : contentOf(call.arg(to), facts);
  return updated(facts, { tables: new Map(facts.tables).set(table, { state: "filled", at: loc }), trail: note(facts, loc, call.step.text) });
}

/** After a read barrier the second half of a value is read later than the first. */
function orderReads(kind: "write" | "read" | "full", facts: Facts): Facts {
  if (kind === "write") return facts;
  return updated(facts, { memory: new Map(Array.from(facts.memory, ([address, value]) => [address, address.startsWith("h:") ? "ordered" : value] as const)) });
}

export function orderTables(facts: Facts): Facts {
  const tables = Array.from(facts.tables, ([table, t]) => [table, t.state === "filled" ? ({ ...t, state: "ordered" } as const) : t] as const);
  return updated(facts, { tables: new Map([...tables, [anyTable, { state: "ordered", at: facts.trail?.loc ?? { line: 0, column: 0 } }]]) });
}

export function note(facts: Facts, loc: Loc, text: string): Trail {
  return { loc, text, before: facts.trail };
}

export function describeLock(lock: { readonly id: string; readonly class: LockClass; readonly mode?: "read" | "write" }): string {
  const names: Readonly<Record<LockClass, string>> = {
    mmap: "mmap_lock",
    vma: "VMA lock",
    i_mmap: "i_mmap_rwsem",
    anon_vma: "anon_vma lock",
    "pte-ptl": "PTE page-table lock",
    "pmd-ptl": "PMD page-table lock",
    "pud-ptl": "PUD page-table lock",
    page_table_lock: "page_table_lock",
    "hugetlb-vma": "hugetlb VMA lock",
    "hugetlb-fault": "hugetlb fault mutex",
    folio: "folio lock",
    rcu: "RCU read section",
    "irq-off": "interrupts off",
    spin: "spinlock",
    mutex: "mutex",
    rwsem: "rwsem",
  };
  const shared = lock.class === "mmap" || lock.class === "i_mmap" || lock.class === "anon_vma";
  return shared && lock.mode ? `${names[lock.class]} (${lock.mode})` : names[lock.class];
}
