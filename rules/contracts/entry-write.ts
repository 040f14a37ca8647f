/** Further stores to entries, of ranges and of upper levels: include/linux/pgtable.h. */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "", version: "6.12" } as const;
const locks = { file: "Documentation/mm/process_addrs.rst", where: "Page table locks", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "set_pte", params: ["ptep", "value"], requires: [{ need: "mapped", pointer: "ptep" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "ptep_modify_prot_commit", params: ["vma", "addr", "ptep", "old", "value"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [pgtable] },
  { name: "wrprotect_ptes", since: "6.9", params: ["mm", "addr", "ptep", "nr"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [pgtable] },
  { name: "get_and_clear_full_ptes", since: "6.9", params: ["mm", "addr", "ptep", "nr", "full"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte", old: true }], references: [pgtable] },
  { name: "clear_full_ptes", since: "6.9", params: ["mm", "addr", "ptep", "nr", "full"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [pgtable] },
  { name: "clear_not_present_full_ptes", since: "6.9", params: ["mm", "addr", "ptep", "nr", "full"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [pgtable] },
  { name: "clear_young_dirty_ptes", since: "6.10", params: ["vma", "addr", "ptep", "nr", "flags"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [pgtable] },
  { name: "pmdp_establish", params: ["vma", "addr", "pmdp", "value"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }], references: [locks] },
  { name: "pudp_huge_get_and_clear", params: ["mm", "addr", "pudp"], requires: [{ need: "entry-lock", entry: "pudp", level: "pud" }], effects: [{ do: "write", entry: "pudp", level: "pud", old: true }], references: [pgtable] },
  { name: "pudp_huge_get_and_clear_full", aliases: ["pudp_huge_clear_flush"], params: ["vma", "addr", "pudp", "full"], requires: [{ need: "entry-lock", entry: "pudp", level: "pud" }], effects: [{ do: "write", entry: "pudp", level: "pud", old: true }], references: [pgtable] },
  { name: "pudp_set_access_flags", params: ["vma", "addr", "pudp", "value", "dirty"], requires: [{ need: "entry-lock", entry: "pudp", level: "pud" }, { need: "recheck", entry: "pudp", level: "pud" }], effects: [{ do: "write", entry: "pudp", level: "pud" }], references: [pgtable] },
  { name: "pudp_set_wrprotect", params: ["mm", "addr", "pudp"], requires: [{ need: "entry-lock", entry: "pudp", level: "pud" }], effects: [{ do: "write", entry: "pudp", level: "pud" }], references: [pgtable] },
  { name: "pgtable_trans_huge_deposit", params: ["mm", "pmdp", "table"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }], references: [pgtable] },
  { name: "pgtable_trans_huge_withdraw", params: ["mm", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }], references: [pgtable] },
];
