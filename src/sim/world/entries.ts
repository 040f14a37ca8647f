/** Loads and stores of page-table entries, with what each may break. */
import { entriesPerTable, life } from "./layout.ts";
import { entryAt, entryName, own, slotName, tableName, touchTable, type Turn } from "./turn.ts";
import { noteTranslations, translationsAt } from "./tlb.ts";
import { flag, hardwareFlags, type EntryValue, type TornValue } from "./value.ts";

const barrierBit = 1 << 30;

/** The entry's value, or none after a fault. */
export function loadEntry(turn: Turn, table: number, index: number): EntryValue | TornValue {
  const { layout, data } = turn;
  if (!inTable(turn, table, index, "reads")) return turn.values.none;
  if (!touchTable(turn, table, "reads from")) return turn.values.none;
  if (!(data[layout.ordered + table]! & own(turn))) {
    turn.fail("uninitialised-table", `reads from ${tableName(layout, table)}, whose contents were not ordered before the store that made it reachable`);
  }
  const value = entryAt(turn, table, index);
  data[seen(turn, table, index)] = value.id;
  turn.saw?.(table, index, value);
  turn.note?.(`${slotName(layout, table, index)} is ${entryName(value)}`);
  return value;
}

/** Replaces the entry and gives what stood there, as xchg() does: the caller cannot lose what it did not know. */
export function exchangeEntry(turn: Turn, table: number, index: number, value: EntryValue | TornValue): EntryValue | TornValue {
  if (!inTable(turn, table, index, "writes") || !touchTable(turn, table, "writes to")) return turn.values.none;
  const old = entryAt(turn, table, index);
  turn.saw?.(table, index, old);
  replace(turn, table, index, old, value);
  return old;
}

/**
 * The hardware sets bits in an entry that is still what its walk saw. It may do so in a table that has just been taken
 * out, until the flush: that changes nothing that the kernel would keep.
 */
export function hardwareStore(turn: Turn, table: number, index: number, expected: EntryValue, value: EntryValue): boolean {
  if (!touchTable(turn, table, "writes to") || entryAt(turn, table, index) !== expected) return false;
  turn.data[turn.layout.entry + table * entriesPerTable + index] = value.id;
  turn.note?.(`${slotName(turn.layout, table, index)}: ${entryName(expected)} -> ${entryName(value)}`);
  return true;
}

export function storeEntry(turn: Turn, table: number, index: number, value: EntryValue | TornValue, holdsLock: boolean): void {
  if (!inTable(turn, table, index, "writes") || !touchTable(turn, table, "writes to")) return;
  const old = entryAt(turn, table, index);
  const known = turn.data[seen(turn, table, index)]!;
  if (known !== old.id && old.k === "entry") checkLost(turn, table, index, old, known, value, holdsLock);
  replace(turn, table, index, old, value);
}

/** What a plain store over a value that the thread has not seen loses. */
function checkLost(
  turn: Turn, table: number, index: number, old: EntryValue, known: number, value: EntryValue | TornValue, holdsLock: boolean,
): void {
  if (old.kind === "none") return;
  const before = known === 0 ? null : turn.values.get(known);
  const where = slotName(turn.layout, table, index);
  if (before?.k === "entry" && before.kind === old.kind && before.target === old.target) {
    const added = old.flags & ~before.flags;
    if ((before.flags ^ old.flags) & ~hardwareFlags) {
      turn.fail("lost-entry", `overwrites ${where}, which another CPU changed to ${entryName(old)} since it was read`, holdsLock ? "stale-read" : "entry-lock");
    } else if (added & flag.dirty && !(value.k === "entry" && value.flags & flag.dirty)) {
      turn.fail("lost-dirty", `overwrites ${where} and loses the dirty bit that the hardware set since it was read`);
    }
    return;
  }
  if (value.k === "entry" && value.kind === old.kind && value.target === old.target) return;
  const how = before === null ? "without having read it" : "which another CPU changed since it was read";
  turn.fail("lost-entry", `overwrites ${where} (${entryName(old)}), ${how}`, holdsLock ? "stale-read" : "entry-lock");
}

function replace(turn: Turn, table: number, index: number, old: EntryValue | TornValue, value: EntryValue | TornValue): void {
  const { layout, data } = turn;
  const state = data[layout.life + table];
  const foreign = data[layout.owner + table] !== turn.thread + 1;
  if ((state === life.unlinked || state === life.waiting) && foreign && isNewMapping(old, value)) {
    turn.fail("dead-table-entry", `installs ${entryName(value)} into ${tableName(layout, table)}, which is not reachable any more`);
  }
  const before = translationsAt(turn, table, index);
  data[layout.entry + table * entriesPerTable + index] = value.id;
  data[seen(turn, table, index)] = value.id;
  data[layout.ordered + table]! &= ~barrierBit;
  const level = layout.levels[table];
  if (level !== "pte") {
    if (value.k === "entry" && value.kind === "table" && !(old.k === "entry" && old.kind === "table" && old.target === value.target)) link(turn, value.target);
    if (old.k === "entry" && old.kind === "table" && !(value.k === "entry" && value.kind === "table" && value.target === old.target)) unlink(turn, old.target);
  }
  noteTranslations(turn, before);
  turn.note?.(`${slotName(layout, table, index)}: ${entryName(old)} -> ${entryName(value)}`);
}

/** Whether the entry comes to stand for something else; a change of bits in a table that was taken out is seen by who took it. */
function isNewMapping(old: EntryValue | TornValue, value: EntryValue | TornValue): boolean {
  if (value.k === "torn" || old.k === "torn") return true;
  return value.kind !== "none" && (value.kind !== old.kind || value.target !== old.target);
}

function link(turn: Turn, table: number): void {
  const { layout, data } = turn;
  if (!touchTable(turn, table, "makes reachable")) return;
  data[layout.links + table]! += 1;
  data[layout.life + table] = life.linked;
  data[layout.owner + table] = 0;
  if (data[layout.ordered + table]! & barrierBit) data[layout.ordered + table] = everyThread(turn) | barrierBit;
}

function unlink(turn: Turn, table: number): void {
  const { layout, data } = turn;
  data[layout.links + table]! -= 1;
  if (data[layout.links + table]! > 0 || data[layout.life + table] !== life.linked) return;
  data[layout.life + table] = life.unlinked;
  data[layout.owner + table] = turn.thread + 1;
}

/** smp_wmb() and stronger: what the thread has put into tables of its own comes before what it stores from now on. */
export function writeBarrier(turn: Turn): void {
  const { layout, data } = turn;
  for (let table = 0; table < layout.tables; table++) {
    if (data[layout.owner + table] === turn.thread + 1) data[layout.ordered + table]! |= barrierBit;
  }
}

/** The thread may read the contents of every table; for the start of the world. */
function everyThread(turn: Turn): number {
  return (1 << turn.layout.threads) - 1;
}

function seen(turn: Turn, table: number, index: number): number {
  const { layout } = turn;
  return layout.observed + (turn.thread * layout.tables + table) * entriesPerTable + index;
}

function inTable(turn: Turn, table: number, index: number, what: string): boolean {
  if (index >= 0 && index < entriesPerTable) return true;
  turn.fail("out-of-table", `${what} entry ${index} of ${tableName(turn.layout, table)}, which has ${entriesPerTable}`);
  return false;
}
