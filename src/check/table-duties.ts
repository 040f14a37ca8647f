/** Tables that a path has taken out of the page tables, and the count of those that hang in them. */
import type { FunctionIr } from "../c/ir.ts";
import type { Effect, Level } from "../rulebook/schema.ts";
import { memoByObject } from "../util/memo.ts";
import { detachedTable, duty, ledgerKey, withDuty, without } from "./duties.ts";
import { type Facts, updated } from "./facts.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";

type TableState = "walked" | "flushed" | "left";

/** Key under which it is remembered that the table of a pmd was taken out of the page tables. */
export function takenOut(pmd: string): string {
  return `d:${pmd}`;
}

export function leaveTables(facts: Facts, state: TableState): Facts {
  const detached = facts.duties.get(detachedTable);
  return detached && detached.state !== "left" ? withDuty(facts, detachedTable, { ...detached, state }) : facts;
}

/** The table goes by the value that its entry held: what the call returns, or what was read from the entry before. */
export function detach(entry: string, call: CallInfo, site: Site): Facts {
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

/** Kernel tables: their flush is the business of those who reuse the address. */
export function isKernel(call: CallInfo): boolean {
  const mm = call.contract?.params.indexOf("mm") ?? -1;
  return mm >= 0 && (call.args[mm] ?? "").includes("g:init_mm");
}

/** Tables are counted for a process: a function that has none in hand works on those of the kernel, or of a guest. */
export const isForProcess: (fn: FunctionIr) => boolean = memoByObject((fn) => Array.from(fn.vars.values()).some((v) => /^(const )?struct (mm_struct|vm_area_struct|vm_fault|mm_walk|mmu_gather) \*?$/.test(v.type)));

/** What an effect adds to the difference between tables that hang in the page tables and the count of them. */
export function ledgerStep(effect: Extract<Effect, { do: "ledger" }>): 1 | -1 {
  return (effect.side === "tables") === (effect.by === "one more") ? 1 : -1;
}

const below: Readonly<Partial<Record<Level, Level>>> = { pmd: "pte", pud: "pmd", p4d: "pud" };

/** A populate hangs one more table into the page tables; those of the kernel are not counted. */
export function countTable(level: Level, call: CallInfo, site: Site): Facts {
  const table = below[level];
  return table === undefined || isKernel(call) ? site.facts : keepCount(site.facts, table, 1, call, site);
}

export function keepCount(facts: Facts, level: string, by: 1 | -1, call: CallInfo, site: Site): Facts {
  if (!isForProcess(site.frame.fn)) return facts;
  const key = ledgerKey(level);
  const known = facts.duties.get(key);
  const sum = Number(known?.state ?? 0) + by;
  if (sum === 0) return without(facts, key);
  // More than a few is a loop over tables, which is balanced round by round or not at all.
  if (Math.abs(sum) > 2) return facts;
  return withDuty(facts, key, { ...(known ?? duty("", "", call, site)), state: String(sum) });
}
