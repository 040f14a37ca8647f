/** One thread's turn at the world: the state that it may change, and where it says what happened. */
import type { RuleId } from "../../core/finding.ts";
import { entriesPerTable, life, type Layout } from "./layout.ts";
import type { PropertyId } from "./property.ts";
import type { EntryValue, TornValue, Values } from "./value.ts";

export interface Turn {
  readonly layout: Layout;
  readonly data: Int32Array;
  /** The same array, for the words that are the thread's own, which no other thread ever looks at: what it has collected to free and to flush. */
  readonly mine: Int32Array;
  readonly values: Values;
  readonly thread: number;
  /** Says that a property is broken. The first one counts; `rule` when it is another than the property's own. */
  fail(property: PropertyId, text: string, rule?: RuleId): void;
  /** Says what the step did, for the trace; absent in a search, where nobody reads it and its text is not even made. */
  note?(text: string): void;
  /** Says which value an entry was seen to hold. */
  saw?(table: number, index: number, value: EntryValue | TornValue): void;
}

/** The bit of the turn's thread in a set of threads. */
export function own(turn: Turn): number {
  return 1 << turn.thread;
}

export function entryAt(turn: Turn, table: number, index: number): EntryValue | TornValue {
  const value = turn.values.get(turn.data[turn.layout.entry + table * entriesPerTable + index]!);
  if (value.k !== "entry" && value.k !== "torn") throw new TypeError(`entry holds ${value.k}`);
  return value;
}

/** The entry when it is whole, else null. */
export function wholeAt(turn: Turn, table: number, index: number): EntryValue | null {
  const value = entryAt(turn, table, index);
  return value.k === "entry" ? value : null;
}

export function tableName(layout: Layout, table: number): string {
  return `${layout.levels[table]} table T${table}`;
}

export function slotName(layout: Layout, table: number, index: number): string {
  return `${layout.levels[table]}[${index}] of T${table}`;
}

export function entryName(value: EntryValue | TornValue): string {
  if (value.k === "torn") return `half of (${entryName(value.low)}), half of (${entryName(value.high)})`;
  switch (value.kind) {
    case "none":
      return "none";
    case "table":
      return `table T${value.target}`;
    case "leaf":
      return `page P${value.target}${flagNames(value.flags)}`;
    case "invalid": case "swap": case "migration": case "device-private": case "device-exclusive": case "hwpoison": case "marker": case "bad":
      return value.target < 0 ? value.kind : `${value.kind} entry for P${value.target}`;
  }
}

function flagNames(flags: number): string {
  const names = [flags & 1 ? "writable" : "read-only", flags & 2 ? "dirty" : "", flags & 8 ? "protnone" : ""].filter((n) => n !== "");
  return ` (${names.join(", ")})`;
}

/**
 * Every touch of a table's memory, its lock included, comes through here. A deposited table may be withdrawn and put
 * elsewhere at any time, so for all but its owner it is as good as freed.
 */
export function touchTable(turn: Turn, table: number, what: string): boolean {
  const { layout, data } = turn;
  const state = data[layout.life + table];
  if (state === life.freed || state === life.unused) turn.fail("freed-table", `${what} ${tableName(layout, table)}, which has been freed`);
  else if (state === life.deposited && data[layout.owner + table] !== turn.thread + 1) {
    turn.fail("reused-table", `${what} ${tableName(layout, table)}, which has been taken out and deposited for reuse`);
  } else return true;
  return false;
}
