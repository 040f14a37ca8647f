/** Mapping ptes: include/linux/mm.h, mm/pgtable-generic.c. Failing since 6.5; an RCU read section since 6.6. */
import type { Contract } from "../../src/rulebook/schema.ts";

const generic = { file: "mm/pgtable-generic.c", where: "__pte_offset_map()", version: "6.12" } as const;
const header = { file: "include/linux/mm.h", where: "pte_offset_map_lock()", version: "6.12" } as const;
const before = { file: "include/linux/mm.h", where: "pte_offset_map_lock()", version: "6.1" } as const;
const nolock = { file: "mm/pgtable-generic.c", where: "pte_offset_map_rw_nolock()", version: "6.13" } as const;

export const contracts: readonly Contract[] = [
  {
    name: "pte_offset_map",
    params: ["pmd", "addr"],
    effects: [{ do: "map", of: "pmd", when: "nonzero" }],
    returns: { mayFailSince: "6.5" },
    references: [generic],
  },
  {
    name: "__pte_offset_map",
    aliases: ["___pte_offset_map"],
    since: "6.5",
    params: ["pmd", "addr", "pmdvalp"],
    effects: [{ do: "map", of: "pmd", when: "nonzero" }],
    returns: { mayFailSince: "6.5" },
    references: [generic],
  },
  {
    name: "pte_offset_map_lock",
    aliases: ["__pte_offset_map_lock"],
    params: ["mm", "pmd", "addr", "ptlp"],
    effects: [
      { do: "map", of: "pmd", when: "nonzero" },
      { do: "acquire", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "6.5" },
    references: [header, before],
  },
  {
    name: "pte_alloc_map_lock",
    params: ["mm", "pmd", "addr", "ptlp"],
    effects: [
      { do: "map", of: "pmd", when: "nonzero" },
      { do: "acquire", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "4.18" },
    references: [header],
  },
  {
    name: "pte_alloc_map",
    params: ["mm", "pmd", "addr"],
    effects: [{ do: "map", of: "pmd", when: "nonzero" }],
    returns: { mayFailSince: "4.18" },
    references: [header],
  },
  {
    name: "pte_offset_map_nolock",
    since: "6.5",
    until: "6.12",
    params: ["mm", "pmd", "addr", "ptlp"],
    effects: [
      { do: "map", of: "pmd", when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "6.5" },
    references: [{ file: "mm/pgtable-generic.c", where: "pte_offset_map_nolock()", version: "6.12" }],
  },
  {
    name: "pte_offset_map_ro_nolock",
    since: "6.13",
    params: ["mm", "pmd", "addr", "ptlp"],
    effects: [
      { do: "map", of: "pmd", when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "6.5" },
    references: [nolock],
  },
  {
    name: "pte_offset_map_rw_nolock",
    since: "6.13",
    params: ["mm", "pmd", "addr", "pmdvalp", "ptlp"],
    effects: [
      { do: "map", of: "pmd", when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "pmd" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "6.5" },
    references: [nolock],
  },
  {
    name: "get_locked_pte",
    aliases: ["__get_locked_pte"],
    params: ["mm", "addr", "ptlp"],
    requires: [{ need: "vma", mm: "mm" }],
    effects: [
      { do: "map", of: "addr", when: "nonzero" },
      { do: "acquire", lock: { class: "pte-ptl", of: "addr" }, when: "nonzero" },
      { do: "give-lock", to: "ptlp", lock: { class: "pte-ptl", of: "addr" }, when: "nonzero" },
    ],
    returns: { mayFailSince: "4.18" },
    references: [{ file: "mm/memory.c", where: "__get_locked_pte()", version: "6.12" }],
  },
  {
    name: "pte_unmap",
    params: ["pte"],
    requires: [{ need: "mapped", pointer: "pte" }],
    effects: [{ do: "unmap", pointer: "pte" }],
    references: [{ file: "include/linux/pgtable.h", where: "pte_unmap()", version: "6.12" }],
  },
  {
    name: "pte_unmap_unlock",
    params: ["pte", "ptl"],
    requires: [{ need: "mapped", pointer: "pte" }],
    effects: [
      { do: "release", lock: { pointer: "ptl" } },
      { do: "unmap", pointer: "pte" },
    ],
    references: [header],
  },
  {
    name: "pte_lockptr",
    params: ["mm", "pmd"],
    effects: [{ do: "give-lock", to: "return", lock: { class: "pte-ptl", of: "pmd" } }],
    references: [{ file: "include/linux/mm.h", where: "pte_lockptr()", version: "6.12" }],
  },
  {
    name: "pte_offset_kernel",
    aliases: ["pte_alloc_kernel", "pte_alloc_kernel_track"],
    params: ["pmd", "addr"],
    returns: { inTableOf: "pmd" },
    references: [{ file: "include/linux/pgtable.h", where: "pte_offset_kernel()", version: "6.12" }],
  },
];
