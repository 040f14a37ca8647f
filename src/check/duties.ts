/**
 * What a path has opened and must close, or owes: a TLB flush, a lazy MMU section, a notifier range, the wait for
 * lockless walkers of a detached table, the count of tables. Each is one entry in `Facts.duties`; paths that differ in
 * one are kept apart, so that `if (flush) flush_tlb_range()` goes together with what set `flush`.
 */
import { compareVersions } from "../util/version.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { Effect, Level } from "../rulebook/schema.ts";
import { type Duty, type Facts, updated } from "./facts.ts";
import { grantAccess, leaveGranted } from "./granted.ts";
import { kindSet } from "./kinds.ts";
import { beginsInLazyMode } from "./lazy-callbacks.ts";
import type { CallInfo, Site } from "./model.ts";
import { memoByObject } from "../util/memo.ts";
import * as sym from "./symbols.ts";

/** An entry that lives in a local variable: a value under construction, no other CPU sees it. */
export function isOwnVariable(pointer: string): boolean {
  return /^&\d+:[^.[]*$/.test(pointer);
}

export type DutyEffect = Extract<Effect, { do: "owe-flush" | "flush" | "read-context-id" | "order-for-walkers" | "settle-batched" | "mark-dirty" | "drop-rmap" | "delay-rmap" | "announce-flush" | "lazy-mmu" | "notifier" | "detach-table" | "sync-walkers" | "reuse-table" | "ledger" | "allow-access" }>;

/** Key of the flush that a path owes for entries it has cleared or made less permissive. */
export const owedFlush = "flush";
export const lazySection = "lazy";
export const lazyPause = "lazy-pause";
/** Key of the mode that a callback was called in and has left (lazy-callbacks.ts). */
export const leftMode = "lazy-left";
/** Key of a section in which others are told that a flush is still to come (inc_tlb_flush_pending()). */
export const announcedFlush = "announced";

/** Key of a change that relies on a mmu_gather, made under a lock under which put-off flushes were not looked for. */
export const unsettledBatch = "unsettled";
/** Key of a page whose dirtiness was moved from an entry that is not flushed yet. */
export const dirtied = "dirtied";
/** Key of a context id that was read ("early"), or of the barrier after which it may be ("ordered"). */
export const contextId = "context-id";
const batchSettled = "b:";
/** A pte was cleared whose flush is the caller's mmu_gather's. */
const clearedForGather = "t:";

/** Key under which it is remembered that the table of a pmd was taken out of the page tables. */
function takenOut(pmd: string): string {
  return `d:${pmd}`;
}

/** Whether the function has a mmu_gather, so that its flushes are put off until tlb_finish_mmu(). */
export const gatherInHand: (fn: FunctionIr) => boolean = memoByObject((fn) => Array.from(fn.vars.values()).some((v) => /^(const )?struct mmu_gather( \*)?$/.test(v.type)));

export function rangeKey(range: string): string {
  return `range:${range}`;
}

type TableState = "walked" | "flushed" | "left";

function leaveTables(facts: Facts, state: TableState): Facts {
  const detached = facts.duties.get(detachedTable);
  return detached && detached.state !== "left" ? withDuty(facts, detachedTable, { ...detached, state }) : facts;
}

/** Key of the table whose entry was cleared last; the duty's value is what the entry held. */
export const detachedTable = "detached";

export function ledgerKey(level: string): string {
  return `ledger:${level}`;
}

export function applyDuty(effect: DutyEffect, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  switch (effect.do) {
    case "owe-flush":
      return oweFlush(effect, call, site);
    case "flush":
      return flush(effect.what, call, effect.level === "pte" ? relyOnGather(call, site) : facts);
    case "read-context-id":
      return facts.duties.has(contextId) ? facts : withDuty(facts, contextId, duty("early", "", call, site));
    case "order-for-walkers":
      return call.args[0] === `g:${effect.given}` ? withDuty(facts, contextId, duty("ordered", "", call, site)) : facts;
    case "settle-batched":
      return updated(facts, { memory: new Map(facts.memory).set(batchSettled, "yes") });
    case "mark-dirty":
      return facts.memory.has(clearedForGather) ? withDuty(facts, dirtied, duty("dirty", "", call, site)) : facts;
    case "drop-rmap":
    case "delay-rmap":
      return without(facts, dirtied);
    case "announce-flush":
      return effect.begin ? withDuty(facts, announcedFlush, duty("announced", "", call, site)) : without(facts, announcedFlush);
    case "allow-access":
      return grantAccess(call, site);
    case "lazy-mmu":
      return effect.pause ? counted(facts, lazyPause, !effect.enter, call, site) : facts.duties.has(lazyPause) ? facts : switchMode(effect.enter, call, site);
    case "notifier":
      return moveRange(effect, call, site);
    case "detach-table":
      return detach(call.arg(effect.entry), call, site);
    case "sync-walkers":
      return leaveTables(facts, "left");
    case "reuse-table":
      return isDetached(call.arg(effect.table), site) ? without(facts, detachedTable) : facts;
    case "ledger":
      return keepCount(facts, effect.level, ledgerStep(effect), call, site);
  }
}

/** The table goes by the value that its entry held: what the call returns, or what was read from the entry before. */
function detach(entry: string, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const returnsIt = call.contract?.effects?.some((e) => e.do === "write" && e.old === true) ?? false;
  const value = returnsIt ? call.result : facts.memory.get(`e:${entry}`);
  const noted = updated(facts, { memory: new Map(facts.memory).set(takenOut(entry), "yes") });
  return value === undefined ? noted : withDuty(noted, detachedTable, { ...duty("walked", value, call, site), entry });
}

/** Whether a table is the one that was taken out last: found by the value of its entry, or by the pointer to it before it was cleared. */
export function isDetached(table: string, site: Site): boolean {
  const detached = site.facts.duties.get(detachedTable);
  if (!detached) return false;
  if (detached.value === valueBehind(table, site)) return true;
  const found = site.callOf(sym.splitMove(table).root);
  const { inTableOf, entry } = found?.contract?.returns ?? {};
  const above = inTableOf ?? entry?.below;
  return found !== null && above !== undefined && detached.entry !== undefined && found.arg(above) === detached.entry;
}

/** The entry value that a table was found by: what pmd_pgtable() was given. */
function valueBehind(table: string, site: Site): string {
  const found = site.callOf(table);
  const from = found?.contract?.returns?.tableOf;
  return found && from !== undefined ? found.arg(from) : table;
}

function duty(state: string, value: string, call: CallInfo, site: Site): Duty {
  return { state, value, at: site.loc, by: site.frame.fn.name, text: call.step.text };
}

function withDuty(facts: Facts, key: string, made: Duty): Facts {
  return updated(facts, { duties: new Map(facts.duties).set(key, made) });
}

export function without(facts: Facts, key: string): Facts {
  if (!facts.duties.has(key)) return facts;
  const duties = new Map(facts.duties);
  duties.delete(key);
  return updated(facts, { duties });
}

const cacheable = kindSet(["leaf", "devmap", "table"]);

/** A mmu_gather flushes what it is told of; what reclaim has cleared before and put off, it is not told. */
function relyOnGather(call: CallInfo, site: Site): Facts {
  const { facts } = site;
  if (facts.memory.has(batchSettled) || facts.duties.has(unsettledBatch) || !gatherInHand(site.frame.fn)) return facts;
  return withDuty(facts, unsettledBatch, duty("unsettled", "", call, site));
}

function noteForGather(facts: Facts, fn: FunctionIr): Facts {
  const given = fn.params.some((param) => fn.vars.get(param)?.type === "struct mmu_gather *");
  return given ? updated(facts, { memory: new Map(facts.memory).set(clearedForGather, "yes") }) : facts;
}

/** The first entry that is not flushed stands for all: one flush serves them. Entries that are known not to be present are in no TLB. */
function oweFlush(effect: Extract<DutyEffect, { do: "owe-flush" }>, call: CallInfo, site: Site): Facts {
  const facts = effect.level === "pte" ? noteForGather(relyOnGather(call, site), site.frame.fn) : site.facts;
  const entry = call.arg(effect.entry);
  const table = facts.maps.find((m) => m.pointer === sym.splitMove(entry).root);
  // A table reached through a pmd on the stack is out of the page tables, and was flushed when it was taken out.
  if (table && (isOwnVariable(table.of) || facts.memory.has(takenOut(table.of)))) return facts;
  if (isKernel(call) || (effect.addr === undefined && !isForProcess(site.frame.fn)) || facts.duties.has(owedFlush) || isOwnVariable(entry)) return facts;
  const former = facts.memory.get(`e:${entry}`);
  const fact = former === undefined ? undefined : facts.values.get(former);
  if (fact && (fact.kinds & cacheable) === 0) return facts;
  const made = { ...duty(effect.open ? "open" : "owed", call.result, call, site), level: effect.level };
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
  const announced = facts.duties.get(announcedFlush);
  if (what === "kernel") return leaveTables(without(facts, owedFlush), "flushed");
  const served = owed && (what !== "entry" || owed.value === call.result) ? without(facts, owedFlush) : facts;
  return announced && what !== "entry" ? withDuty(served, announcedFlush, { ...announced, state: "flushed" }) : served;
}

/** The lock under which the entry was changed is dropped, and the flush is still to come. */
export function markLate(before: Facts): Facts {
  const facts = leaveGranted(without(before, unsettledBatch));
  const owed = facts.duties.get(owedFlush);
  return owed?.state === "owed" ? withDuty(facts, owedFlush, { ...owed, state: "late" }) : facts;
}

/** An entry that turns out not to have been present was in no TLB: nothing is owed for it. */
export function settleFlush(facts: Facts): Facts {
  const owed = facts.duties.get(owedFlush);
  const fact = owed && facts.values.get(owed.value);
  return fact && (fact.kinds & cacheable) === 0 ? without(facts, owedFlush) : facts;
}

/** An entry that gets back what was taken out of it is the one that TLBs know: nothing is owed for it (move_present_ptes() when the page turns out to be pinned, mm/userfaultfd.c of 6.18). */
export function putBack(entry: string, call: CallInfo, facts: Facts): Facts {
  const owed = facts.duties.get(owedFlush);
  return owed !== undefined && owed.value !== "" && facts.memory.get(`e:${entry}`) === owed.value && call.args.includes(owed.value) ? without(facts, owedFlush) : facts;
}

/** A range that is prepared has a start that is not zero: code tests it to see whether the range was begun. */
function moveRange(effect: Extract<DutyEffect, { do: "notifier" }>, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const range = call.arg(effect.range);
  switch (effect.step) {
    case "init": {
      const start = sym.field(range, "start");
      const value = sym.expression("start", [call.result]);
      return updated(facts, { memory: new Map(facts.memory).set(start, value), truths: new Map(facts.truths).set(value, true) });
    }
    case "start":
      return withDuty(facts, rangeKey(range), duty("open", "", call, site));
    case "end":
      return withDuty(facts, rangeKey(range), duty("ended", "", call, site));
  }
}

/** The lazy MMU section that holds stores back here: one that is paused does not, and in a pause nothing is entered or left (lazy_mmu_mode_enable(), 6.19). */
export function lazyHere({ duties }: Facts): Duty | undefined {
  return duties.has(lazyPause) ? undefined : duties.get(lazySection);
}

/** A callback that was called in the mode is back in that of its caller when it enters it again. */
function switchMode(enter: boolean, call: CallInfo, site: Site): Facts {
  const { facts } = site;
  const isCallers = !facts.duties.has(lazySection) && beginsInLazyMode(site.rulebook)(site.frame.fn);
  if (isCallers && enter && facts.duties.has(leftMode)) return without(facts, leftMode);
  return isCallers && !enter ? withDuty(facts, leftMode, duty("left", "", call, site)) : counted(facts, lazySection, enter, call, site);
}

/** The state of a section, or of a pause of one, is how often it was entered. */
function counted(facts: Facts, key: string, enter: boolean, call: CallInfo, site: Site): Facts {
  const known = facts.duties.get(key);
  const depth = Number(known?.state ?? 0) + (enter ? 1 : -1);
  if (depth <= 0) return without(facts, key);
  const nests = compareVersions(site.rulebook.era, "6.19") >= 0;
  return depth > (nests ? 3 : 1) ? facts : withDuty(facts, key, { ...(known ?? duty("", "", call, site)), state: String(depth) });
}

/** What an effect adds to the difference between tables that hang in the page tables and the count of them. */
export function ledgerStep(effect: Extract<DutyEffect, { do: "ledger" }>): 1 | -1 {
  return (effect.side === "tables") === (effect.by === "one more") ? 1 : -1;
}

/** Tables are counted for a process: a function that has none in hand works on those of the kernel, or of a guest. */
export const isForProcess: (fn: FunctionIr) => boolean = memoByObject((fn) => Array.from(fn.vars.values()).some((v) => /^(const )?struct (mm_struct|vm_area_struct|vm_fault|mm_walk|mmu_gather) \*?$/.test(v.type)));

const below: Readonly<Partial<Record<Level, Level>>> = { pmd: "pte", pud: "pmd", p4d: "pud" };

/** A populate hangs one more table into the page tables; those of the kernel are not counted. */
export function countTable(level: Level, call: CallInfo, site: Site): Facts {
  const table = below[level];
  return table === undefined || isKernel(call) ? site.facts : keepCount(site.facts, table, 1, call, site);
}

function keepCount(facts: Facts, level: string, by: 1 | -1, call: CallInfo, site: Site): Facts {
  if (!isForProcess(site.frame.fn)) return facts;
  const key = ledgerKey(level);
  const known = facts.duties.get(key);
  const sum = Number(known?.state ?? 0) + by;
  if (sum === 0) return without(facts, key);
  // More than a few is a loop over tables, which is balanced round by round or not at all.
  if (Math.abs(sum) > 2) return facts;
  return withDuty(facts, key, { ...(known ?? duty("", "", call, site)), state: String(sum) });
}
