/** What is held where callbacks and well-known helpers start. */
import type { EntryContext } from "../src/rulebook/schema.ts";

const walk = { file: "include/linux/pagewalk.h", where: "struct mm_walk_ops", version: "6.12" } as const;
const walkHugetlb = { file: "mm/pagewalk.c", where: "walk_hugetlb_range()", version: "6.12" } as const;
const memory = { file: "mm/memory.c", where: "", version: "6.12" } as const;

/** mm/ptdump.c, mm/hugetlb_vmemmap.c, arch/{riscv,loongarch}/mm/pageattr.c: walks over init_mm, whose entries are never swap entries. */
const kernelWalks = ["ptdump_ops", "vmemmap_remap_ops", "pageattr_ops"] as const;

export const contexts: readonly EntryContext[] = [
  { of: "mm_walk_ops.pmd_entry", held: [], anyKind: ["0"], exceptTables: kernelWalks, references: [walk] },
  { of: "mm_walk_ops.pud_entry", held: [], anyKind: ["0"], exceptTables: kernelWalks, references: [walk] },
  { of: "mm_walk_ops.hugetlb_entry", until: "6.2", held: [], anyKind: ["0"], hugetlb: ["0"], references: [walk] },
  { of: "mm_walk_ops.hugetlb_entry", since: "6.3", held: [{ class: "hugetlb-vma", mode: "read" }], anyKind: ["0"], hugetlb: ["0"], references: [walk, walkHugetlb] },
  { of: "mm_walk_ops.pte_hole", since: "6.3", held: [{ class: "hugetlb-vma", mode: "read" }], whereHugetlb: true, references: [walk, walkHugetlb] },
  { of: "mm_walk_ops.pte_entry", held: [{ class: "pte-ptl" }], references: [walk] },
  { of: "__update_tlb", held: [{ class: "pte-ptl" }], references: [{ file: "arch/mips/mm/tlb-r4k.c", where: "__update_tlb()", version: "6.12" }] },
  { of: "alloc_set_pte", until: "5.11", held: [], handsOver: true, references: [{ file: "mm/memory.c", where: "alloc_set_pte()", version: "5.10" }] },
  { of: "pte_alloc_one_map", until: "5.11", held: [], handsOver: true, references: [{ file: "mm/memory.c", where: "pte_alloc_one_map()", version: "5.10" }] },
  { of: "hugetlb_wp", until: "6.9", held: [{ class: "spin", pointer: "ptl" }], references: [{ file: "mm/hugetlb.c", where: "hugetlb_wp()", version: "6.1" }] },
  { of: "hugetlb_wp", since: "6.10", held: [{ class: "spin", pointer: "vmf.ptl" }], references: [{ file: "mm/hugetlb.c", where: "hugetlb_wp()", version: "6.12" }] },
  { of: "do_wp_page", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], released: ["vmf.ptl"], references: [{ ...memory, where: "do_wp_page()" }] },
  { of: "wp_page_reuse", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], released: ["vmf.ptl"], references: [{ ...memory, where: "wp_page_reuse()" }] },
  { of: "set_pte_range", since: "6.6", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "set_pte_range()" }] },
  {
    of: "handle_userfault",
    since: "6.1",
    held: [],
    free: ["hugetlb-vma", "hugetlb-fault", "i_mmap"],
    references: [{ file: "mm/hugetlb.c", where: "hugetlb_handle_userfault()", version: "6.12" }],
  },
  { of: "hugetlb_follow_page_mask", since: "6.1", until: "6.9", held: [], free: ["hugetlb-vma", "i_mmap"], references: [{ file: "mm/gup.c", where: "follow_page_mask()", version: "6.1" }] },
  { of: "follow_hugetlb_page", since: "6.1", until: "6.5", held: [], free: ["hugetlb-vma", "i_mmap"], references: [{ file: "mm/gup.c", where: "__get_user_pages()", version: "6.1" }] },
  { of: "collapse_pte_mapped_thp", since: "5.4", until: "6.5", held: [], free: ["i_mmap", "anon_vma"], references: [{ file: "mm/khugepaged.c", where: "khugepaged_collapse_pte_mapped_thps()", version: "6.1" }] },
  { of: "arch_validate_prot", held: [], free: ["mmap"], references: [{ file: "mm/mprotect.c", where: "do_mprotect_pkey()", version: "6.12" }] },
  { of: "__kernel_map_pages", held: [{ class: "irq-off" }], references: [{ file: "include/linux/mm.h", where: "debug_pagealloc_map_pages()", version: "6.12" }, { file: "mm/page_alloc.c", where: "free_pages_prepare()", version: "6.12" }] },
  { of: "pud_free_pmd_page", since: "6.1", held: [{ class: "mmap", mode: "read" }], references: [{ file: "mm/vmalloc.c", where: "vmap_try_huge_pud()", version: "6.12.117" }] },
  { of: "p4d_free_pud_page", since: "6.1", held: [{ class: "mmap", mode: "read" }], references: [{ file: "mm/vmalloc.c", where: "vmap_try_huge_p4d()", version: "6.12.117" }] },
  { of: "do_set_pte", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "do_set_pte()", version: "6.1" }] },
  { of: "move_page_tables", since: "6.4", held: [{ class: "mmap", mode: "write" }, { class: "vma", mode: "write" }], references: [{ file: "mm/mremap.c", where: "move_vma()", version: "6.12" }] },
  { of: "move_page_tables", until: "6.3", held: [{ class: "mmap", mode: "write" }], references: [{ file: "mm/mremap.c", where: "move_vma()", version: "6.1" }, { file: "fs/exec.c", where: "shift_arg_pages()", version: "6.1" }] },
  { of: "change_huge_pmd", held: [{ class: "mmap", mode: "read" }], references: [{ file: "mm/mprotect.c", where: "change_pmd_range(), for NUMA balancing", version: "6.12" }] },
  { of: "madvise_free_huge_pmd", held: [{ class: "mmap", mode: "read" }], references: [{ file: "mm/madvise.c", where: "madvise_free_pte_range()", version: "6.12" }] },
  { of: "hpage_collapse_scan_pmd", held: [{ class: "mmap", mode: "read" }], references: [{ file: "mm/khugepaged.c", where: "khugepaged_scan_mm_slot()", version: "6.12" }] },
];
