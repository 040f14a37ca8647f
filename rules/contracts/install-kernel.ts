/** Populating kernel page tables by the variants that sync other page tables, or warn. */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgalloc = { file: "include/linux/pgalloc.h", where: "", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "pmd_populate_kernel_safe", aliases: ["pud_populate_safe", "p4d_populate_safe", "pgd_populate_safe"], since: "5.0", params: ["mm", "entry", "table"], references: [{ file: "arch/x86/include/asm/pgalloc.h", where: "pud_populate_safe()", version: "6.12" }] },
  { name: "p4d_populate_kernel", params: ["addr", "p4d", "table"], requires: [{ need: "ordered-table", table: "table" }], effects: [{ do: "install", entry: "p4d", table: "table", level: "p4d" }], references: [pgalloc] },
  { name: "pgd_populate_kernel", params: ["addr", "pgd", "table"], requires: [{ need: "ordered-table", table: "table" }], effects: [{ do: "install", entry: "pgd", table: "table", level: "pgd" }], references: [pgalloc] },
];
