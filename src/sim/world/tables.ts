/** The life of page tables: allocated, made reachable, taken out, freed at once or after a grace period, deposited. */
import { entriesPerTable, life, type Level } from "./layout.ts";
import { mayBeWalked } from "./tlb.ts";
import { entryName, own, slotName, tableName, touchTable, wholeAt, type Turn } from "./turn.ts";

/** A new table with none in every entry, or -1 when the world has no table left for the level. */
export function allocateTable(turn: Turn, level: Level): number {
  const { layout, data } = turn;
  const table = layout.levels.findIndex((l, t) => l === level && data[layout.life + t] === life.unused);
  if (table < 0) return -1;
  data[layout.life + table] = life.private;
  data[layout.owner + table] = turn.thread + 1;
  forgetOrder(turn, table);
  for (let index = 0; index < entriesPerTable; index++) data[layout.entry + table * entriesPerTable + index] = turn.values.none.id;
  turn.note?.(`allocates ${tableName(layout, table)}`);
  return table;
}

/** The table is filled anew: what locks have ordered was what it held before. */
function forgetOrder(turn: Turn, table: number): void {
  const { layout, data } = turn;
  data[layout.ordered + table] = own(turn);
  for (let lock = 0; lock < layout.locks; lock++) {
    data[layout.lockSees + lock]! &= ~(1 << table);
    data[layout.lockSeesAlone + lock]! &= ~(1 << table);
  }
}

/** Threads that an RCU grace period which starts now must wait for. Interrupts off counts as a read section. */
export function readers(turn: Turn): number {
  const { layout, data } = turn;
  let set = 0;
  for (let thread = 0; thread < layout.threads; thread++) {
    if (data[layout.rcu + thread]! > 0 || data[layout.irq + thread]! > 0) set |= 1 << thread;
  }
  return set;
}

export function freeTable(turn: Turn, table: number, when: "now" | "after-grace-period"): void {
  const { layout, data } = turn;
  if (!touchTable(turn, table, "frees") || !mayGo(turn, table, "frees")) return;
  const waiting = when === "now" ? 0 : readers(turn);
  data[layout.life + table] = waiting === 0 ? life.freed : life.waiting;
  if (when === "after-grace-period") data[layout.grace + table] = waiting;
  turn.note?.(waiting === 0 ? `${tableName(layout, table)} is freed` : `${tableName(layout, table)} will be freed after a grace period`);
}

/** The table stays allocated and waits with a PMD table to be used for a later split. */
export function depositTable(turn: Turn, table: number, pmdTable: number): void {
  const { layout, data } = turn;
  if (!touchTable(turn, table, "deposits") || !mayGo(turn, table, "deposits")) return;
  data[layout.life + table] = life.deposited;
  data[layout.owner + table] = turn.thread + 1;
  data[layout.deposits + pmdTable]! |= 1 << table;
  turn.note?.(`deposits ${tableName(layout, table)}`);
}

/** The deposited table that comes back, or -1 after a fault. */
export function withdrawTable(turn: Turn, pmdTable: number): number {
  const { layout, data } = turn;
  const set = data[layout.deposits + pmdTable]!;
  const table = layout.levels.findIndex((_, t) => set & (1 << t));
  if (table < 0) {
    turn.fail("deposit", `withdraws a table from ${tableName(layout, pmdTable)}, where none is deposited`);
    return -1;
  }
  data[layout.deposits + pmdTable] = set & ~(1 << table);
  data[layout.life + table] = life.private;
  data[layout.owner + table] = turn.thread + 1;
  // What it will hold is not ordered for others yet.
  forgetOrder(turn, table);
  turn.note?.(`withdraws ${tableName(layout, table)}`);
  return table;
}

/** At the end of a read section: frees what waited for this thread only. */
export function endGrace(turn: Turn): void {
  const { layout, data } = turn;
  for (let table = 0; table < layout.tables; table++) {
    data[layout.grace + table]! &= ~own(turn);
    if (data[layout.life + table] !== life.waiting || data[layout.grace + table] !== 0) continue;
    data[layout.life + table] = life.freed;
    turn.note?.(`the grace period ends: ${tableName(layout, table)} is freed`);
  }
}

/** Tables whose grace period the end of this thread's read section would end, or shorten, whatever has become of them: only a grace period and the thread itself change that. */
export function waitingFor(turn: Turn): number[] {
  const { layout, data } = turn;
  const waiting: number[] = [];
  for (let table = 0; table < layout.tables; table++) if (data[layout.grace + table]! & own(turn)) waiting.push(table);
  return waiting;
}

function mayGo(turn: Turn, table: number, what: string): boolean {
  const { layout, data } = turn;
  const name = tableName(layout, table);
  if (data[layout.links + table]! > 0) {
    turn.fail("reachable-freed", `${what} ${name} while an entry still points to it`);
    return false;
  }
  for (let index = 0; index < entriesPerTable; index++) {
    const entry = wholeAt(turn, table, index);
    if (entry !== null && entry.kind === "none") continue;
    // What the thread has seen it has accounted for, as collapse_pte_mapped_thp() of 6.1 does; what it has not is lost.
    const seen = layout.observed + (turn.thread * layout.tables + table) * entriesPerTable + index;
    if (data[seen] !== 0 && data[seen] === data[layout.entry + table * entriesPerTable + index]) continue;
    const where = slotName(layout, table, index);
    turn.fail("entries-freed", `${what} ${name} although ${where} has come to hold ${entry === null ? "a torn value" : entryName(entry)}`);
    return false;
  }
  if (mayBeWalked(turn, table)) {
    turn.fail("stale-walk", `${what} ${name} before the walk caches were flushed: the hardware may still read entries from it`);
    return false;
  }
  return true;
}
