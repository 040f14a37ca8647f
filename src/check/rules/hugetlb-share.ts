/**
 * hugetlb-share: a PMD table of a hugetlb mapping may be shared with other processes and is taken away by one of them
 * under the VMA lock and i_mmap_rwsem alone, so both or one of these keep it (include/linux/hugetlb.h, comment above
 * huge_pte_offset(); mm/hugetlb.c, huge_pmd_unshare()). How many share it is in the table's own counter: the reference
 * count of its page is raised by whoever comes across it.
 */
import type { Expr } from "../../c/ir.ts";
import { judgeHeld } from "../held.ts";
import type { CallInfo, Rule, Site } from "../model.ts";

export const hugetlbShare: Rule = {
  id: "hugetlb-share",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "held" && requirement.rule === "hugetlb-share") {
      // GUP-fast keeps interrupts off, and a table that a walk structure holds was reached under the walk's own lock.
      if (site.facts.locks.some((l) => l.class === "irq-off")) return;
      judgeHeld(requirement, call, site);
    }
    if (requirement.need === "no-table-page") judgeCount(call.arg(requirement.page), call, site);
  },
};

/** The page is the one that a table lies in: virt_to_page() was given a pointer to an entry. */
function judgeCount(page: string, call: CallInfo, site: Site): void {
  const found = site.callOf(page);
  const address = found?.contract?.returns?.pageOf === undefined ? undefined : found.step.args[0];
  if (address === undefined || !isEntryPointer(address, site)) return;
  site.judge({
    rule: "hugetlb-share",
    outcome: "violated",
    what: `${call.step.callee}: no page-table page`,
    message: `${call.step.callee}() of a page-table page is taken for the number of its users, but others raise that count (try_get_folio())`,
    requires: ["the table's own share count (ptdesc_pmd_is_shared(), since 6.13 and in stable trees)"],
    references: call.contract?.references ?? [],
  });
}

/** Where the declaration lies in a gap, the name tells. */
function isEntryPointer(address: Expr, site: Site): boolean {
  const type = site.types.ofExpr(address);
  if (type !== "" || !site.frame.fn.partial) return /^p(?:te|md|ud)_t \*$/.test(type);
  return address.k === "var" && /(?:^|_)(?:pte|pmd|pud)p?(?:#\d+)?$/.test(address.name);
}
