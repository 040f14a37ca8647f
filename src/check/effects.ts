/** What a contract says a call does, done to the facts of one path. */
import type { Effect } from "../rulebook/schema.ts";
import { applyDuty } from "./apply-duty.ts";
import { isOwnVariable } from "./duties.ts";
import { putBack } from "./flush-duties.ts";
import { countTable } from "./table-duties.ts";
import { entryKey, possible, readEntry, writeEntry } from "./entry-effects.ts";
import { type Facts, note, truthOf, updated } from "./facts.ts";
import type { Hooks } from "./hooks.ts";
import { forgetWalked, treatAs } from "./hugetlb-entries.ts";
import { kindSet } from "./kinds.ts";
import { acquire, isTracked, release } from "./lock-effects.ts";
import { covering, lockOfRef } from "./locks.ts";
import type { CallInfo, Site } from "./model.ts";
import { lookAt } from "./steady-fields.ts";
import * as sym from "./symbols.ts";
import { addTable, fillsPrivateTable, orderReads, orderTables, refill } from "./table-effects.ts";
import { noteFound } from "./vma-sessions.ts";
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
      const lock = lockOfRef(effect.lock, call);
      const after = noteInterrupts(lock.id, effect.plain === true, acquire(lock, { mode: effect.mode ?? "write", waits: effect.try !== true, nested: effect.nested === true }, site, hooks));
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
      if (effect.after !== undefined && !facts.memory.has(sym.takenPlainly(lockOfRef(effect.after, call).id))) return facts;
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
      const written = writeEntry(entry, putBack(entry, call, filled), note(facts, loc, call.step.text));
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

/** Remembers of a lock that it was taken with interrupts off and left them so: its unlock may be what turns them on. */
function noteInterrupts(lock: string, plain: boolean, facts: Facts): Facts {
  const key = sym.takenPlainly(lock);
  const off = plain && facts.locks.some((held) => held.class === "irq-off");
  if (facts.memory.has(key) === off) return facts;
  const memory = new Map(facts.memory);
  if (off) memory.set(key, sym.number(1));
  else memory.delete(key);
  return updated(facts, { memory });
}

function map(pointer: string, of: string, site: Site, text: string): Facts {
  const { facts, frame, loc } = site;
  return updated(facts, { maps: [...facts.maps, { pointer, of, by: frame.fn.name, at: loc, certain: true, pastUse: false }], trail: note(facts, loc, text) });
}

function unmap(pointer: string, site: Site, hooks: Hooks): Facts {
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

/** What an out-parameter receives. A lock that is the result itself is the call's result symbol already. */
function assignTo(to: string, call: CallInfo, value: string, facts: Facts): Facts {
  if (to === "return") return facts;
  return updated(facts, { memory: new Map(facts.memory).set(call.arg(to), value) });
}
