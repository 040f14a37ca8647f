/** Reaching entries of the upper levels, and page_vma_mapped_walk(). */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "pmd_offset()", version: "6.12" } as const;
const alloc = { file: "include/linux/mm.h", where: "pmd_alloc()", version: "6.12" } as const;
const gup = { file: "mm/gup.c", where: "gup_fast_pgd_range()", version: "6.12" } as const;
const pvmw = { file: "mm/page_vma_mapped.c", where: "page_vma_mapped_walk()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "pgd_offset", params: ["mm", "addr"], requires: [{ need: "vma-found", mm: "mm" }], returns: { entry: { level: "pgd", below: "mm" } }, references: [pgtable] },
  { name: "pgd_offset_k", aliases: ["pgd_offset_gate", "pgd_offset_kernel"], params: ["addr"], returns: { entry: { level: "pgd", below: "addr", kernel: true } }, references: [pgtable] },
  { name: "p4d_offset", params: ["pgd", "addr"], returns: { entry: { level: "p4d", below: "pgd" } }, references: [pgtable] },
  { name: "pud_offset", params: ["p4d", "addr"], returns: { entry: { level: "pud", below: "p4d" } }, references: [pgtable] },
  { name: "pmd_offset", params: ["pud", "addr"], returns: { entry: { level: "pmd", below: "pud" } }, references: [pgtable] },
  { name: "pmd_off", params: ["mm", "addr"], requires: [{ need: "vma-found", mm: "mm" }], returns: { entry: { level: "pmd", below: "mm" } }, references: [pgtable] },
  { name: "p4d_alloc", params: ["mm", "pgd", "addr"], returns: { mayFailSince: "4.18", entry: { level: "p4d", below: "pgd" } }, references: [alloc] },
  { name: "pud_alloc", params: ["mm", "p4d", "addr"], returns: { mayFailSince: "4.18", entry: { level: "pud", below: "p4d" } }, references: [alloc] },
  { name: "pmd_alloc", params: ["mm", "pud", "addr"], returns: { mayFailSince: "4.18", entry: { level: "pmd", below: "pud" } }, references: [alloc] },
  { name: "p4d_offset_lockless", since: "5.10", params: ["pgdp", "pgd", "addr"], returns: { entry: { level: "p4d", below: "pgdp", lockless: true } }, references: [gup] },
  { name: "pud_offset_lockless", since: "5.10", params: ["p4dp", "p4d", "addr"], returns: { entry: { level: "pud", below: "p4dp", lockless: true } }, references: [gup] },
  { name: "pmd_offset_lockless", since: "5.10", params: ["pudp", "pud", "addr"], returns: { entry: { level: "pmd", below: "pudp", lockless: true } }, references: [gup] },
  {
    name: "mm_find_pmd",
    params: ["mm", "addr"],
    returns: { mayFailSince: "4.18", entry: { level: "pmd", below: "mm" } },
    requires: [{ need: "vma-found", mm: "mm" }],
    references: [{ file: "mm/rmap.c", where: "mm_find_pmd()", version: "6.12" }],
  },
  {
    name: "page_vma_mapped_walk",
    params: ["pvmw"],
    effects: [
      { do: "walk-start", walk: "pvmw", when: "nonzero" },
      { do: "walk-end", walk: "pvmw", when: "zero" },
    ],
    returns: { kinds: ["leaf", "devmap", "device-private", "device-exclusive"] },
    references: [pvmw],
  },
  {
    name: "page_vma_mapped_walk_done",
    params: ["pvmw"],
    effects: [{ do: "walk-end", walk: "pvmw" }],
    references: [{ file: "include/linux/rmap.h", where: "page_vma_mapped_walk_done()", version: "6.12" }],
  },
  {
    name: "page_vma_mapped_walk_restart",
    since: "6.11",
    params: ["pvmw"],
    effects: [{ do: "walk-end", walk: "pvmw" }],
    references: [{ file: "include/linux/rmap.h", where: "page_vma_mapped_walk_restart()", version: "6.12" }],
  },
];
