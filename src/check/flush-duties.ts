/** The flush that a path owes for entries it has changed, and what is left to a mmu_gather. */
import type { FunctionIr } from "../c/ir.ts";
import type { Effect } from "../rulebook/schema.ts";
import { memoByObject } from "../util/memo.ts";
import { announcedFlush, dirtied, duty, isOwnVariable, owedFlush, unsettledBatch, withDuty, without } from "./duties.ts";
import { type Facts, updated } from "./facts.ts";
import { leaveGranted } from "./granted.ts";
import { kindSet } from "./kinds.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { isForProcess, isKernel, leaveTables, takenOut } from "./table-duties.ts";

const batchSettled = "b:";
/** A pte was cleared whose flush is the caller's mmu_gather's. */
const clearedForGather = "t:";
const cacheable = kindSet(["leaf", "devmap", "table"]);

/** Whether the function has a mmu_gather, so that its flushes are put off until tlb_finish_mmu(). */
export const gatherInHand: (fn: FunctionIr) => boolean = memoByObject((fn) => Array.from(fn.vars.values()).some((v) => /^(const )?struct mmu_gather( \*)?$/.test(v.type)));

/** A mmu_gather flushes what it is told of; what reclaim has cleared before and put off, it is not told. */
export function relyOnGather(call: CallInfo, site: Site): Facts {
  const { facts } = site;
  if (facts.memory.has(batchSettled) || facts.duties.has(unsettledBatch) || !gatherInHand(site.frame.fn)) return facts;
  return withDuty(facts, unsettledBatch, duty("unsettled", "", call, site));
}

function noteForGather(facts: Facts, fn: FunctionIr): Facts {
  const given = fn.params.some((param) => fn.vars.get(param)?.type === "struct mmu_gather *");
  return given ? updated(facts, { memory: new Map(facts.memory).set(clearedForGather, "yes") }) : facts;
}

/** What reclaim has put off is flushed. */
export function settleBatched(facts: Facts): Facts {
  return updated(facts, { memory: new Map(facts.memory).set(batchSettled, "yes") });
}

/** The page is told to be dirty, whose entry's flush is the gather's. */
export function markDirty(call: CallInfo, site: Site): Facts {
  const { facts } = site;
  return facts.memory.has(clearedForGather) ? withDuty(facts, dirtied, duty("dirty", "", call, site)) : facts;
}

/** The first entry that is not flushed stands for all: one flush serves them. Entries that are known not to be present are in no TLB. */
export function oweFlush(effect: Extract<Effect, { do: "owe-flush" }>, call: CallInfo, site: Site): Facts {
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

/** A flush serves all entries; a call that flushes the entry it has cleared serves no other. Kernel ranges are not what is owed for a process. */
export function flush(what: Extract<Effect, { do: "flush" }>["what"], call: CallInfo, facts: Facts): Facts {
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
