/**
 * What tests of pmd and upper values say and what their accessors need. A hugetlb or migration pmd is "non-present";
 * *_leaf() and *_trans_huge() speak of present entries only (include/linux/pgtable.h, arch/x86/include/asm/pgtable.h of
 * 6.12: on some architectures they are true for swap entries).
 */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "", version: "6.12" } as const;
const swapops = { file: "include/linux/swapops.h", where: "", version: "6.12" } as const;
const huge = { file: "include/linux/huge_mm.h", where: "", version: "6.12" } as const;
const locks = { file: "Documentation/mm/process_addrs.rst", where: "Page table locking details", version: "6.13" } as const;
const nonPresent = ["migration", "device-private"] as const;
const huges = ["leaf", "devmap"] as const;
const hugeOrTable = ["leaf", "devmap", "table"] as const;

export const contracts: readonly Contract[] = [
  { name: "pmd_none", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["none"], zero: ["table", "leaf", "devmap", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "pmd_present", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["table", "leaf", "devmap", "bad"], zero: ["none", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "pmd_leaf", aliases: ["pmd_large", "pmd_huge"], params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["leaf", "devmap", "bad", ...nonPresent], zero: ["none", "table", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "pmd_trans_huge", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["leaf"], zero: ["none", "table", "devmap", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "pmd_thp_or_huge", until: "6.9", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["leaf", "devmap", "bad", ...nonPresent], zero: ["none", "table", "bad", ...nonPresent] } }, references: [{ file: "arch/arm/include/asm/pgtable-3level.h", where: "pmd_thp_or_huge()", version: "6.1" }] },
  { name: "pmd_devmap", until: "6.17", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["devmap"], zero: ["none", "table", "leaf", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "pmd_bad", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["none", "leaf", "devmap", "bad", ...nonPresent], zero: ["table", "leaf", "devmap"] } }, references: [pgtable] },
  // A huge entry is "bad" and is cleared: the caller has to have excluded it.
  { name: "pmd_none_or_clear_bad", params: ["pmdp"], returns: { tests: { value: "pmdp", nonzero: ["none", "leaf", "devmap", "bad", ...nonPresent], zero: ["table"] } }, references: [{ file: "include/linux/pgtable.h", where: "pmd_none_or_clear_bad()", version: "6.12" }] },
  { name: "pud_none_or_clear_bad", params: ["pudp"], returns: { tests: { value: "pudp", nonzero: ["none", "leaf", "devmap", "bad"], zero: ["table"] } }, references: [{ file: "include/linux/pgtable.h", where: "pud_none_or_clear_bad()", version: "6.12" }] },
  { name: "pmd_swp_uffd_wp", aliases: ["pmd_swp_soft_dirty"], params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["table", "leaf", "devmap", "migration", "device-private", "bad"], zero: ["none", "table", "leaf", "devmap", "migration", "device-private", "bad"] } }, references: [{ ...pgtable, where: "pmd_swp_soft_dirty()" }] },
  { name: "is_swap_pmd", until: "6.18", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["migration", "device-private"], zero: ["none", "table", "leaf", "devmap", "bad"] } }, references: [huge] },
  // Asked before the entry is, so that code for such entries goes where there are none (mm/hmm.c, hmm_vma_walk_pmd()).
  { name: "thp_migration_supported", params: [], returns: { config: "CONFIG_ARCH_ENABLE_THP_MIGRATION" }, references: [huge] },
  { name: "is_pmd_migration_entry", aliases: ["pmd_is_migration_entry"], params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["migration"], zero: ["none", "table", "leaf", "devmap", "device-private", "bad"] } }, references: [swapops] },
  { name: "pmd_protnone", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: huges, zero: ["none", "table", "leaf", "devmap", "bad", ...nonPresent] } }, references: [pgtable] },
  { name: "is_huge_zero_pmd", until: "5.12", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], returns: { tests: { value: "pmd", nonzero: ["leaf"], zero: ["none", "table", "leaf", "devmap", "bad", ...nonPresent] } }, references: [{ file: "include/linux/huge_mm.h", where: "is_huge_zero_pmd()", version: "5.12" }] },
  { name: "is_huge_zero_pmd", since: "5.13", params: ["pmd"], returns: { tests: { value: "pmd", nonzero: ["leaf"], zero: ["none", "table", "leaf", "devmap", "bad", ...nonPresent] } }, references: [huge] },
  { name: "pmd_to_swp_entry", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: ["none", ...nonPresent] }], returns: { is: "pmd" }, references: [swapops] },
  { name: "pmd_val", aliases: ["__pmd", "pmd_flags"], params: ["pmd"], returns: { is: "pmd" }, references: [pgtable] },
  { name: "pmdp_get", since: "6.2", params: ["pmdp"], effects: [{ do: "read", entry: "pmdp", level: "pmd", how: "locked" }], references: [pgtable] },
  { name: "pmdp_get_lockless", since: "6.2", params: ["pmdp"], effects: [{ do: "read", entry: "pmdp", level: "pmd", how: "lockless" }], references: [pgtable] },
  { name: "pmd_read_atomic", until: "6.1", params: ["pmdp"], effects: [{ do: "read", entry: "pmdp", level: "pmd", how: "lockless" }], references: [{ file: "include/linux/pgtable.h", where: "pmd_read_atomic()", version: "6.1" }] },
  { name: "pmd_same", params: ["a", "b"], returns: { same: ["a", "b"] }, references: [pgtable] },
  { name: "pmd_pfn", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], references: [pgtable] },
  { name: "pmd_folio", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: huges }], references: [pgtable] },
  { name: "pmd_page", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], returns: { behind: "pmd" }, references: [pgtable] },
  { name: "pud_page", params: ["pud"], returns: { behind: "pud" }, references: [pgtable] },
  { name: "p4d_page", params: ["p4d"], returns: { behind: "p4d" }, references: [pgtable] },
  { name: "pgd_page", params: ["pgd"], returns: { behind: "pgd" }, references: [pgtable] },
  { name: "vm_normal_page_pmd", params: ["vma", "addr", "pmd"], requires: [{ need: "kind", value: "pmd", in: huges }], references: [{ file: "mm/memory.c", where: "vm_normal_page_pmd()", version: "6.12" }] },
  { name: "vm_normal_folio_pmd", params: ["vma", "addr", "pmd"], requires: [{ need: "kind", value: "pmd", in: huges }], references: [{ file: "mm/memory.c", where: "vm_normal_page_pmd()", version: "6.12" }] },
  { name: "pmd_young", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], references: [pgtable] },
  // A migration entry keeps these bits elsewhere (pmd_swp_soft_dirty(), pmd_swp_uffd_wp()).
  { name: "pmd_soft_dirty", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], references: [{ ...pgtable, where: "pmd_swp_soft_dirty()" }] },
  { name: "pmd_uffd_wp", since: "5.7", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], references: [{ file: "include/asm-generic/pgtable_uffd.h", where: "pmd_swp_uffd_wp()", version: "6.12" }] },
  { name: "pmd_dirty", params: ["pmd"], requires: [{ need: "kind", value: "pmd", in: hugeOrTable }], references: [pgtable] },
  { name: "pmd_mkold", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mkyoung", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mkclean", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mkdirty", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_wrprotect", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mkwrite", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_modify", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mkhuge", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_clear_soft_dirty", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_mksoft_dirty", params: ["pmd"], returns: { like: "pmd" }, references: [pgtable] },
  { name: "pmd_clear", params: ["pmdp"], effects: [{ do: "detach-table", entry: "pmdp", level: "pmd" }, { do: "write", entry: "pmdp", level: "pmd", to: ["none"] }, { do: "owe-flush", entry: "pmdp", level: "pmd", open: true }, { do: "ledger", level: "pte", side: "tables", by: "one less" }], references: [{ file: "mm/memory.c", where: "free_pte_range()", version: "6.12" }] },
  { name: "pud_clear", params: ["pudp"], effects: [{ do: "detach-table", entry: "pudp", level: "pud" }, { do: "write", entry: "pudp", level: "pud", to: ["none"] }, { do: "owe-flush", entry: "pudp", level: "pud", open: true }, { do: "ledger", level: "pmd", side: "tables", by: "one less" }], references: [{ file: "mm/memory.c", where: "free_pmd_range()", version: "6.12" }] },
  { name: "p4d_clear", params: ["p4dp"], effects: [{ do: "detach-table", entry: "p4dp", level: "p4d" }, { do: "write", entry: "p4dp", level: "p4d", to: ["none"] }, { do: "ledger", level: "pud", side: "tables", by: "one less" }], references: [{ file: "mm/memory.c", where: "free_pud_range()", version: "6.12" }] },
  { name: "pmdp_huge_get_and_clear", aliases: ["pmdp_huge_get_and_clear_notify"], params: ["mm", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }], references: [locks] },
  { name: "pmdp_huge_get_and_clear_full", params: ["vma", "addr", "pmdp", "full"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }], references: [locks] },
  { name: "pmdp_huge_clear_flush", params: ["vma", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }, { do: "flush", what: "entry" }], references: [locks] },
  { name: "pmdp_invalidate", params: ["vma", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }, { need: "kind", value: "pmdp", in: hugeOrTable }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }, { do: "flush", what: "entry" }], references: [locks] },
  { name: "pmdp_invalidate_ad", since: "5.19", params: ["vma", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }, { need: "kind", value: "pmdp", in: hugeOrTable }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr", open: true }], references: [locks] },
  { name: "pmdp_collapse_flush", params: ["vma", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "no-rmap-walkers", vma: "vma" }], effects: [{ do: "write", entry: "pmdp", level: "pmd", old: true }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }, { do: "flush", what: "table" }, { do: "detach-table", entry: "pmdp", level: "pmd" }, { do: "ledger", level: "pte", side: "tables", by: "one less" }], references: [locks] },
  { name: "pmdp_set_access_flags", params: ["vma", "addr", "pmdp", "value", "dirty"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd" }], effects: [{ do: "write", entry: "pmdp", level: "pmd" }], references: [locks] },
  { name: "pmdp_set_wrprotect", params: ["mm", "addr", "pmdp"], requires: [{ need: "entry-lock", entry: "pmdp", level: "pmd" }, { need: "recheck", entry: "pmdp", level: "pmd", result: true }], effects: [{ do: "write", entry: "pmdp", level: "pmd" }, { do: "owe-flush", entry: "pmdp", level: "pmd", addr: "addr" }], references: [locks] },
  { name: "pud_none", params: ["pud"], returns: { tests: { value: "pud", nonzero: ["none"], zero: ["table", "leaf", "devmap", "bad"] } }, references: [pgtable] },
  { name: "pud_present", params: ["pud"], returns: { tests: { value: "pud", nonzero: ["table", "leaf", "devmap", "bad"], zero: ["none", "bad"] } }, references: [pgtable] },
  { name: "pud_leaf", aliases: ["pud_large", "pud_huge"], params: ["pud"], returns: { tests: { value: "pud", nonzero: ["leaf", "devmap"], zero: ["none", "table", "bad"] } }, references: [pgtable] },
  { name: "pud_bad", params: ["pud"], returns: { tests: { value: "pud", nonzero: ["none", "leaf", "devmap", "bad"], zero: ["table"] } }, references: [pgtable] },
  { name: "pud_val", aliases: ["__pud"], params: ["pud"], returns: { is: "pud" }, references: [pgtable] },
  { name: "pudp_get", since: "6.8", params: ["entry"], effects: [{ do: "read", entry: "entry", level: "pud", how: "lockless" }], references: [pgtable] },
  { name: "p4d_none", params: ["p4d"], returns: { tests: { value: "p4d", nonzero: ["none"], zero: ["table", "leaf", "devmap", "bad"] } }, references: [pgtable] },
  { name: "p4d_present", params: ["p4d"], returns: { tests: { value: "p4d", nonzero: ["table", "leaf", "devmap", "bad"], zero: ["none", "bad"] } }, references: [pgtable] },
  { name: "p4d_leaf", params: ["p4d"], returns: { tests: { value: "p4d", nonzero: ["leaf", "devmap"], zero: ["none", "table", "bad"] } }, references: [pgtable] },
  { name: "p4d_bad", params: ["p4d"], returns: { tests: { value: "p4d", nonzero: ["none", "leaf", "devmap", "bad"], zero: ["table"] } }, references: [pgtable] },
  { name: "p4d_val", aliases: ["__p4d"], params: ["p4d"], returns: { is: "p4d" }, references: [pgtable] },
  { name: "p4dp_get", since: "6.8", params: ["entry"], effects: [{ do: "read", entry: "entry", level: "p4d", how: "lockless" }], references: [pgtable] },
  { name: "pgd_none", params: ["pgd"], returns: { tests: { value: "pgd", nonzero: ["none"], zero: ["table", "leaf", "devmap", "bad"] } }, references: [pgtable] },
  { name: "pgd_present", params: ["pgd"], returns: { tests: { value: "pgd", nonzero: ["table", "leaf", "devmap", "bad"], zero: ["none", "bad"] } }, references: [pgtable] },
  { name: "pgd_leaf", params: ["pgd"], returns: { tests: { value: "pgd", nonzero: ["leaf", "devmap"], zero: ["none", "table", "bad"] } }, references: [pgtable] },
  { name: "pgd_bad", params: ["pgd"], returns: { tests: { value: "pgd", nonzero: ["none", "leaf", "devmap", "bad"], zero: ["table"] } }, references: [pgtable] },
  { name: "pgd_val", aliases: ["__pgd"], params: ["pgd"], returns: { is: "pgd" }, references: [pgtable] },
  { name: "pgdp_get", since: "6.8", params: ["entry"], effects: [{ do: "read", entry: "entry", level: "pgd", how: "lockless" }], references: [pgtable] },
  { name: "pud_trans_huge", params: ["pud"], returns: { tests: { value: "pud", nonzero: ["leaf"], zero: ["none", "table", "leaf", "devmap", "bad"] } }, references: [pgtable] },
  { name: "pud_devmap", until: "6.17", params: ["pud"], returns: { tests: { value: "pud", nonzero: ["devmap"], zero: ["none", "table", "leaf", "bad"] } }, references: [pgtable] },
  { name: "pud_same", params: ["a", "b"], returns: { same: ["a", "b"] }, references: [pgtable] },
];
