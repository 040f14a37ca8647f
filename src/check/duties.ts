/**
 * What a path has opened and must close, or owes: a TLB flush, a lazy MMU section, a notifier range, the wait for
 * lockless walkers of a detached table, the count of tables. Each is one entry in `Facts.duties`; paths that differ in
 * one are kept apart, so that `if (flush) flush_tlb_range()` goes together with what set `flush`. What effects do to them is
 * in apply-duty.ts.
 */
import { type Duty, type Facts, updated } from "./facts.ts";
import type { CallInfo, Site } from "./model.ts";

/** An entry that lives in a local variable: a value under construction, no other CPU sees it. */
export function isOwnVariable(pointer: string): boolean {
  return /^&\d+:[^.[]*$/.test(pointer);
}

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
/** Key of the table whose entry was cleared last; the duty's value is what the entry held. */
export const detachedTable = "detached";

export function rangeKey(range: string): string {
  return `range:${range}`;
}

export function ledgerKey(level: string): string {
  return `ledger:${level}`;
}

export function duty(state: string, value: string, call: CallInfo, site: Site): Duty {
  return { state, value, at: site.loc, by: site.frame.fn.name, text: call.step.text };
}

export function withDuty(facts: Facts, key: string, made: Duty): Facts {
  return updated(facts, { duties: new Map(facts.duties).set(key, made) });
}

export function without(facts: Facts, key: string): Facts {
  if (!facts.duties.has(key)) return facts;
  const duties = new Map(facts.duties);
  duties.delete(key);
  return updated(facts, { duties });
}
