/**
 * batch-bounds: a batch of ptes ends with its table, and what is written to all of its entries fits all of them
 * (mm/internal.h, folio_pte_batch(): "max_nr must be limited by the caller so scanning cannot exceed a single page
 * table"; entries of a batch may differ in whether they can be written).
 */
import type { FunctionIr } from "../../c/ir.ts";
import { calleesOf } from "../../c/index.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { type Sources, sourcesOf } from "../slices.ts";
import * as sym from "../symbols.ts";

export const batchBounds: Rule = {
  id: "batch-bounds",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "within-table") judgeLimit(requirement.count, call, site);
    if (requirement.need === "uniform-batch") judgeStamp(call.arg(requirement.count), call.arg(requirement.value), call, site);
  },
};

/** How many pages a folio has says nothing of where its table ends. */
const folioSizes: ReadonlySet<string> = new Set(["folio_nr_pages", "folio_large_nr_pages", "folio_size", "folio_order", "compound_nr", "compound_order", "thp_nr_pages", "thp_size", "page_size"]);

/** What knows the end of a table. */
const tableEnds = /^(pmd_addr_end|PTRS_PER_PTE|PMD_(SIZE|MASK|SHIFT)|HPAGE_PMD_(NR|SIZE|MASK|ORDER))$/;

function judgeLimit(param: string, call: CallInfo, site: Site): void {
  const limit = call.step.args[call.contract?.params.indexOf(param) ?? -1];
  if (!limit) return;
  const sources = sourcesOf(limit, site.frame.fn);
  const capped = [...sources.calls, ...sources.names].some((name) => tableEnds.test(name));
  const reason = capped || knowsTableEnds(site.frame.fn) ? null : unlimited(sources);
  site.judge({
    rule: "batch-bounds",
    outcome: reason === null ? (capped || sources.params.size > 0 ? "proved" : "unknown") : "violated",
    what: `${call.step.callee}: limit within the table`,
    message: reason === null ? "" : `${call.step.callee}() is limited by ${reason} only: where the folio goes on behind the end of the page table, entries of other memory are read and changed`,
    requires: ["a limit that ends at pmd_addr_end() and at the end of the VMA"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}

/** What alone limits the batch though it does not end at the table; null when something else may. */
function unlimited({ calls, params, fields, names }: Sources): string | null {
  if (params.size > 0 && fields.size === 0) return null;
  const sizes = Array.from(calls).filter((name) => folioSizes.has(name));
  if (fields.has("vm_end") && sizes.length === calls.size) return "the end of the VMA";
  const others = calls.size - sizes.length + fields.size + Array.from(names).filter((name) => !/^PAGE_(SIZE|SHIFT|MASK)$/.test(name)).length;
  return sizes.length > 0 && others === 0 && params.size === 0 ? "the size of the folio" : null;
}

/** The function compares with the end of the table somewhere, so the limit may be checked by a test. */
function knowsTableEnds(fn: FunctionIr): boolean {
  if (calleesOf(fn).some((name) => tableEnds.test(name))) return true;
  return fn.blocks.some((block) => {
    const texts = JSON.stringify([block.steps, block.end], (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
    return /"(PTRS_PER_PTE|PMD_(SIZE|MASK|SHIFT)|HPAGE_PMD_\w+)"/.test(texts);
  });
}

/** A batch that may hold entries that can't be written gets the permissions of the first. */
function judgeStamp(count: string, value: string, call: CallInfo, site: Site): void {
  const batch = site.callOf(sym.splitMove(count).root);
  const kept = batch?.contract?.returns?.batch;
  if (!batch || !kept) return;
  const told = kept.tellsWritable === undefined ? false : batch.arg(kept.tellsWritable) !== sym.zero;
  const flags = kept.respectsWrite === undefined ? "" : batch.arg(kept.respectsWrite);
  const respected = /FPB_(RESPECT|MERGE)_WRITE/.test(flags);
  const open = (kept.respectsWrite !== undefined && !/^\(?g:FPB_|^#0$/.test(flags)) || /wrprotect/.test(site.callOf(value)?.step.callee ?? "");
  const violated = !told && !respected && !open;
  site.judge({
    rule: "batch-bounds",
    outcome: told || respected ? "proved" : violated ? "violated" : "unknown",
    what: `${call.step.callee}: permissions fit all entries`,
    message: violated ? `${call.step.text} writes the permissions of the first entry to all that ${batch.step.callee}() in line ${batch.step.loc.line} found: some of them may not be writable` : "",
    requires: ["a batch whose entries are all writable or all not (any_writable, FPB_RESPECT_WRITE)"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}
