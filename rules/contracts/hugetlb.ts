/** Entries of hugetlb mappings: include/linux/hugetlb.h, include/asm-generic/hugetlb.h. Their lock is huge_pte_lock(). */
import type { Contract } from "../../src/rulebook/schema.ts";

const hugetlb = { file: "include/linux/hugetlb.h", where: "", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  // Bits of a present entry: in a migration or hwpoison entry they belong to its offset (copy_hugetlb_page_range() asks for those kinds first).
  { name: "huge_pte_write", aliases: ["huge_pte_dirty"], params: ["pte"], requires: [{ need: "kind", value: "pte", in: ["leaf", "devmap"] }], references: [hugetlb] },
  { name: "huge_pte_uffd_wp", since: "5.19", params: ["pte"], requires: [{ need: "kind", value: "pte", in: ["leaf", "devmap"] }], references: [hugetlb] },
  { name: "huge_pte_clear_uffd_wp", aliases: ["huge_pte_mkuffd_wp"], since: "5.19", params: ["pte"], requires: [{ need: "kind", value: "pte", in: ["leaf", "devmap"] }], returns: { like: "pte" }, references: [hugetlb] },
  { name: "set_huge_pte_at", until: "6.5", params: ["mm", "addr", "ptep", "value"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [hugetlb] },
  { name: "set_huge_pte_at", since: "6.6", params: ["mm", "addr", "ptep", "value", "sz"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [hugetlb] },
  { name: "huge_ptep_get_and_clear", params: ["mm", "addr", "ptep", "sz"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte", old: true, kinds: ["none", "leaf", "migration", "hwpoison", "marker"] }, { do: "owe-flush", entry: "ptep", level: "pmd", addr: "addr" }], references: [hugetlb] },
  { name: "huge_ptep_clear_flush", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte", old: true, kinds: ["none", "leaf", "migration", "hwpoison", "marker"] }, { do: "owe-flush", entry: "ptep", level: "pmd", addr: "addr" }, { do: "flush", what: "entry" }], references: [hugetlb] },
  { name: "huge_ptep_modify_prot_commit", params: ["vma", "addr", "ptep", "old", "value"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }, { do: "owe-flush", entry: "ptep", level: "pmd", addr: "addr", open: true }], references: [hugetlb] },
  { name: "huge_ptep_set_access_flags", params: ["vma", "addr", "ptep", "value", "dirty"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [hugetlb] },
  { name: "huge_ptep_modify_prot_start", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte", old: true, kinds: ["none", "leaf", "migration", "hwpoison", "marker"] }], references: [hugetlb] },
  { name: "huge_ptep_set_wrprotect", params: ["mm", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }, { do: "owe-flush", entry: "ptep", level: "pmd", addr: "addr" }], references: [hugetlb] },
  { name: "huge_pte_clear", params: ["mm", "addr", "ptep", "sz"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [hugetlb] },
];
