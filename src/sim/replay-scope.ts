/**
 * What the simulated world does not have, so that a function about it is not replayed at all: an interleaving of something
 * else would say nothing of it. In words, because a report says so for each function.
 */
import { calleesOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";

const hugetlb = /^(?:huge_pte\w*|huge_ptep_\w+|set_huge_pte\w*|hugetlb_walk|huge_pte_lock\w*|hugetlb_\w*pte\w*|pte_mkhuge|arch_make_huge_pte)$/;
const ordinary = /^(?:__?pte_offset_\w+|pte_offset_\w+|pte_alloc\w*|page_vma_mapped_walk|set_pte\w*|set_pmd\w*|p(?:te|md)p_\w+|pmd_(?:lock|populate|offset|alloc|clear)\w*)$/;

/** Why the function is not replayed, or null. */
export function beyondTheWorld(target: FunctionIr): string | null {
  if (/^(?:virt\/kvm|arch\/[^/]+\/kvm)\//.test(target.file)) return "the page tables of KVM guests are not simulated";
  if (target.file.startsWith("arch/")) return "what the code of an architecture does with entries and TLBs is not simulated";
  const callees = calleesOf(target);
  return callees.some((name) => hugetlb.test(name)) && !callees.some((name) => ordinary.test(name)) ? "entries of hugetlb mappings, and the locks that keep them, are not simulated" : null;
}
