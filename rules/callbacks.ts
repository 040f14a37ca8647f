/** What is held where callbacks and well-known helpers start. */
import type { EntryContext } from "../src/rulebook/schema.ts";

const walk = { file: "include/linux/pagewalk.h", where: "struct mm_walk_ops", version: "6.12" } as const;
const memory = { file: "mm/memory.c", where: "", version: "6.12" } as const;

export const contexts: readonly EntryContext[] = [
  { of: "mm_walk_ops.pmd_entry", held: [], anyKind: ["0"], references: [walk] },
  { of: "mm_walk_ops.pud_entry", held: [], anyKind: ["0"], references: [walk] },
  { of: "mm_walk_ops.pte_entry", held: [{ class: "pte-ptl" }], references: [walk] },
  { of: "do_wp_page", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "do_wp_page()" }] },
  { of: "wp_page_reuse", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "wp_page_reuse()" }] },
  { of: "set_pte_range", since: "6.6", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "set_pte_range()" }] },
  { of: "do_set_pte", held: [{ class: "pte-ptl", pointer: "vmf.ptl" }], references: [{ ...memory, where: "do_set_pte()", version: "6.1" }] },
];
