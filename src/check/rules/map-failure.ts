/**
 * map-failure: pte_offset_map*() may return NULL since 6.5 (mm/pgtable-generic.c, __pte_offset_map()), because the
 * table may have been removed or the entry become huge. The engine splits the path at the call; a use on the half
 * where the result is NULL is a use that no test protects.
 */
import { inEra } from "../../util/version.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { mentions } from "../mentions.ts";
import { walkTop } from "./entry-lock.ts";

export const mapFailure: Rule = {
  id: "map-failure",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "mapped") use(call.arg(requirement.pointer), `${call.step.callee}()`, site);
  },

  onDeref: (pointer, site) => use(pointer, "a dereference", site),
};

function use(pointer: string, user: string, site: Site): void {
  const { root } = sym.splitMove(pointer);
  const origin = site.callOf(root);
  if (!origin || !mayFail(origin, site)) return;
  const isNull = site.facts.truths.get(root) === false && !cannotFail(root, site);
  const isMapped = site.facts.maps.some((m) => m.pointer === root) || site.facts.truths.get(root) === true;
  site.judge({
    rule: "map-failure",
    outcome: isNull ? "violated" : isMapped ? "proved" : "unknown",
    what: `${origin.step.callee}() result is not NULL`,
    group: `mapped in line ${origin.step.loc.line}`,
    message: isNull ? `the result of ${origin.step.callee}() in line ${origin.step.loc.line} is used by ${user} without a test for NULL` : "",
    requires: [`${origin.step.callee}() result tested for NULL`],
    certain: true,
    ...(origin.contract ? { references: origin.contract.references } : {}),
  });
}

/** Kernel tables are not taken away; who was handed an entry finds it where it is (riscv looks for the first of several hugetlb entries); and the caller's lock of a PTE table keeps the table (update_mmu_cache() maps it again). */
function cannotFail(root: string, site: Site): boolean {
  const top = walkTop(root, site);
  const kernel = top.includes("init_mm") || (top.startsWith("?") && mentions(site.frame.fn, "kernel tables"));
  const { fn } = site.frame;
  const looksUp = /^(?:huge_pte_offset|hugetlb_walk)$/.test(site.callOf(root)?.step.callee ?? "");
  if (looksUp && fn.params.some((param) => fn.vars.get(param)?.type === "pte_t *")) return true;
  return kernel || site.facts.locks.some((l) => l.class === "pte-ptl" && l.origin === "entry");
}

function mayFail(origin: CallInfo, site: Site): boolean {
  const since = origin.contract?.returns?.mayFailSince;
  return since !== undefined && inEra(site.rulebook.era, { since });
}
