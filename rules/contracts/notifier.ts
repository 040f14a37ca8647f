/** Telling secondary MMUs of a range that changes (include/linux/mmu_notifier.h, Documentation/mm/mmu_notifier.rst). */
import type { Contract } from "../../src/rulebook/schema.ts";

const header = { file: "include/linux/mmu_notifier.h", where: "mmu_notifier_invalidate_range_start()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "mmu_notifier_range_init", since: "6.3", params: ["range", "event", "flags", "mm", "start", "end"], effects: [{ do: "notifier", range: "range", step: "init" }], references: [header] },
  { name: "mmu_notifier_range_init", since: "5.0", until: "6.2", params: ["range", "event", "flags", "vma", "mm", "start", "end"], effects: [{ do: "notifier", range: "range", step: "init" }], references: [{ ...header, version: "6.1" }] },
  { name: "mmu_notifier_range_init_owner", since: "5.13", params: ["range", "event", "flags"], effects: [{ do: "notifier", range: "range", step: "init" }], references: [header] },
  { name: "mmu_notifier_invalidate_range_start", since: "5.0", params: ["range"], effects: [{ do: "notifier", range: "range", step: "start" }], references: [header] },
  { name: "mmu_notifier_invalidate_range_start_nonblock", since: "5.0", params: ["range"], effects: [{ do: "notifier", range: "range", step: "start", when: "zero" }], references: [header] },
  { name: "mmu_notifier_invalidate_range_end", aliases: ["mmu_notifier_invalidate_range_only_end"], since: "5.0", until: "6.5", params: ["range"], effects: [{ do: "notifier", range: "range", step: "end" }], references: [{ ...header, version: "6.1" }] },
  { name: "mmu_notifier_invalidate_range_end", since: "6.6", params: ["range"], effects: [{ do: "notifier", range: "range", step: "end" }], references: [header] },
];
