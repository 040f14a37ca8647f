/**
 * Look-ups of one address that come back with the page-table lock of the entry they found, at whichever level that is: the
 * lock is held on success only, until the call that ends the look-up. What lies between runs under a spinlock.
 */
import type { Contract } from "../../src/rulebook/schema.ts";

const pfnmap = { file: "mm/memory.c", where: "follow_pfnmap_start()", version: "6.12" } as const;
const folio = { file: "mm/pagewalk.c", where: "folio_walk_start()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "follow_pfnmap_start", since: "6.12", params: ["args"], effects: [{ do: "acquire", lock: { class: "spin", of: "args" }, when: "zero" }], references: [pfnmap] },
  { name: "follow_pfnmap_end", since: "6.12", params: ["args"], effects: [{ do: "release", lock: { class: "spin", of: "args" } }], references: [{ ...pfnmap, where: "follow_pfnmap_end()" }] },
  { name: "folio_walk_start", since: "6.12", params: ["fw", "vma", "addr", "flags"], effects: [{ do: "acquire", lock: { class: "spin", of: "fw" }, when: "nonzero" }], references: [folio] },
  { name: "folio_walk_end", since: "6.12", params: ["fw", "vma"], effects: [{ do: "release", lock: { class: "spin", of: "fw" } }], references: [{ file: "include/linux/pagewalk.h", where: "folio_walk_end()", version: "6.12" }] },
];
