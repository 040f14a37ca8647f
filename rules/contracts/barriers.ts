/** Barriers as the checker needs them; the simulator's memory model knows them exactly (tools/memory-model, 6.12). */
import type { Contract } from "../../src/rulebook/schema.ts";

const model = { file: "Documentation/memory-barriers.txt", where: "CPU MEMORY BARRIERS", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "smp_wmb", aliases: ["wmb", "dma_wmb"], params: [], effects: [{ do: "barrier", kind: "write" }], references: [model] },
  { name: "smp_rmb", aliases: ["rmb", "dma_rmb"], params: [], effects: [{ do: "barrier", kind: "read" }], references: [model] },
  { name: "smp_mb", aliases: ["mb", "smp_mb__before_atomic", "smp_mb__after_atomic", "smp_mb__after_spinlock"], params: [], effects: [{ do: "barrier", kind: "full" }], references: [model] },
  // Interrupts that are off are an RCU read section since 4.20 (kernel/rcu/tree.c, synchronize_rcu()): GUP-fast is waited for as well.
  { name: "synchronize_rcu", aliases: ["synchronize_rcu_expedited"], params: [], effects: [{ do: "barrier", kind: "full" }, { do: "sync-walkers" }], references: [{ file: "kernel/rcu/tree.c", where: "synchronize_rcu()", version: "6.12" }] },
];
