/**
 * A table that is taken out of the page tables under the anon_vma lock and put back later is put back before that lock is
 * dropped: an rmap walk in between finds the pmd empty and misses the entries, so that migration entries stay behind
 * (mm/khugepaged.c of 6.12, collapse_huge_page(): pmd_populate() before anon_vma_unlock_write()).
 */
import type { FunctionIr, Step } from "../../../c/ir.ts";
import type { CallInfo, Site } from "../../model.ts";
import { callHasEffect, isOfClass } from "../../call-graph.ts";
import { leadsTo, placeOf, precedingBlocks } from "../../ways.ts";
import type { Effect } from "../../../rulebook/schema.ts";

export function judgePutBack(call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const install = call.contract?.effects?.find((e) => e.do === "install");
  if (install?.do !== "install" || install.level !== "pmd" || !/^pmd_pgtable$/.test(site.callOf(call.arg(install.table))?.step.callee ?? "")) return;
  if (site.facts.locks.some((l) => l.class === "anon_vma" && l.certain)) return;
  const dropped = droppedBefore(call.step, fn, site);
  if (dropped === null) return;
  site.judge({
    rule: "walk-context",
    outcome: "violated",
    what: `${call.step.callee}: put back under the anon_vma lock`,
    message: `${call.step.callee}() puts a table back into the page tables after the anon_vma lock was dropped in line ${dropped.loc.line}: rmap walks in between find the pmd without it and miss its entries`,
    requires: ["the anon_vma lock until the table is back in its place"],
    ...(fn.partial ? { assumed: ["the lines of the function that are not shown do not take the anon_vma lock again"] } : {}),
    references: [{ file: "mm/khugepaged.c", where: "collapse_huge_page()", version: "6.12" }],
  });
}

/** The release that all ways to `at` come through last, where the function takes the lock itself and no way from `at` on releases it; else null. */
function droppedBefore(at: Step, fn: FunctionIr, site: Site): Step | null {
  const deals = (wanted: Effect["do"]) => (step: Step): boolean => callHasEffect(step, site.rulebook, (e) => e.do === wanted && "lock" in e && isOfClass(e.lock, "anon_vma"));
  const takes = deals("acquire");
  const drops = deals("release");
  const own = placeOf(at, fn);
  const all = fn.blocks.flatMap((block) => block.steps);
  if (own === null || !all.some(takes) || leadsTo(fn, own, drops)) return null;
  const before = precedingBlocks(fn);
  const seen = new Set<number>();
  let last: Step | null = null;
  const open: (readonly [number, number])[] = [[own.block, own.place]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [block, end] = next;
    const found = fn.blocks[block]!.steps.slice(0, end).findLast((step) => takes(step) || drops(step));
    if (found && takes(found)) return null;
    if (found) {
      last = last === null || found.loc.line > last.loc.line ? found : last;
      continue;
    }
    if (block === 0) return null;
    for (const id of before.get(block) ?? []) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push([id, fn.blocks[id]!.steps.length]);
    }
  }
  return last;
}
