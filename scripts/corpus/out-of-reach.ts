/**
 * Labels that the reviewer cannot be right about for certain, and why: what decides them is not in the mail, or is no
 * matter of page tables, their entries and locks. They stay in every count; the report says the reason beside the miss.
 */

/** Why a missed label is out of reach, or null. `id` is that of the patch in the corpus. */
export function whyOutOfReach(id: string, label: { readonly function: string; readonly rule: string }): string | null {
  return reasons.find((one) => one.id === id && one.function === label.function && one.rule === label.rule)?.why ?? null;
}

interface OutOfReach {
  readonly id: string;
  readonly function: string;
  readonly rule: string;
  readonly why: string;
}

export const reasons: readonly OutOfReach[] = [
  {
    id: "khugepaged-mthp-v5",
    function: "collapse_huge_page",
    rule: "notifier-scope",
    why: "not in the mail: pmdp_collapse_flush(), which clears more than the range announces, is between the hunks",
  },
  {
    id: "khugepaged-uffd-fix-v2",
    function: "collapse_pte_mapped_thp",
    rule: "tlb-flush",
    why: "not in the mail: the clear that owes the flush and the test that skips it are between the hunks",
  },
  {
    id: "poe-fault",
    function: "do_page_fault",
    rule: "walk-context",
    why: "not in the mail: neither the look-up of the VMA nor the release of what kept it is in the hunk that uses it",
  },
  {
    id: "procmap-query-v2",
    function: "query_vma_find_by_addr",
    rule: "walk-context",
    why: "not of page tables: whether a lock is held is told by a flag in a structure, set in an earlier round of the caller's loop",
  },
  {
    id: "proc-maps-rcu",
    function: "get_vma_snapshot",
    rule: "walk-context",
    why: "not of page tables: how long the answer of a driver's callback (vm_ops->name()) may be used is the driver's own rule",
  },
  {
    id: "ptshare-rfc",
    function: "ptshare_new_mm",
    rule: "walk-context",
    why: "not of page tables: a pointer in a structure that the patch invents has no documented lock",
  },
  {
    id: "pt-reclaim-v1",
    function: "try_to_free_pte",
    rule: "tlb-flush",
    why: "no defect by the documented rules: the merged code (mm/pt_reclaim.c, 6.14) clears, unlocks and leaves the flush to pte_free_tlb() as well",
  },
];
