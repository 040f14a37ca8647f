/** Numbers of the things that two operations can conflict over. See Touch in sim/run/system.ts for how they are used. */
import { entriesPerTable, type Layout } from "./layout.ts";

/** A resource by what it stands for: the same in all runs of a world, where locks and cells have their numbers by first use. */
export type ResourceName = number | string;

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
  readonly cell: (cell: number) => number;
  /** Translations: entries that change add to it, flushes and frees look at it. */
  readonly tlb: number;
  /** `locks`, `cells`: their names by number. */
  readonly nameOf: (resource: number, locks: readonly string[], cells: readonly string[]) => ResourceName;
}

export function resourcesOf(layout: Layout): Resources {
  let next = 0;
  const range = (length: number): ((i: number) => number) => {
    const from = next;
    next += length;
    return (i) => from + i;
  };
  const entries = range(layout.tables * entriesPerTable);
  const named = {
    // An index outside the table conflicts with nothing: the access is a fault by itself.
    entry: (table: number, index: number) => entries(table * entriesPerTable + Math.min(Math.max(index, 0), entriesPerTable - 1)),
    life: range(layout.tables),
    deposits: range(layout.tables),
    take: range(layout.locks),
    look: range(layout.locks),
    rcu: range(layout.threads),
    irq: range(layout.threads),
    walking: range(layout.threads),
    page: range(layout.pages),
    vma: range(layout.vmas),
    cell: range(layout.cells),
    tlb: range(1)(0),
  };
  const { take, look, cell } = named;
  return {
    ...named,
    nameOf: (resource, locks, cells) => {
      if (resource >= take(0) && resource < take(layout.locks)) return `take ${locks[resource - take(0)] ?? ""}`;
      if (resource >= look(0) && resource < look(layout.locks)) return `look ${locks[resource - look(0)] ?? ""}`;
      if (resource >= cell(0) && resource < cell(layout.cells)) return `cell ${cells[resource - cell(0)] ?? ""}`;
      return resource;
    },
  };
}
