/**
 * Memory that is freed while an entry still leads to it: what lies behind an entry goes back to the allocator only after
 * the entry was cleared and its translations were flushed, in this order (Documentation/core-api/cachetlb.rst; clear,
 * flush and free in arch/arm64/mm/mmu.c, unmap_hotplug_pte_range()).
 *
 * Three things are remembered on a path: which value a page was found by, which entry a freed page still hangs in, and
 * which values were taken out of their entries since the last flush.
 */
import type { Effect, Level } from "../rulebook/schema.ts";
import { type Facts, updated } from "./facts.ts";
import { kindSet } from "./kinds.ts";
import type { CallInfo, Site } from "./model.ts";

type WriteEffect = Extract<Effect, { do: "write" }>;

/** Key under which the entry value that a page was found by is remembered. */
const foundBy = (page: string): string => `p:${page}`;
/** Key of a value that was taken out of its entry and not flushed since. */
const unflushed = (value: string): string => `x:${value}`;
const freedIn = (entry: string): string => `freed:${entry}`;

/** The facts after a call, with what it does to memory behind entries. */
export function trackBehind(call: CallInfo, site: Site, after: Facts): Facts {
  const { facts: before, frame, loc, reviewed } = site;
  const { contract } = call;
  let facts = after;
  for (const effect of contract?.effects ?? []) {
    if (effect.do === "free-memory") {
      const entry = entryHolding(foundByValue(call.arg(effect.of), before), site);
      if (entry !== null) facts = updated(facts, { duties: new Map(facts.duties).set(freedIn(entry), { state: "freed", value: "", at: loc, by: frame.fn.name, text: frame.fn === reviewed ? call.step.text : `${frame.fn.name}()` }) });
    }
    if (effect.do === "flush") facts = forget(facts, (key) => key.startsWith("x:"));
    if (isClear(effect)) facts = cleared(call.arg(effect.entry), effect, call, before, facts);
  }
  if (contract?.returns?.behind === undefined) return facts;
  return updated(facts, { memory: new Map(facts.memory).set(foundBy(call.result), call.arg(contract.returns.behind)) });
}

function takesOut(effect: Effect): boolean {
  return effect.do === "write" && effect.old === true;
}

function isClear(effect: Effect): effect is WriteEffect {
  return effect.do === "write" && (takesOut(effect) || (effect.to?.every((kind) => kind === "none") ?? false));
}

function cleared(entry: string, effect: WriteEffect, call: CallInfo, before: Facts, after: Facts): Facts {
  const duties = new Map(after.duties);
  duties.delete(freedIn(entry));
  const former = before.memory.get(`e:${entry}`);
  const gone = [...(former !== undefined && isLeaf(former, effect.level, before) ? [former] : []), ...(effect.old === true && effect.level === "pte" ? [call.result] : [])];
  const memory = new Map(after.memory);
  const flushes = call.contract?.effects?.some((e) => e.do === "flush") ?? false;
  if (!flushes) for (const value of gone) memory.set(unflushed(value), call.step.callee ?? "");
  return updated(after, { duties: duties.size === after.duties.size ? after.duties : duties, memory });
}

/** A table goes by rules of its own (table-free). */
function isLeaf(value: string, level: Level, facts: Facts): boolean {
  const fact = facts.values.get(value);
  return level === "pte" || (fact !== undefined && (fact.kinds & ~kindSet(["leaf", "devmap", "bad"])) === 0);
}

/** The entry value that a page or folio was found by. */
export function foundByValue(page: string, facts: Facts): string | undefined {
  return facts.memory.get(foundBy(page));
}

/** Whether one of these was found by the value of an entry. */
export function foundBehind(values: readonly string[], facts: Facts): boolean {
  return values.some((value) => foundByValue(value, facts) !== undefined);
}

/** The entry that still holds the value, as far as this path knows. What ptep_get_and_clear() gives is the value of an entry that holds it no more. */
function entryHolding(value: string | undefined, { facts, callOf }: Site): string | null {
  if (value === undefined || callOf(value)?.contract?.effects?.some(takesOut) === true) return null;
  for (const [key, held] of facts.memory) if (held === value && key.startsWith("e:")) return key.slice(2);
  return null;
}

function forget(facts: Facts, isGone: (key: string) => boolean): Facts {
  if (!Array.from(facts.memory.keys()).some(isGone)) return facts;
  return updated(facts, { memory: new Map(Array.from(facts.memory).filter(([key]) => !isGone(key))) });
}

/** Judges a call that clears an entry, or frees memory. */
export function judgeBehind(call: CallInfo, site: Site): void {
  for (const effect of call.contract?.effects ?? []) {
    if (isClear(effect)) judgeCleared(call.arg(effect.entry), effect.level, call, site);
    if (effect.do === "free-memory") judgeFreed(call.arg(effect.of), call, site);
  }
}

const order = ["clear the entry, flush, free the memory"];
const references = [{ file: "Documentation/core-api/cachetlb.rst", where: "", version: "6.12" }];

function judgeCleared(entry: string, level: Level, call: CallInfo, site: Site): void {
  const freed = site.facts.duties.get(freedIn(entry));
  if (!freed) return;
  site.judge({
    rule: "tlb-flush",
    outcome: "violated",
    what: `memory behind the ${level} entry freed after its flush`,
    loc: freed.at,
    message: `${freed.text} frees what the ${level} entry still leads to: ${call.step.callee}() clears it only in line ${site.loc.line}, and until then, and until TLBs are flushed, other CPUs go on using it`,
    group: "memory behind entries",
    requires: order,
    references,
  });
}

function judgeFreed(page: string, call: CallInfo, site: Site): void {
  const value = foundByValue(page, site.facts);
  if (value === undefined) return;
  const by = site.facts.memory.get(unflushed(value));
  site.judgeAtCall((outer) => ({
    rule: "tlb-flush",
    outcome: by === undefined ? "proved" : "violated",
    what: `${outer?.step.callee ?? call.step.callee}: memory freed after the flush`,
    message: by === undefined ? "" : `${(outer ?? call).step.text} frees memory whose entry ${by}() has cleared, without a flush in between: other CPUs may still use it through their TLBs`,
    group: "memory behind entries",
    requires: order,
    references,
  }));
}
