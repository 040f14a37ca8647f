/** Page-table locks of the upper levels: include/linux/mm.h, include/linux/huge_mm.h, include/linux/hugetlb.h. */
import type { Contract } from "../../src/rulebook/schema.ts";

const lock = { file: "include/linux/mm.h", where: "pmd_lock()", version: "6.12" } as const;
const huge = { file: "mm/huge_memory.c", where: "__pmd_trans_huge_lock()", version: "6.12" } as const;
const hugetlb = { file: "include/linux/hugetlb.h", where: "huge_pte_lock()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "pmd_lockptr", params: ["mm", "pmd"], effects: [{ do: "give-lock", to: "return", lock: { class: "pmd-ptl", of: "pmd" } }], references: [lock] },
  {
    name: "pmd_lock",
    params: ["mm", "pmd"],
    effects: [
      { do: "acquire", lock: { class: "pmd-ptl", of: "pmd" } },
      { do: "give-lock", to: "return", lock: { class: "pmd-ptl", of: "pmd" } },
    ],
    references: [lock],
  },
  { name: "pud_lockptr", params: ["mm", "pud"], effects: [{ do: "give-lock", to: "return", lock: { class: "pud-ptl", of: "pud" } }], references: [lock] },
  {
    name: "pud_lock",
    params: ["mm", "pud"],
    effects: [
      { do: "acquire", lock: { class: "pud-ptl", of: "pud" } },
      { do: "give-lock", to: "return", lock: { class: "pud-ptl", of: "pud" } },
    ],
    references: [lock],
  },
  {
    name: "pmd_trans_huge_lock",
    aliases: ["__pmd_trans_huge_lock"],
    params: ["pmd", "vma"],
    effects: [
      { do: "acquire", lock: { class: "pmd-ptl", of: "pmd" }, when: "nonzero" },
      { do: "give-lock", to: "return", lock: { class: "pmd-ptl", of: "pmd" } },
      { do: "settle", entry: "pmd", level: "pmd", kinds: ["leaf", "devmap", "migration"], when: "nonzero" },
    ],
    references: [huge],
  },
  {
    name: "pud_trans_huge_lock",
    aliases: ["__pud_trans_huge_lock"],
    params: ["pud", "vma"],
    effects: [
      { do: "acquire", lock: { class: "pud-ptl", of: "pud" }, when: "nonzero" },
      { do: "give-lock", to: "return", lock: { class: "pud-ptl", of: "pud" } },
      { do: "settle", entry: "pud", level: "pud", kinds: ["leaf", "devmap"], when: "nonzero" },
    ],
    references: [{ file: "mm/huge_memory.c", where: "__pud_trans_huge_lock()", version: "6.12" }],
  },
  {
    name: "huge_pte_lockptr",
    params: ["h", "mm", "pte"],
    requires: [{ need: "mapped", pointer: "pte" }],
    effects: [{ do: "treat-as", entry: "pte", as: "hugetlb" }, { do: "give-lock", to: "return", lock: { class: "spin", of: "pte" } }],
    references: [hugetlb],
  },
  {
    name: "huge_pte_lock",
    params: ["h", "mm", "pte"],
    requires: [{ need: "mapped", pointer: "pte" }],
    effects: [
      { do: "treat-as", entry: "pte", as: "hugetlb" },
      { do: "acquire", lock: { class: "spin", of: "pte" } },
      { do: "give-lock", to: "return", lock: { class: "spin", of: "pte" } },
    ],
    references: [hugetlb],
  },
];
