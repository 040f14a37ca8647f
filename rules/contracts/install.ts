/** New tables and their installation: mm/memory.c, include/linux/pgalloc.h, asm-generic/pgalloc.h. */
import type { Contract } from "../../src/rulebook/schema.ts";

const install = { file: "mm/memory.c", where: "pmd_install()", version: "6.12" } as const;
const upper = { file: "mm/memory.c", where: "__pud_alloc()", version: "6.12" } as const;
const locks = { file: "Documentation/mm/process_addrs.rst", where: "Page table locking details", version: "6.13" } as const;
const alloc = { file: "include/asm-generic/pgalloc.h", where: "pte_alloc_one()", version: "6.12" } as const;
const kernel = { file: "mm/memory.c", where: "__pte_alloc_kernel()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  {
    name: "pmd_populate",
    params: ["mm", "pmd", "table"],
    requires: [
      { need: "mapped", pointer: "table" },
      { need: "entry-lock", entry: "pmd", level: "pmd" },
      { need: "recheck", entry: "pmd", level: "pmd" },
      { need: "ordered-table", table: "table" },
    ],
    effects: [{ do: "install", entry: "pmd", table: "table", level: "pmd" }],
    references: [install, locks],
  },
  {
    name: "pmd_populate_kernel",
    params: ["mm", "pmd", "table"],
    requires: [
      { need: "mapped", pointer: "table" },
      { need: "entry-lock", entry: "pmd", level: "pmd" },
      { need: "recheck", entry: "pmd", level: "pmd" },
      { need: "ordered-table", table: "table" },
    ],
    effects: [{ do: "install", entry: "pmd", table: "table", level: "pmd" }],
    references: [kernel],
  },
  {
    name: "pud_populate",
    params: ["mm", "pud", "table"],
    requires: [
      { need: "mapped", pointer: "table" },
      { need: "entry-lock", entry: "pud", level: "pud" },
      { need: "recheck", entry: "pud", level: "pud" },
      { need: "ordered-table", table: "table" },
    ],
    effects: [{ do: "install", entry: "pud", table: "table", level: "pud" }],
    references: [upper, locks],
  },
  {
    name: "p4d_populate",
    params: ["mm", "p4d", "table"],
    requires: [
      { need: "mapped", pointer: "table" },
      { need: "entry-lock", entry: "p4d", level: "p4d" },
      { need: "recheck", entry: "p4d", level: "p4d" },
      { need: "ordered-table", table: "table" },
    ],
    effects: [{ do: "install", entry: "p4d", table: "table", level: "p4d" }],
    references: [upper, locks],
  },
  {
    name: "pgd_populate",
    params: ["mm", "pgd", "table"],
    requires: [
      { need: "mapped", pointer: "table" },
      { need: "entry-lock", entry: "pgd", level: "pgd" },
      { need: "recheck", entry: "pgd", level: "pgd" },
      { need: "ordered-table", table: "table" },
    ],
    effects: [{ do: "install", entry: "pgd", table: "table", level: "pgd" }],
    references: [upper, locks],
  },
  { name: "pmd_install", since: "5.16", params: ["mm", "pmd", "pte"], references: [install] },
  { name: "pte_alloc_one", params: ["mm", "addr"], effects: [{ do: "new-table", to: "return" }], returns: { mayFailSince: "4.18" }, references: [alloc] },
  { name: "pte_alloc_one_kernel", params: ["mm", "addr"], effects: [{ do: "new-table", to: "return" }], returns: { mayFailSince: "4.18" }, references: [alloc] },
  { name: "pmd_alloc_one", params: ["mm", "addr"], effects: [{ do: "new-table", to: "return" }], returns: { mayFailSince: "4.18" }, references: [alloc] },
  { name: "pud_alloc_one", params: ["mm", "addr"], effects: [{ do: "new-table", to: "return" }], returns: { mayFailSince: "4.18" }, references: [alloc] },
  { name: "p4d_alloc_one", params: ["mm", "addr"], effects: [{ do: "new-table", to: "return" }], returns: { mayFailSince: "4.18" }, references: [alloc] },
  {
    name: "set_pmd_at",
    params: ["mm", "addr", "pmd", "value"],
    requires: [
      { need: "entry-lock", entry: "pmd", level: "pmd" },
      { need: "recheck", entry: "pmd", level: "pmd" },
    ],
    effects: [{ do: "write", entry: "pmd", level: "pmd" }],
    references: [locks],
  },
  {
    name: "set_pud_at",
    params: ["mm", "addr", "pud", "value"],
    requires: [
      { need: "entry-lock", entry: "pud", level: "pud" },
      { need: "recheck", entry: "pud", level: "pud" },
    ],
    effects: [{ do: "write", entry: "pud", level: "pud" }],
    references: [locks],
  },
];
