/**
 * What tests of pte values say and what accessors of ptes need (kinds as in src/rulebook/schema.ts). Read off
 * include/linux/pgtable.h, include/linux/swapops.h and arch/x86/include/asm/pgtable.h of 6.12 and 6.1.
 */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "", version: "6.12" } as const;
const swapops = { file: "include/linux/swapops.h", where: "", version: "6.12" } as const;
const leafops = { file: "include/linux/leafops.h", where: "", version: "6.19" } as const;
const memory = { file: "mm/memory.c", where: "vm_normal_page()", version: "6.12" } as const;
const locks = { file: "Documentation/mm/process_addrs.rst", where: "Page table locking details", version: "6.13" } as const;
const present = ["leaf", "devmap"] as const;
const nonPresent = ["migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] as const;
const notNone = ["leaf", "devmap", ...nonPresent] as const;
/** What an entry of a hugetlb mapping can be (mm/hugetlb.c, copy_hugetlb_page_range()). */
const hugetlb = ["none", "leaf", "migration", "hwpoison", "marker"] as const;
const notPresent = ["none", ...nonPresent] as const;

export const contracts: readonly Contract[] = [
  { name: "pte_none", aliases: ["huge_pte_none"], params: ["pte"], returns: { tests: { value: "pte", nonzero: ["none"], zero: notNone } }, references: [pgtable] },
  { name: "pte_none_mostly", aliases: ["huge_pte_none_mostly"], params: ["pte"], returns: { tests: { value: "pte", nonzero: ["none", "marker"], zero: ["leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison"] } }, references: [pgtable] },
  { name: "pte_present", params: ["pte"], returns: { tests: { value: "pte", nonzero: present, zero: notPresent } }, references: [pgtable] },
  { name: "pte_accessible", params: ["mm", "pte"], returns: { tests: { value: "pte", nonzero: present, zero: ["none", "leaf", "devmap", ...nonPresent] } }, references: [pgtable] },
  { name: "is_swap_pte", until: "6.18", params: ["pte"], returns: { tests: { value: "pte", nonzero: nonPresent, zero: ["none", ...present] } }, references: [swapops] },
  // Bits of a non-present entry: an empty one has none of them; in a present one the bit means something else.
  { name: "pte_swp_uffd_wp", aliases: ["pte_swp_soft_dirty", "pte_swp_exclusive"], params: ["pte"], returns: { tests: { value: "pte", nonzero: notNone, zero: ["none", ...notNone] } }, references: [{ ...pgtable, where: "pte_swp_soft_dirty()" }] },
  { name: "pte_devmap", until: "6.17", params: ["pte"], returns: { tests: { value: "pte", nonzero: ["devmap"], zero: ["none", "leaf", ...nonPresent] } }, references: [pgtable] },
  { name: "pte_protnone", params: ["pte"], returns: { tests: { value: "pte", nonzero: present, zero: ["none", ...notNone] } }, references: [pgtable] },
  { name: "is_migration_entry", aliases: ["softleaf_is_migration"], params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration"], zero: ["none", "leaf", "devmap", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_device_private_entry", aliases: ["softleaf_is_device_private"], params: ["entry"], returns: { tests: { value: "entry", nonzero: ["device-private"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_writable_device_private_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["device-private"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "pfn_swap_entry_to_page", aliases: ["device_private_entry_to_page", "migration_entry_to_page"], params: ["entry"], returns: { behind: "entry" }, references: [swapops] },
  { name: "pfn_swap_entry_folio", since: "6.9", params: ["entry"], returns: { behind: "entry" }, references: [swapops] },
  { name: "is_device_exclusive_entry", aliases: ["softleaf_is_device_exclusive"], since: "5.14", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["device-exclusive"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_hwpoison_entry", aliases: ["softleaf_is_hwpoison"], params: ["entry"], returns: { tests: { value: "entry", nonzero: ["hwpoison"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "marker"] } }, references: [swapops] },
  { name: "is_pte_marker_entry", aliases: ["softleaf_is_marker"], since: "5.19", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["marker"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison"] } }, references: [swapops] },
  { name: "softleaf_is_swap", since: "6.19", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["swap"], zero: ["none", "leaf", "devmap", "migration", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_writable_migration_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_readable_migration_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_readable_exclusive_migration_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "is_write_migration_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"] } }, references: [swapops] },
  { name: "non_swap_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration", "device-private", "device-exclusive", "hwpoison", "marker"], zero: ["none", "leaf", "devmap", "swap"] } }, references: [swapops] },
  { name: "is_pfn_swap_entry", params: ["entry"], returns: { tests: { value: "entry", nonzero: ["migration", "device-private", "device-exclusive", "hwpoison"], zero: ["none", "leaf", "devmap", "swap", "marker", "hwpoison"] } }, references: [swapops] },
  { name: "is_pte_marker", params: ["pte"], returns: { tests: { value: "pte", nonzero: ["marker"], zero: ["none", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison"] } }, references: [swapops] },
  { name: "pte_to_swp_entry", params: ["pte"], requires: [{ need: "kind", value: "pte", in: nonPresent }], returns: { is: "pte" }, references: [swapops] },
  { name: "softleaf_from_pte", since: "6.19", params: ["pte"], returns: { is: "pte" }, references: [leafops] },
  { name: "pte_val", aliases: ["__pte", "pte_flags"], params: ["pte"], returns: { is: "pte" }, references: [pgtable] },
  { name: "ptep_get", aliases: ["READ_ONCE_pte"], params: ["ptep"], requires: [{ need: "mapped", pointer: "ptep" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "read", entry: "ptep", level: "pte", how: "locked" }], references: [pgtable] },
  { name: "ptep_get_lockless", params: ["ptep"], requires: [{ need: "mapped", pointer: "ptep" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "read", entry: "ptep", level: "pte", how: "lockless" }], references: [pgtable] },
  { name: "huge_ptep_get", until: "6.10", params: ["ptep"], requires: [{ need: "mapped", pointer: "ptep" }], effects: [{ do: "read", entry: "ptep", level: "pte", how: "locked", kinds: hugetlb }], references: [pgtable] },
  { name: "huge_ptep_get", since: "6.11", params: ["mm", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }], effects: [{ do: "read", entry: "ptep", level: "pte", how: "locked", kinds: hugetlb }], references: [pgtable] },
  { name: "is_hugetlb_entry_migration", params: ["pte"], returns: { tests: { value: "pte", nonzero: ["migration"], zero: ["none", "leaf", "hwpoison", "marker"] } }, references: [{ file: "mm/hugetlb.c", where: "is_hugetlb_entry_migration()", version: "6.12" }] },
  { name: "is_hugetlb_entry_hwpoisoned", params: ["pte"], returns: { tests: { value: "pte", nonzero: ["hwpoison"], zero: ["none", "leaf", "migration", "marker"] } }, references: [{ file: "mm/hugetlb.c", where: "is_hugetlb_entry_hwpoisoned()", version: "6.12" }] },
  { name: "pte_same", params: ["a", "b"], returns: { same: ["a", "b"] }, references: [pgtable] },
  { name: "pte_page", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], returns: { behind: "pte" }, references: [pgtable] },
  { name: "pte_pfn", params: ["pte"], requires: [{ need: "kind", value: "pte", in: ["none", ...present] }], references: [pgtable] },
  { name: "vm_normal_page", params: ["vma", "addr", "pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [memory] },
  { name: "vm_normal_folio", params: ["vma", "addr", "pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [memory] },
  { name: "pte_young", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [pgtable] },
  { name: "pte_dirty", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [pgtable] },
  { name: "pte_write", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [pgtable] },
  { name: "pte_special", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [pgtable] },
  { name: "pte_mkold", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkyoung", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkclean", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkdirty", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_wrprotect", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkwrite", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_modify", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkspecial", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  // A swap entry keeps these bits elsewhere (pte_swp_soft_dirty(), pte_swp_uffd_wp()).
  { name: "pte_soft_dirty", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [{ ...pgtable, where: "pte_swp_soft_dirty()" }] },
  { name: "pte_uffd_wp", since: "5.7", params: ["pte"], requires: [{ need: "kind", value: "pte", in: present }], references: [{ file: "include/asm-generic/pgtable_uffd.h", where: "pte_swp_uffd_wp()", version: "6.12" }] },
  { name: "pte_clear_soft_dirty", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mksoft_dirty", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_clear_uffd_wp", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "pte_mkuffd_wp", params: ["pte"], returns: { like: "pte" }, references: [pgtable] },
  { name: "set_pte_at", aliases: ["set_pte_at_notify"], params: ["mm", "addr", "ptep", "value"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "recheck", entry: "ptep", level: "pte" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "pte_clear", params: ["mm", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte", to: ["none"] }], references: [locks] },
  { name: "pte_clear_not_present_full", params: ["mm", "addr", "ptep", "full"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "ptep_get_and_clear", aliases: ["ptep_get_and_clear_full", "ptep_clear"], params: ["mm", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte", old: true }, { do: "owe-flush", entry: "ptep", level: "pte", addr: "addr" }], references: [locks] },
  { name: "ptep_clear_flush", aliases: ["ptep_clear_flush_notify"], params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte", old: true }, { do: "owe-flush", entry: "ptep", level: "pte", addr: "addr" }, { do: "flush", what: "entry" }], references: [locks] },
  { name: "ptep_modify_prot_start", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte", old: true }], references: [locks] },
  { name: "ptep_set_wrprotect", params: ["mm", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte" }, { do: "owe-flush", entry: "ptep", level: "pte", addr: "addr" }], references: [locks] },
  { name: "ptep_set_access_flags", params: ["vma", "addr", "ptep", "value", "dirty"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "recheck", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte" }, { do: "allow-access", entry: "ptep" }], references: [locks] },
  { name: "ptep_test_and_clear_young", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "ptep_clear_flush_young", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "ptep_clear_flush_young_notify", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "ptep_clear_young_notify", params: ["vma", "addr", "ptep"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "kind", value: "ptep", in: present }], effects: [{ do: "write", entry: "ptep", level: "pte" }], references: [locks] },
];
