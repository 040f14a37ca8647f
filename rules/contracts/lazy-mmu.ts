/** Lazy MMU mode: page-table stores may be held back until it is left (include/linux/pgtable.h). */
import type { Contract } from "../../src/rulebook/schema.ts";

const pgtable = { file: "include/linux/pgtable.h", where: "arch_enter_lazy_mmu_mode()", version: "6.12" } as const;
const generic = { file: "include/linux/pgtable.h", where: "lazy_mmu_mode_enable()", version: "6.19" } as const;
const pausing = { file: "include/linux/pgtable.h", where: "lazy_mmu_mode_pause()", version: "6.19" } as const;

export const contracts: readonly Contract[] = [
  { name: "arch_enter_lazy_mmu_mode", params: [], effects: [{ do: "lazy-mmu", enter: true }], references: [pgtable] },
  { name: "arch_leave_lazy_mmu_mode", params: [], effects: [{ do: "lazy-mmu", enter: false }], references: [pgtable] },
  { name: "arch_flush_lazy_mmu_mode", params: [], references: [pgtable] },
  { name: "lazy_mmu_mode_enable", since: "6.19", params: [], effects: [{ do: "lazy-mmu", enter: true }], references: [generic] },
  { name: "lazy_mmu_mode_disable", since: "6.19", params: [], effects: [{ do: "lazy-mmu", enter: false }], references: [generic] },
  { name: "lazy_mmu_mode_resume", since: "6.19", params: [], effects: [{ do: "lazy-mmu", enter: true, pause: true }], references: [pausing] },
  { name: "lazy_mmu_mode_pause", since: "6.19", params: [], effects: [{ do: "lazy-mmu", enter: false, pause: true }], references: [pausing] },
];
