/** Flushing translations, and writing them down for a later flush: include/asm-generic/tlb.h, Documentation/core-api/cachetlb.rst. */
import type { Contract } from "../../src/rulebook/schema.ts";

const cachetlb = { file: "Documentation/core-api/cachetlb.rst", where: "", version: "6.12" } as const;
const gather = { file: "include/asm-generic/tlb.h", where: "mmu_gather", version: "6.12" } as const;
const batch = { file: "mm/rmap.c", where: "set_tlb_ubc_flush_pending()", version: "6.12" } as const;
const delay = { file: "mm/memory.c", where: "zap_present_folio_ptes()", version: "6.12" } as const;
const types = { file: "include/linux/mm_inline.h", where: "mm_tlb_flush_pending()", version: "6.12" } as const;
const hugetlb = { file: "mm/hugetlb.c", where: "__unmap_hugepage_range()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "flush_tlb_page", params: ["vma", "addr"], effects: [{ do: "flush", what: "user" }], references: [cachetlb] },
  { name: "flush_tlb_range", aliases: ["flush_pmd_tlb_range", "flush_pud_tlb_range", "flush_hugetlb_tlb_range"], params: ["vma", "start", "end"], effects: [{ do: "flush", what: "user" }], references: [cachetlb] },
  { name: "flush_tlb_mm", aliases: ["flush_tlb_mm_range"], params: ["mm"], effects: [{ do: "flush", what: "user" }], references: [cachetlb] },
  { name: "flush_tlb_all", aliases: ["flush_tlb_kernel_range"], params: [], effects: [{ do: "flush", what: "kernel" }], references: [cachetlb] },
  { name: "__flush_tlb_kernel_pgtable", params: ["addr"], effects: [{ do: "flush", what: "kernel" }], references: [{ file: "arch/arm64/include/asm/tlbflush.h", where: "__flush_tlb_kernel_pgtable()", version: "6.12" }] },
  { name: "tlb_remove_tlb_entry", aliases: ["tlb_remove_tlb_entries"], params: ["tlb", "entry", "addr"], effects: [{ do: "flush", what: "gather", level: "pte" }], references: [gather] },
  { name: "tlb_remove_pmd_tlb_entry", aliases: ["tlb_remove_pud_tlb_entry", "__tlb_remove_tlb_entry", "__tlb_remove_pmd_tlb_entry"], params: ["tlb", "entry", "addr"], effects: [{ do: "flush", what: "gather" }], references: [gather] },
  { name: "tlb_remove_huge_tlb_entry", params: ["h", "tlb", "entry", "addr"], effects: [{ do: "flush", what: "gather" }], references: [gather] },
  { name: "tlb_flush_pte_range", aliases: ["tlb_flush_pmd_range", "tlb_flush_pud_range", "tlb_flush_p4d_range"], params: ["tlb", "addr", "size"], effects: [{ do: "flush", what: "gather" }], references: [gather] },
  { name: "tlb_flush_mmu", aliases: ["tlb_flush_mmu_tlbonly"], params: ["tlb"], references: [gather] },
  { name: "tlb_gather_mmu", aliases: ["tlb_gather_mmu_fullmm", "tlb_finish_mmu"], params: ["tlb"], references: [gather] },
  { name: "set_tlb_ubc_flush_pending", params: ["mm"], effects: [{ do: "flush", what: "gather" }], references: [batch] },
  { name: "huge_pmd_unshare_flush", params: ["tlb", "vma"], effects: [{ do: "flush", what: "user" }], references: [hugetlb] },
  { name: "inc_tlb_flush_pending", params: ["mm"], effects: [{ do: "announce-flush", begin: true }], references: [types] },
  { name: "dec_tlb_flush_pending", params: ["mm"], effects: [{ do: "announce-flush", begin: false }], references: [types] },
  { name: "pte_needs_flush", since: "5.18", params: ["old", "value"], returns: { tests: { value: "old", nonzero: ["leaf", "devmap"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [gather] },
  { name: "huge_pmd_needs_flush", since: "5.18", params: ["old", "value"], returns: { tests: { value: "old", nonzero: ["leaf", "devmap"], zero: ["none", "leaf", "devmap", "migration", "device-private"] } }, references: [gather] },
  { name: "flush_tlb_batched_pending", params: ["mm"], effects: [{ do: "settle-batched" }], references: [{ ...batch, where: "flush_tlb_batched_pending()" }] },
  { name: "folio_mark_dirty", aliases: ["set_page_dirty"], params: ["folio"], effects: [{ do: "mark-dirty" }], references: [delay] },
  { name: "folio_remove_rmap_pte", since: "6.8", params: ["folio", "page", "vma"], effects: [{ do: "drop-rmap" }], references: [delay] },
  { name: "folio_remove_rmap_ptes", since: "6.9", params: ["folio", "page", "nr", "vma"], effects: [{ do: "drop-rmap" }], references: [delay] },
  { name: "page_remove_rmap", until: "6.7", params: ["page", "vma", "compound"], effects: [{ do: "drop-rmap" }], references: [{ ...delay, where: "zap_pte_range()", version: "6.1" }] },
  { name: "tlb_delay_rmap", since: "6.2", params: ["tlb"], effects: [{ do: "delay-rmap" }], references: [{ ...gather, where: "tlb_delay_rmap()" }] },
  { name: "ASID", params: ["mm"], effects: [{ do: "read-context-id" }], references: [{ file: "arch/arm64/include/asm/mmu.h", where: "ASID()", version: "6.1" }] },
  { name: "dsb", params: ["domain"], effects: [{ do: "order-for-walkers", given: "ishst" }], references: [{ file: "arch/arm64/include/asm/tlbflush.h", where: "TLB Invalidation", version: "6.1" }] },
];
