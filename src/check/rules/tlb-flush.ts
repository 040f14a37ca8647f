/**
 * tlb-flush: an entry that is cleared or made less permissive stays in TLBs until it is flushed
 * (Documentation/core-api/cachetlb.rst). The flush, or its record in the mmu_gather, comes before the lock of the entry
 * is dropped, unless others are told that it is still to come (mm_tlb_flush_pending(), include/linux/mm_types.h).
 *
 * Many functions leave the flush to their callers. A path without one is a violation only where the function flushes
 * elsewhere, has a mmu_gather in hand, takes and drops the locks of the whole operation itself, or has callers in view
 * of which none flushes.
 */
import { announcedFlush, contextId, dirtied, owedFlush, unsettledBatch } from "../duties.ts";
import { gatherInHand } from "../flush-duties.ts";
import type { Duty } from "../facts.ts";
import { judgeBehind } from "../freed-behind.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { singleIndexLoop } from "../rmap-loop.ts";
import * as sym from "../symbols.ts";
import { flushesAfter, isDecidedByValue, whyNobodyElse } from "./tlb-flush/left-to-callers.ts";

export const tlbFlush: Rule = {
  id: "tlb-flush",

  onCall: (call, site) => {
    judgeOtherMappings(call, site);
    judgeBehind(call, site);
    for (const effect of call.contract?.effects ?? []) {
      if (effect.do === "flush" && effect.what !== "entry") judgeFlush(effect.what, call, site);
      if (effect.do === "flush" && effect.what === "entry") site.judge({ rule: "tlb-flush", outcome: "proved", what: `${levelOf(call)} entry: flushed by this function`, message: "" });
      if (effect.do === "announce-flush" && !effect.begin) judgeAnnounced(call, site);
      if (effect.do === "order-for-walkers" && call.args[0] === `g:${effect.given}`) judgeContextId(call, site);
      if (effect.do === "drop-rmap" || effect.do === "delay-rmap") judgeRmap(effect.do === "delay-rmap", call, site);
      if (effect.do === "owe-flush" && effect.addr !== undefined) judgeAddress(call.arg(effect.entry), call.arg(effect.addr), call, site);
    }
  },

  onRelease: (lock, held, site) => {
    const change = site.facts.duties.get(unsettledBatch);
    if (!change || lock.class !== "pte-ptl" || !held?.certain || held.origin !== "taken" || held.by !== site.frame.fn.name) return;
    site.judge({
      rule: "tlb-flush",
      outcome: "violated",
      what: "put-off flushes looked for under the page-table lock",
      loc: held.at,
      message: `${site.frame.fn.name}() changes entries under the lock taken here and flushes what its mmu_gather is told of: entries that reclaim has cleared before and put off to flush are still in TLBs`,
      requires: ["flush_tlb_batched_pending() after the page-table lock is taken"],
    });
  },

  onReturn: (_value, site) => {
    const owed = site.facts.duties.get(owedFlush);
    if (!owed) return;
    if (!flushesAfter(owed, site)) site.judge({ ...flushedHere(owed), outcome: "unknown", message: "" });
    const reason = owed.state === "open" || isDecidedByValue(owed, site) ? null : whyNobodyElse(owed, site);
    site.judge({
      ...flushed(owed),
      outcome: reason === null ? "unknown" : "violated",
      ...(owed.by === site.frame.fn.name ? {} : { by: owed.by }),
      message: reason === null ? "" : `${owed.text} takes away what TLBs may hold, and ${site.frame.fn.name}() returns without a flush: ${reason}`,
    });
  },
};

/** A huge entry is taken away or made less permissive in each VMA that maps one page of it; others may map other pages. */
function judgeOtherMappings(call: CallInfo, site: Site): void {
  if (!/^p[mu]dp_(?:invalidate|set_wrprotect|huge_clear_flush|huge_get_and_clear)/.test(call.step.callee ?? "")) return;
  const loop = singleIndexLoop(site.frame.fn, call.step.loc);
  if (!loop) return;
  site.judge({
    rule: "tlb-flush",
    outcome: "violated",
    what: `${call.step.callee}: every mapping of the huge entry visited`,
    message: `${call.step.callee}() changes a huge entry in the loop of line ${loop.loc.line}, which finds the VMAs that map one index only: VMAs that map other pages of the entry, and ptes that map it, keep their permissions`,
    requires: ["a loop over all indexes that the huge entry covers"],
    references: [{ file: "fs/dax.c", where: "dax_writeback_one()", version: "6.12" }],
  });
}

function flushed(owed: Duty): { readonly rule: "tlb-flush"; readonly loc: Duty["at"]; readonly what: string; readonly requires: readonly string[] } {
  return { rule: "tlb-flush", loc: owed.at, what: `${nameOf(owed)}: flushed`, requires: ["TLB flush after an entry is cleared or made less permissive"] };
}

