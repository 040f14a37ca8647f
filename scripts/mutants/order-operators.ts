/** Ways to do things too early or too late, and to leave out what announces or accounts for a change. */
import { call, drop, type Edit, indent, type Operator, ptl, replace, statement } from "./edits.ts";

const touches = /\b(?:ptep?|pmdp?|pudp?|huge_ptep?|set_(?:huge_)?p[tmu][ed]\w*)_\w+\(.*\);$|\*(?:pmd|pte|pud)p?\b.*;$/;

/** Moves a statement before the one in front of it. */
function before(moved: RegExp, user: RegExp): Operator["at"] {
  return (lines, index): Edit | null => {
    const [first, second] = [lines[index]!, lines[index + 1]];
    if (second === undefined || !moved.test(second) || !user.test(first) || indent(first) !== indent(second) || moved.test(first) || /^\s*(?:if|for|while|else|return|goto|case)\b|lock|unmap|_free|_tests\(/.test(first)) return null;
    const depth = /^\s*(?:if|for|while|else)\b.*[^;{]$/.test(lines[index - 1] ?? "");
    return depth ? null : { at: index, drop: 2, put: [second, first] };
  };
}

export const orderOperators: readonly Operator[] = [
  { name: "unlock before last use", expects: ["entry-lock", "stale-read", "lockless-read", "map-balance", "entry-kind", "tlb-flush", "publish-order"], at: before(statement(String.raw`(?:spin_unlock\(${ptl}\)|pte_unmap_unlock${call})`), touches) },
  { name: "unmap before last use", expects: ["map-balance", "lockless-read", "entry-lock"], at: before(statement(`pte_unmap${call}`), touches) },
  { name: "drop notifier start or end", expects: ["notifier-scope"], at: drop(statement(`mmu_notifier_invalidate_range_(?:start|end)${call}`)) },
  { name: "drop flush announcement", expects: ["tlb-flush"], at: drop(statement(`(?:(?:inc|dec)_tlb_flush_pending|flush_tlb_batched_pending|tlb_change_page_size|tlb_(?:start|end)_vma|set_tlb_ubc_flush_pending|tlb_gather_mmu|tlb_finish_mmu)${call}`)) },
  { name: "drop lazy MMU call", expects: ["lazy-mmu"], at: drop(statement(`arch_(?:enter|leave)_lazy_mmu_mode${call}`)) },
  { name: "drop retry", expects: ["stale-read", "entry-kind", "map-failure", "lock-balance", "map-balance", "walk-context", "entry-lock"], at: (lines, index) => (/^\s*goto \w*(?:retry|again|restart)\w*;$/.test(lines[index]!) && lines.slice(index - 4, index).some((line) => /p[tmu][ed]_|ptl|_same|walk/.test(line)) ? replace(index, lines[index]!.replace(/\S.*$/, ";")) : null) },
  { name: "drop table count, deposit or free", expects: ["pt-accounting", "table-free"], at: drop(statement(`(?:pgtable_trans_huge_deposit|zap_deposited_table|p(?:te|md|ud)_free(?:_kernel|_defer)?|mm_(?:inc|dec)_nr_p(?:te|md|ud)s)${call}`)) },
  { name: "drop wait for walkers", expects: ["table-free"], at: drop(statement(`tlb_remove_table_sync_one${call}`)) },
];
