/** Batches: several ptes of one table that map one folio (mm/internal.h, folio_pte_batch()). */
import type { Contract } from "../../src/rulebook/schema.ts";

const batch = { file: "mm/internal.h", where: "folio_pte_batch()", version: "6.12" } as const;
const flagged = { file: "mm/util.c", where: "folio_pte_batch()", version: "6.17" } as const;
const swap = { file: "mm/internal.h", where: "swap_pte_batch()", version: "6.12" } as const;
const locks = { file: "Documentation/mm/process_addrs.rst", where: "Page table locking details", version: "6.13" } as const;
const protect = { file: "include/linux/pgtable.h", where: "modify_prot_commit_ptes()", version: "6.17" } as const;

export const contracts: readonly Contract[] = [
  { name: "folio_pte_batch", since: "6.9", until: "6.16", params: ["folio", "addr", "ptep", "pte", "max_nr", "flags", "any_writable", "any_young", "any_dirty"], requires: [{ need: "within-table", count: "max_nr" }], returns: { batch: { tellsWritable: "any_writable" } }, references: [batch] },
  { name: "folio_pte_batch", since: "6.17", params: ["folio", "ptep", "pte", "max_nr"], requires: [{ need: "within-table", count: "max_nr" }], returns: { batch: {} }, references: [flagged] },
  { name: "folio_pte_batch_flags", since: "6.17", params: ["folio", "vma", "ptep", "ptentp", "max_nr", "flags"], requires: [{ need: "within-table", count: "max_nr" }], returns: { batch: { respectsWrite: "flags" } }, references: [{ file: "mm/internal.h", where: "folio_pte_batch_flags()", version: "6.17" }] },
  { name: "swap_pte_batch", since: "6.10", params: ["ptep", "max_nr", "pte"], requires: [{ need: "within-table", count: "max_nr" }], references: [swap] },
  { name: "set_ptes", since: "6.6", params: ["mm", "addr", "ptep", "value", "nr"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "recheck", entry: "ptep", level: "pte" }, { need: "uniform-batch", count: "nr", value: "value" }], effects: [{ do: "treat-as", entry: "ptep", as: "base" }, { do: "write", entry: "ptep", level: "pte" }], references: [locks] },
  { name: "modify_prot_commit_ptes", since: "6.17", params: ["vma", "addr", "ptep", "old", "value", "nr"], requires: [{ need: "mapped", pointer: "ptep" }, { need: "entry-lock", entry: "ptep", level: "pte" }, { need: "uniform-batch", count: "nr", value: "value" }], effects: [{ do: "write", entry: "ptep", level: "pte" }, { do: "owe-flush", entry: "ptep", level: "pte", addr: "addr", open: true }], references: [protect] },
];