/** Whether this function is one that flushes, on some path: what a patch may take away. */
function flushedHere(owed: Duty): { readonly rule: "tlb-flush"; readonly loc: Duty["at"]; readonly what: string } {
  return { rule: "tlb-flush", loc: owed.at, what: `${owed.level ?? ""} entry: flushed by this function` };
}

function levelOf(call: CallInfo): string {
  return call.contract?.effects?.find((e) => e.do === "owe-flush")?.level ?? "";
}

function nameOf(owed: Duty): string {
  return `${owed.text.split("(")[0]}()`;
}

function judgeFlush(what: "user" | "kernel" | "gather" | "table", call: CallInfo, site: Site): void {
  const owed = site.facts.duties.get(owedFlush);
  if (!owed) return;
  site.judge({ ...flushed(owed), outcome: "proved", message: "" });
  site.judge({ ...flushedHere(owed), outcome: "proved", message: "" });
  // Nobody reaches the entries of a table that goes with the flush: what they map needs no earlier one.
  const told = what !== "user" || site.facts.duties.has(announcedFlush) || gatherInHand(site.frame.fn);
  const late = owed.state === "late";
  site.judge({
    rule: "tlb-flush",
    outcome: !late ? "proved" : told ? "unknown" : "violated",
    what: `${nameOf(owed)}: flushed under the page-table lock`,
    message: late && !told ? `${call.step.text} comes after the page-table lock under which ${nameOf(owed)} in line ${owed.at.line} changed the entry is dropped: another CPU that takes the lock sees the new entry while old translations are still used` : "",
    requires: ["TLB flush before the page-table lock is dropped, or inc_tlb_flush_pending() before the change"],
  });
}

/**
 * An invalidation names the process by an id that may be given anew at any time. Read before the barrier, it may be an
 * old one while another CPU walks the tables under the new one without seeing the entry that was cleared.
 */
function judgeContextId(call: CallInfo, site: Site): void {
  const id = site.facts.duties.get(contextId);
  if (!id) return;
  const early = id.state === "early";
  site.judge({
    rule: "tlb-flush",
    outcome: early ? "violated" : "proved",
    what: "context id read after the barrier",
    loc: id.at,
    message: early ? `${id.text} is read before ${call.step.text} in line ${site.loc.line}: when the id is given anew in between, the flush names the old one while a walker under the new one need not see the cleared entry` : "",
    requires: ["the barrier that publishes page-table stores before the id that the invalidation names is read"],
    references: [{ file: "arch/arm64/include/asm/mmu.h", where: "ASID()", version: "6.1" }],
  });
}

/** page_mkclean() and writeback find a mapping through rmap alone: while a TLB may still write the page, it has to be found. */
function judgeRmap(delays: boolean, call: CallInfo, site: Site): void {
  const dirty = site.facts.duties.get(dirtied);
  if (!dirty) return;
  site.judge({
    rule: "tlb-flush",
    outcome: delays ? "proved" : "violated",
    what: "rmap of a dirty page kept until the flush",
    message: delays ? "" : `${call.step.text} hides the mapping of a page that line ${dirty.at.line} marks dirty before TLBs are flushed: another CPU can still write it after page_mkclean() has found no mapping`,
    requires: ["rmap removed after the flush for dirty shared pages (tlb_delay_rmap(), tlb_flush_rmaps())"],
  });
}

/** Whoever is told that a flush is to come relies on it. */
function judgeAnnounced(call: CallInfo, site: Site): void {
  const announced = site.facts.duties.get(announcedFlush);
  if (!announced) return;
  const missing = announced.state === "announced";
  site.judge({
    rule: "tlb-flush",
    outcome: missing ? "violated" : "proved",
    what: "announced flush done",
    message: missing ? `${call.step.text} says that the flush announced in line ${announced.at.line} is done, but there is none in between` : "",
    requires: ["TLB flush between inc_tlb_flush_pending() and dec_tlb_flush_pending()"],
  });
}

/** A pointer to an entry stays where it is while the address beside it was advanced: what is flushed is another range. */
function judgeAddress(entry: string, address: string, call: CallInfo, site: Site): void {
  const known = site.facts.memory.get(sym.addressOfEntry(entry));
  if (known === undefined || sym.isUnstable(entry)) return;
  const advanced = address !== known && sym.splitMove(address).root === sym.splitMove(known).root && !sym.isUnstable(known);
  site.judge({
    rule: "tlb-flush",
    outcome: advanced ? "violated" : address === known ? "proved" : "unknown",
    what: `${call.step.callee}: address of the entry`,
    message: advanced ? `${call.step.text} is given an address that was advanced since the entry was reached: it flushes another range than the one that the entry maps` : "",
    requires: ["the address by which the entry was reached"],
  });
}
