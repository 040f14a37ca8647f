/** The count of page tables of a process, and tables that wait under a huge pmd: include/linux/mm.h, mm/pgtable-generic.c. */
import type { Contract } from "../../src/rulebook/schema.ts";

const counter = { file: "mm/memory.c", where: "copy_nonpresent_pte()", version: "6.12" } as const;
const pages = { file: "include/linux/gfp.h", where: "free_pages()", version: "6.12" } as const;
const mm = { file: "include/linux/mm.h", where: "mm_inc_nr_ptes()", version: "6.12" } as const;
const alloc = { file: "include/asm-generic/pgalloc.h", where: "pte_free()", version: "6.12" } as const;
const defer = { file: "mm/pgtable-generic.c", where: "pte_free_defer()", version: "6.12" } as const;
const sync = { file: "mm/mmu_gather.c", where: "tlb_remove_table_sync_one()", version: "6.12" } as const;
const gather = { file: "include/asm-generic/tlb.h", where: "pte_free_tlb()", version: "6.12" } as const;
const header = { file: "include/linux/pgtable.h", where: "pmd_pgtable()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "inc_mm_counter", aliases: ["dec_mm_counter"], params: ["mm", "member"], requires: [{ need: "counts-kind", member: "member" }], references: [counter] },
  { name: "add_mm_counter", params: ["mm", "member", "value"], requires: [{ need: "counts-kind", member: "member" }], references: [counter] },
  { name: "mm_inc_nr_ptes", params: ["mm"], effects: [{ do: "ledger", level: "pte", side: "count", by: "one more" }], references: [mm] },
  { name: "mm_dec_nr_ptes", params: ["mm"], effects: [{ do: "ledger", level: "pte", side: "count", by: "one less" }], references: [mm] },
  { name: "mm_inc_nr_pmds", params: ["mm"], effects: [{ do: "ledger", level: "pmd", side: "count", by: "one more" }], references: [mm] },
  { name: "mm_dec_nr_pmds", params: ["mm"], effects: [{ do: "ledger", level: "pmd", side: "count", by: "one less" }], references: [mm] },
  { name: "mm_inc_nr_puds", params: ["mm"], effects: [{ do: "ledger", level: "pud", side: "count", by: "one more" }], references: [mm] },
  { name: "mm_dec_nr_puds", params: ["mm"], effects: [{ do: "ledger", level: "pud", side: "count", by: "one less" }], references: [mm] },
  { name: "pmdp_get_lockless_sync", since: "6.6", params: [], references: [{ file: "include/linux/pgtable.h", where: "pmdp_get_lockless_sync()", version: "6.12" }] },
  { name: "pmd_pgtable", params: ["pmd"], returns: { tableOf: "pmd" }, references: [header] },
  { name: "pte_free", params: ["mm", "table"], effects: [{ do: "reuse-table", table: "table", how: "now" }], references: [alloc] },
  { name: "pte_free_defer", since: "6.6", params: ["mm", "table"], effects: [{ do: "reuse-table", table: "table", how: "later" }], references: [defer] },
  { name: "pte_free_tlb", params: ["tlb", "table", "addr"], effects: [{ do: "reuse-table", table: "table", how: "later" }, { do: "flush", what: "gather" }], references: [gather] },
  { name: "tlb_remove_table", params: ["tlb", "table"], effects: [{ do: "reuse-table", table: "table", how: "later" }], references: [gather] },
  { name: "serialize_against_pte_lookup", params: ["mm"], effects: [{ do: "sync-walkers" }], references: [{ file: "arch/powerpc/mm/book3s64/pgtable.c", where: "serialize_against_pte_lookup()", version: "6.12" }] },
  { name: "tlb_remove_table_sync_one", since: "6.1", params: [], effects: [{ do: "sync-walkers" }], references: [sync] },
  { name: "pud_pgtable", since: "5.14", params: ["pud"], returns: { tableOf: "pud" }, references: [header] },
  { name: "p4d_pgtable", since: "5.14", params: ["p4d"], returns: { tableOf: "p4d" }, references: [header] },
  { name: "pmd_page_vaddr", params: ["pmd"], returns: { tableOf: "pmd" }, references: [header] },
  { name: "pte_free_kernel", params: ["mm", "table"], effects: [{ do: "reuse-table", table: "table", how: "now" }], references: [alloc] },
  { name: "pmd_free", aliases: ["pud_free", "p4d_free"], params: ["mm", "table"], effects: [{ do: "reuse-table", table: "table", how: "now" }], references: [alloc] },
  { name: "pmd_free_tlb", aliases: ["pud_free_tlb", "p4d_free_tlb"], params: ["tlb", "table", "addr"], effects: [{ do: "reuse-table", table: "table", how: "later" }, { do: "flush", what: "gather" }], references: [gather] },
  { name: "free_page", params: ["table"], effects: [{ do: "reuse-table", table: "table", how: "now" }, { do: "free-memory", of: "table" }], references: [alloc] },
  { name: "free_pages", params: ["addr", "order"], effects: [{ do: "free-memory", of: "addr" }], references: [pages] },
  { name: "__free_pages", params: ["page", "order"], effects: [{ do: "free-memory", of: "page" }], references: [pages] },
  { name: "__free_page", params: ["page"], effects: [{ do: "free-memory", of: "page" }], references: [pages] },
  { name: "page_address", params: ["page"], returns: { is: "page" }, references: [{ file: "include/linux/mm.h", where: "page_address()", version: "6.12" }] },
];
