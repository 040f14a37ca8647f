/** Calls that work on an entry under the caller's lock and neither take nor drop one: known, so that they make nothing uncertain. */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "", version: "6.12" } as const;
const mm = { file: "include/linux/mm.h", where: "", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "update_mmu_cache", params: ["vma", "addr", "ptep"], references: [pgtable] },
  { name: "update_mmu_cache_range", since: "6.6", params: ["vmf", "vma", "addr", "ptep", "nr"], references: [pgtable] },
  { name: "update_mmu_cache_pmd", aliases: ["update_mmu_cache_pud", "update_mmu_tlb", "update_mmu_tlb_range"], params: ["vma", "addr", "entry"], references: [pgtable] },
  { name: "tlb_remove_page", aliases: ["tlb_remove_page_size", "__tlb_remove_page", "__tlb_remove_page_size", "__tlb_remove_folio_pages"], params: ["tlb", "page"], references: [{ file: "include/asm-generic/tlb.h", where: "tlb_remove_page()", version: "6.12" }] },
  { name: "tlb_start_vma", aliases: ["tlb_end_vma", "tlb_change_page_size", "tlb_gather_mmu_vma"], params: ["tlb"], references: [{ file: "include/asm-generic/tlb.h", where: "tlb_end_vma()", version: "6.12" }] },
  { name: "flush_cache_page", aliases: ["flush_cache_range", "flush_tlb_fix_spurious_fault", "arch_check_zapped_pte", "arch_check_zapped_pmd", "arch_check_zapped_pud"], params: ["vma"], references: [pgtable] },
  { name: "mm_counter", params: ["folio"], references: [mm] },
];
