/**
 * Ways to break a function by one edit, as a careless patch does. Each works on source lines and names the rules under
 * which a reviewer would file the defect.
 */
import type { RuleId } from "../../src/index.ts";
import { call, drop, dropTest, type Edit, indent, type Operator, ptl, replace, rewrite, statement, swap } from "./edits.ts";
import { argumentOperators } from "./argument-operators.ts";
import { branchOperators } from "./branch-operators.ts";
import { entryOperators } from "./entry-operators.ts";
import { lockOperators } from "./lock-operators.ts";
import { orderOperators } from "./order-operators.ts";

const balance: readonly RuleId[] = ["lock-balance", "map-balance"];

/** Moves a flush behind the next release of a page-table lock in its block. */
function flushBehindUnlock(lines: readonly string[], index: number, end: number): Edit | null {
  const flush = lines[index]!;
  if (!/^\s*(?:flush_tlb_(?:range|page|mm)|tlb_flush_mmu_tlbonly|flush_hugetlb_tlb_range|arch_tlbbatch_flush)\(.*\);$/.test(flush)) return null;
  for (let at = index + 1; at < Math.min(end, index + 25); at++) {
    const line = lines[at]!;
    if (line.trim() !== "" && indent(line).length < indent(flush).length) return null;
    if (indent(line) === indent(flush) && new RegExp(String.raw`^\s*(?:spin_unlock\(${ptl}\)|pte_unmap_unlock${call});$`).test(line)) {
      return { at: index, drop: at - index + 1, put: [...lines.slice(index + 1, at + 1), flush] };
    }
  }
  return null;
}

export const operators: readonly Operator[] = [
  ...lockOperators,
  ...orderOperators,
  { name: "drop unmap and unlock", expects: balance, at: drop(statement(`pte_unmap_unlock${call}`)) },
  { name: "drop unmap", expects: ["map-balance"], at: drop(statement(`pte_unmap${call}`)) },
  { name: "unmap without unlock", expects: ["lock-balance"], at: rewrite(/^(\s*)pte_unmap_unlock\((.*), [^,]*\);$/, ([, space, pte]) => `${space}pte_unmap(${pte});`) },
  { name: "drop page-table unlock", expects: ["lock-balance"], at: drop(statement(String.raw`spin_unlock\(${ptl}\)`)) },
  { name: "drop sleeping unlock", expects: ["lock-balance"], at: drop(statement(String.raw`(?:mmap_(?:read|write)_unlock|i_mmap_unlock_\w+|anon_vma_unlock_\w+|vma_end_read|hugetlb_vma_unlock_\w+)${call}`)) },
  { name: "release twice", expects: balance, at: (lines, index) => (statement(String.raw`(?:pte_unmap_unlock|pte_unmap)${call}|spin_unlock\(${ptl}\)`).test(lines[index]!) && !/^\s*(if|else)/.test(lines[index - 1] ?? "") ? replace(index, lines[index]!, lines[index]!) : null) },
  { name: "drop page-table lock", expects: ["entry-lock", "lock-balance", "stale-read"], at: drop(statement(String.raw`spin_lock(?:_nested)?\(${ptl}(?:, \w+)?\)`)) },
  { name: "map without lock", expects: ["entry-lock", "lock-balance"], at: rewrite(/pte_offset_map_lock\((.*), (.*), (.*), (.*)\);/, ([, , pmd, addr]) => `pte_offset_map(${pmd}, ${addr});`) },
  { name: "lock pointer, not lock", expects: ["entry-lock", "lock-balance", "stale-read"], at: rewrite(/= (pmd|pud)_lock\(/, ([, level]) => `= ${level}_lockptr(`) },
  { name: "drop sleeping lock", expects: ["lock-balance", "walk-context", "hugetlb-share"], at: drop(statement(String.raw`(?:mmap_(?:read|write)_lock|i_mmap_lock_\w+|anon_vma_lock_\w+|hugetlb_vma_lock_\w+)${call}`)) },
  { name: "drop NULL test", expects: ["map-failure"], at: rewrite(/\bif \((?:unlikely\()?!\*?[\w>.-]*ptep?\)?\)/, () => "if (0)") },
  {
    name: "drop re-check",
    // A test of an entry that another CPU may have changed is a re-check to one reader and a kind test to another.
    expects: ["stale-read", "entry-kind"],
    at: dropTest(new RegExp(String.raw`!?(?:(?:pte|pmd|pud)_same|vmf_pte_changed|pte_none\(ptep_get|p[mu4g]d_none\(\*|p[mu4g]d_present\(\*)${call.replace(/^\\\(/, String.raw`\(?`)}`), (negated) => (negated ? "0" : "1")),
  },
  { name: "drop barrier", expects: ["publish-order", "lockless-read"], at: drop(statement(String.raw`smp_(?:wmb|rmb|mb)\(\)`)) },
  { name: "drop flush", expects: ["tlb-flush"], at: drop(statement(String.raw`(?:flush_tlb_(?:range|page|mm|kernel_range)|tlb_flush_(?:p[tmu][ed]|mmu)\w*|flush_hugetlb_tlb_range)${call}`)) },
  { name: "flush behind unlock", expects: ["tlb-flush"], at: flushBehindUnlock },
  { name: "clear without flush", expects: ["tlb-flush"], at: rewrite(new RegExp(String.raw`\bptep_clear_flush\(vma, (\w+), ([\w>.-]+)\)`), ([, addr, pte]) => `ptep_get_and_clear(vma->vm_mm, ${addr}, ${pte})`) },
  { name: "plain read for getter", expects: ["lockless-read"], at: rewrite(new RegExp(String.raw`\b(?:ptep|pmdp|pudp)_get_lockless(${call})`), ([, argument]) => `*${argument}`) },
  { name: "drop walk_done", expects: ["walk-done"], at: drop(statement(String.raw`page_vma_mapped_walk_done${call}`)) },
  { name: "drop kind test", expects: ["entry-kind"], at: dropTest(new RegExp(String.raw`!?\b(?:p(?:te|md|ud)_present|is_(?:pmd_)?migration_entry|non_swap_entry|is_swap_p(?:te|md)|is_device_(?:private|exclusive)_entry|pmd_trans_huge|pmd_leaf|pmd_devmap|pud_leaf)${call}`), (negated) => (negated ? "0" : "1")) },
  { name: "unmap the cursor", expects: ["map-balance"], at: rewrite(/\b(pte_unmap(?:_unlock)?\()(\w+) - 1\b/, ([, head, pte]) => `${head}${pte}`) },
  { name: "swap two unmaps", expects: ["map-order"], at: swap(statement(`pte_unmap(?:_unlock)?${call}`), statement(`pte_unmap(?:_unlock)?${call}`)) },
  { name: "swap change and unlock", expects: ["entry-lock", "stale-read", "lock-balance"], at: swap(statement(String.raw`(?:set_p[tmu][ed]\w*_at|pte_clear\w*|ptep_\w+|pmdp_\w+|p[mu]d_populate)${call}`), statement(String.raw`(?:spin_unlock\(${ptl}\)|pte_unmap_unlock${call})`)) },
  { name: "swap barrier and store", expects: ["publish-order"], at: swap(/^\s*smp_wmb\(\);/, statement(String.raw`p[4gmu]+d_populate\w*${call}`)) },
  ...branchOperators,
  ...argumentOperators,
  ...entryOperators,
];
