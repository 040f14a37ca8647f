/** Numbers of the things that two operations can conflict over. See Touch in sim/run/system.ts for how they are used. */
import { entriesPerTable, type Layout } from "./layout.ts";

export interface Resources {
  readonly entry: (table: number, index: number) => number;
  readonly life: (table: number) => number;
  readonly deposits: (table: number) => number;
  /** Whoever takes a lock. */
  readonly take: (lock: number) => number;
  /** Whoever releases a lock or looks at it without waiting. */
  readonly look: (lock: number) => number;
  /** RCU read sections of a thread. */
  readonly rcu: (thread: number) => number;
  /** Whether a thread has interrupts off. */
  readonly irq: (thread: number) => number;
  /** Whether a thread is the hardware in the middle of a walk. */
  readonly walking: (thread: number) => number;
  readonly page: (page: number) => number;
  readonly vma: (vma: number) => number;
  readonly counters: (mm: number) => number;
  readonly cell: (cell: number) => number;
  /** Translations: entries that change add to it, flushes and frees look at it. */
  readonly tlb: number;
}

export function resourcesOf(layout: Layout): Resources {
  let next = 0;
  const range = (length: number): ((i: number) => number) => {
    const from = next;
    next += length;
    return (i) => from + i;
  };
  const entries = range(layout.tables * entriesPerTable);
  return {
    // An index outside the table conflicts with nothing: the access is a fault by itself.
    entry: (table, index) => entries(table * entriesPerTable + Math.min(Math.max(index, 0), entriesPerTable - 1)),
    life: range(layout.tables),
    deposits: range(layout.tables),
    take: range(layout.locks),
    look: range(layout.locks),
    rcu: range(layout.threads),
    irq: range(layout.threads),
    walking: range(layout.threads),
    page: range(layout.pages),
    vma: range(layout.vmas),
    counters: range(layout.mms),
    cell: range(layout.cells),
    tlb: range(1)(0),
  };
}
