/** Shared PMD tables of hugetlb mappings: who may walk into one, and who may take it away (mm/hugetlb.c, mm/rmap.c). */
import type { Contract } from "../../src/rulebook/schema.ts";

const lock = { file: "mm/hugetlb.c", where: "hugetlb_vma_lock_read()", version: "6.12" } as const;
const walk = { file: "include/linux/hugetlb.h", where: "hugetlb_walk()", version: "6.12" } as const;
const unshare = { file: "mm/hugetlb.c", where: "huge_pmd_unshare()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "hugetlb_vma_lock_read", since: "6.1", params: ["vma"], effects: [{ do: "acquire", lock: { class: "hugetlb-vma", of: "vma" }, mode: "read" }], references: [lock] },
  { name: "hugetlb_vma_unlock_read", since: "6.1", params: ["vma"], effects: [{ do: "release", lock: { class: "hugetlb-vma", of: "vma" } }], references: [lock] },
  { name: "hugetlb_vma_lock_write", since: "6.1", params: ["vma"], requires: [{ need: "no-hugetlb-lock", vma: "vma" }], effects: [{ do: "acquire", lock: { class: "hugetlb-vma", of: "vma" } }], references: [lock] },
  { name: "hugetlb_vma_unlock_write", since: "6.1", params: ["vma"], effects: [{ do: "release", lock: { class: "hugetlb-vma", of: "vma" } }], references: [lock] },
  { name: "hugetlb_vma_trylock_write", since: "6.1", params: ["vma"], effects: [{ do: "acquire", lock: { class: "hugetlb-vma", of: "vma" }, when: "nonzero", try: true }], references: [lock] },
  { name: "uffd_wp_range", aliases: ["hugetlb_change_protection"], since: "6.3", params: ["vma"], requires: [{ need: "no-hugetlb-lock", vma: "vma" }], references: [{ file: "mm/hugetlb.c", where: "hugetlb_change_protection()", version: "6.12" }] },
  { name: "hugetlb_vma_assert_locked", since: "6.1", params: ["vma"], effects: [{ do: "assert", lock: { class: "hugetlb-vma", of: "vma" }, mode: "read" }], references: [lock] },
  {
    name: "hugetlb_walk",
    since: "6.3",
    params: ["vma", "addr", "sz"],
    requires: [{ need: "held", rule: "hugetlb-share", any: [{ class: "hugetlb-vma", of: "vma" }, { class: "i_mmap", of: "vma.vm_file.f_mapping" }] }],
    returns: { mayFailSince: "6.3", hugetlb: true, entry: { level: "pte", below: "vma" } },
    references: [walk],
  },
  {
    name: "huge_pte_offset",
    since: "6.1",
    params: ["mm", "addr", "sz"],
    requires: [{ need: "held", rule: "hugetlb-share", any: [{ class: "hugetlb-vma", of: "mm" }, { class: "i_mmap", of: "mm" }] }],
    returns: { mayFailSince: "4.18", hugetlb: true },
    references: [{ file: "include/linux/hugetlb.h", where: "huge_pte_offset()", version: "6.12" }],
  },
  {
    name: "huge_pmd_unshare",
    since: "6.1",
    params: ["mm", "vma", "addr", "ptep"],
    requires: [
      { need: "held", rule: "hugetlb-share", any: [{ class: "i_mmap", of: "vma.vm_file.f_mapping" }], mode: "write" },
      { need: "held", rule: "hugetlb-share", any: [{ class: "hugetlb-vma", of: "vma" }] },
    ],
    references: [unshare],
  },
  {
    name: "huge_pmd_unshare",
    since: "5.7",
    until: "6.0",
    params: ["mm", "vma", "addr", "ptep"],
    requires: [{ need: "held", rule: "hugetlb-share", any: [{ class: "i_mmap", of: "vma.vm_file.f_mapping" }], mode: "write" }],
    references: [unshare],
  },
  { name: "huge_pte_alloc", since: "5.13", params: ["mm", "vma", "addr", "sz"], returns: { mayFailSince: "5.13", hugetlb: true }, references: [{ file: "include/linux/hugetlb.h", where: "huge_pte_alloc()", version: "6.12" }] },
  { name: "huge_pte_alloc", until: "5.12", params: ["mm", "addr", "sz"], returns: { mayFailSince: "4.18", hugetlb: true }, references: [{ file: "include/linux/hugetlb.h", where: "huge_pte_alloc()", version: "5.10" }] },
  { name: "virt_to_page", aliases: ["virt_to_ptdesc", "virt_to_folio"], params: ["address"], returns: { pageOf: "address" }, references: [{ file: "mm/hugetlb.c", where: "copy_hugetlb_page_range()", version: "6.12" }] },
  { name: "page_count", aliases: ["page_ref_count"], params: ["page"], requires: [{ need: "no-table-page", page: "page" }], references: [{ file: "include/linux/mm_types.h", where: "ptdesc_pmd_is_shared()", version: "6.12" }] },
];
