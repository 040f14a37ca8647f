/** Walks of the page tables of a process by code that holds none of its locks. */
import type { Contract } from "../../src/rulebook/schema.ts";

export const contracts: readonly Contract[] = [
  { name: "kvm_pgtable_get_leaf", since: "5.12", params: ["pgt", "addr", "ptep", "level"], requires: [{ need: "walkers-kept", tables: "pgt" }], references: [{ file: "arch/arm64/kvm/mmu.c", where: "get_user_mapping_size()", version: "6.12" }] },
];
