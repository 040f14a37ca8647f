/**
 * What a path has opened and must close, or owes: a TLB flush, a lazy MMU section, a notifier range, the wait for
 * lockless walkers of a detached table, the count of tables. Each is one entry in `Facts.duties`; paths that differ in
 * one are kept apart, so that `if (flush) flush_tlb_range()` goes together with what set `flush`.
 */
import { compareVersions } from "../util/version.ts";
import type { Effect } from "../rulebook/schema.ts";
import type { Duty, Facts } from "./facts.ts";
import { kindSet } from "./kinds.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";

export type DutyEffect = Extract<Effect, { do: "owe-flush" | "flush" | "announce-flush" | "lazy-mmu" | "notifier" | "detach-table" | "sync-walkers" | "reuse-table" | "ledger" }>;

/** Key of the flush that a path owes for entries it has cleared or made less permissive. */
export const owedFlush = "flush";
export const lazySection = "lazy";
/** Key of a section in which others are told that a flush is still to come (inc_tlb_flush_pending()). */
export const announcedFlush = "announced";

export function rangeKey(range: string): string {
  return `range:${range}`;
}

/** Key of a table whose entry, which held `value`, is cleared. */
export function detachedKey(value: string): string {
  return `detached:${value}`;
}

export function ledgerKey(level: string): string {
  return `ledger:${level}`;
}

export function applyDuty(effect: DutyEffect, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  switch (effect.do) {
    case "owe-flush":
      return oweFlush(effect, call, site);
    case "flush":
      return flush(effect.what, call, facts);
    case "announce-flush":
      return effect.begin ? withDuty(facts, announcedFlush, duty("announced", "", call, site)) : without(facts, announcedFlush);
    case "lazy-mmu":
      return nest(facts, effect.enter, call, site);
    case "notifier":
      return moveRange(effect, call, site);
    case "detach-table":
      return withDuty(facts, detachedKey(call.result), duty("walked", call.result, call, site));
    case "sync-walkers":
      return { ...facts, duties: new Map(Array.from(facts.duties, ([key, d]) => [key, key.startsWith("detached:") ? { ...d, state: "left" } : d] as const)) };
    case "reuse-table":
      return without(facts, detachedKey(valueBehind(call.arg(effect.table), site)));
    case "ledger":
      return keepCount(facts, effect.level, ledgerStep(effect), call, site);
  }
}

/** The entry value that a table was found by: what pmd_pgtable() was given. */
export function valueBehind(table: string, site: Site): string {
  const found = site.callOf(table);
  const from = found?.contract?.returns?.tableOf;
  return found && from !== undefined ? found.arg(from) : table;
}

function duty(state: string, value: string, call: CallInfo, site: Site): Duty {
  return { state, value, at: site.loc, by: site.frame.fn.name, text: call.step.text };
}

function withDuty(facts: Facts, key: string, made: Duty): Facts {
  return { ...facts, duties: new Map(facts.duties).set(key, made) };
}

export function without(facts: Facts, key: string): Facts {
  if (!facts.duties.has(key)) return facts;
  const duties = new Map(facts.duties);
  duties.delete(key);
  return { ...facts, duties };
}

const cacheable = kindSet(["leaf", "devmap", "table"]);

/** The first entry that is not flushed stands for all: one flush serves them. Entries that are known not to be present are in no TLB. */
function oweFlush(effect: Extract<DutyEffect, { do: "owe-flush" }>, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const entry = call.arg(effect.entry);
  if (isKernel(call) || facts.duties.has(owedFlush) || /^&\d+:[^.[]*$/.test(entry)) return facts;
  const former = facts.memory.get(`e:${entry}`);
  const fact = former === undefined ? undefined : facts.values.get(former);
  if (fact && (fact.kinds & cacheable) === 0) return facts;
  const made = duty(effect.open ? "open" : "owed", call.result, call, site);
  return withDuty(facts, owedFlush, made);
}

/** Kernel tables: their flush is the business of those who reuse the address. */
function isKernel(call: CallInfo): boolean {
  const mm = call.contract?.params.indexOf("mm") ?? -1;
  return mm >= 0 && (call.args[mm] ?? "").includes("g:init_mm");
}

/** A flush serves all entries; a call that flushes the entry it has cleared serves no other. Kernel ranges are not what is owed for a process. */
function flush(what: Extract<DutyEffect, { do: "flush" }>["what"], call: CallInfo, facts: Facts): Facts {
  const owed = facts.duties.get(owedFlush);
  if (!owed || (what === "entry" && owed.value !== call.result)) return facts;
  return without(facts, owedFlush);
}

/** Whether the entry a flush is owed for may have been present at all, as far as later tests of its old value tell. */
export function mayBeCached(owed: Duty, facts: Facts): boolean {
  const fact = facts.values.get(owed.value);
  return fact === undefined || (fact.kinds & cacheable) !== 0;
}

/** A range that is prepared has a start that is not zero: code tests it to see whether the range was begun. */
function moveRange(effect: Extract<DutyEffect, { do: "notifier" }>, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const range = call.arg(effect.range);
  switch (effect.step) {
    case "init": {
      const start = sym.field(range, "start");
      const value = sym.expression("start", [call.result]);
      return { ...facts, memory: new Map(facts.memory).set(start, value), truths: new Map(facts.truths).set(value, true) };
    }
    case "start":
      return withDuty(facts, rangeKey(range), duty("open", "", call, site));
    case "end":
      return withDuty(facts, rangeKey(range), duty("ended", "", call, site));
  }
}

/** The state of a section is how often it was entered. */
function nest(facts: Facts, enter: boolean, call: CallInfo, site: Site): Facts {
  const known = facts.duties.get(lazySection);
  const depth = Number(known?.state ?? 0) + (enter ? 1 : -1);
  if (depth <= 0) return without(facts, lazySection);
  const nests = compareVersions(site.rulebook.era, "6.19") >= 0;
  return depth > (nests ? 3 : 1) ? facts : withDuty(facts, lazySection, { ...(known ?? duty("", "", call, site)), state: String(depth) });
}

/** What an effect adds to the difference between tables that hang in the page tables and the count of them. */
export function ledgerStep(effect: Extract<DutyEffect, { do: "ledger" }>): 1 | -1 {
  return (effect.side === "tables") === (effect.by === "one more") ? 1 : -1;
}

function keepCount(facts: Facts, level: string, by: 1 | -1, call: CallInfo, site: Site): Facts {
  const key = ledgerKey(level);
  const known = facts.duties.get(key);
  const sum = Number(known?.state ?? 0) + by;
  if (sum === 0) return without(facts, key);
  // More than a few is a loop over tables, which is balanced round by round or not at all.
  if (Math.abs(sum) > 2) return facts;
  return withDuty(facts, key, { ...(known ?? duty("", "", call, site)), state: String(sum) });
}
