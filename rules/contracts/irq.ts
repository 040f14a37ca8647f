/** Interrupts off: they hold off the IPI and the grace period that a page table waits for before it is freed (mm/gup.c, gup_fast()). */
import type { Contract } from "../../src/rulebook/schema.ts";

const flags = { file: "include/linux/irqflags.h", where: "local_irq_save()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "local_irq_save", aliases: ["local_irq_disable"], params: ["flags"], effects: [{ do: "acquire", lock: { class: "irq-off", of: null } }], references: [flags] },
  { name: "local_irq_restore", aliases: ["local_irq_enable"], params: ["flags"], effects: [{ do: "release", lock: { class: "irq-off", of: null } }], references: [flags] },
];
