/**
 * Tables of the kernel that a huge mapping takes the place of. Whoever dumps page tables (mm/ptdump.c) walks ranges that it does not
 * own, under the mmap lock of init_mm for writing: holding it for reading from the free of a table until the huge entry is set keeps
 * the two apart. Stable trees of 6.1 and later have that since July 2026.
 */
import type { Contract } from "../../src/rulebook/schema.ts";

const vmap = { file: "mm/vmalloc.c", where: "vmap_try_huge_pmd()", version: "6.12.117" } as const;
const walk = { file: "mm/pagewalk.c", where: "walk_page_range_novma()", version: "6.12.117" } as const;

export const contracts: readonly Contract[] = [
  { name: "pmd_free_pte_page", since: "6.1", params: ["pmd", "addr"], requires: [{ need: "held", rule: "table-free", any: [{ class: "mmap", of: "&init_mm" }] }], references: [vmap, walk] },
  { name: "pud_free_pmd_page", since: "6.1", params: ["pud", "addr"], requires: [{ need: "held", rule: "table-free", any: [{ class: "mmap", of: "&init_mm" }] }], references: [{ ...vmap, where: "vmap_try_huge_pud()" }, walk] },
  { name: "p4d_free_pud_page", since: "6.1", params: ["p4d", "addr"], requires: [{ need: "held", rule: "table-free", any: [{ class: "mmap", of: "&init_mm" }] }], references: [{ ...vmap, where: "vmap_try_huge_p4d()" }, walk] },
];
