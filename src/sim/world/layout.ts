/**
 * Where each part of a world stands in the array of numbers that is its state. The world is small on purpose: races
 * on page tables need one or two entries a level, and every further entry multiplies the states.
 */

export type Level = "pgd" | "pud" | "pmd" | "pte";

/** Entries of a table; PTRS_PER_PTE and the like of the simulated kernel. */
export const entriesPerTable = 2;

export const pageSize = 0x1000n;
export const pmdSize: bigint = pageSize * BigInt(entriesPerTable);
export const pudSize: bigint = pmdSize * BigInt(entriesPerTable);
/** First address of the simulated range. */
export const base = 0x100000n;

/** A page of the address space of one mm: the unit that translations are kept for. */
export interface VirtualPage {
  readonly mm: number;
  readonly address: bigint;
}

/** `life` of a table. Private: allocated, not yet reachable. Waiting: unlinked, freed after a grace period. */
export const life = { unused: 0, private: 1, linked: 2, unlinked: 3, waiting: 4, freed: 5, deposited: 6 } as const;

export interface Layout {
  readonly size: number;
  readonly threads: number;
  /** CPUs with a TLB: one for each thread, and one that stands for all others that run the program. */
  readonly cpus: number;
  readonly mms: number;
  readonly tables: number;
  readonly pages: number;
  readonly vmas: number;
  readonly locks: number;
  readonly cells: number;
  readonly virtualPages: readonly VirtualPage[];
  /** Level of each table, by number. */
  readonly levels: readonly Level[];
  /** Number of each mm's topmost table. */
  readonly roots: readonly number[];

  /** [table * entriesPerTable + index] number of the entry's value */
  readonly entry: number;
  /** [(thread * tables + table) * entriesPerTable + index] the value that the thread saw or wrote last, 0 for never */
  readonly observed: number;
  readonly life: number;
  /** Thread + 1 that a private, unlinked or deposited table belongs to. */
  readonly owner: number;
  /** Threads whose RCU section must end before the table is freed, if it is waiting. */
  readonly grace: number;
  /** Threads that are sure to see the table's contents; bit 30: a write barrier stands behind the contents. */
  readonly ordered: number;
  /** [cpu * tables + table] virtual pages through which the CPU may hold a pointer to the table in its walk caches */
  readonly walked: number;
  /** Entries that point to the table. */
  readonly links: number;
  /** [lock] writer + 1, plus readers << 8 */
  readonly lock: number;
  /** [lock] tables whose contents whoever takes it next is sure to see, and whoever takes it for writing: a reader does not wait for readers */
  readonly lockSees: number;
  readonly lockSeesAlone: number;
  /** [thread] locks that the thread holds in any way, and those that it holds for writing, as sets */
  readonly holds: number;
  readonly holdsAlone: number;
  readonly rcu: number;
  readonly irq: number;
  readonly ipi: number;
  /** [thread] the thread is the hardware in the middle of a walk: no flush is complete before it ends */
  readonly walking: number;
  readonly gatherPages: number;
  readonly gatherTables: number;
  readonly gatherRange: number;
  /** [thread] pages that the thread has noted as mapped in a range */
  readonly marked: number;
  /** [cpu * virtual pages + virtual page] translations that the CPU may hold: bit page * 2 + writable */
  readonly tlb: number;
  /** [virtual page] threads that took a translation away and have not flushed */
  readonly unflushed: number;
  /** [thread] virtual pages that it took a translation away for and has not flushed itself since, whatever others have */
  readonly owes: number;
  /** [thread] virtual pages that the thread's CPU flushes when it takes the IPI that waits for its interrupts */
  readonly held: number;
  /** [thread] virtual pages that reclaim on this thread has unmapped and flushes later, all at once */
  readonly batched: number;
  /** [mm] CPUs on which the program runs, so that their hardware may walk its tables */
  readonly runs: number;
  readonly secondary: number;
  /** [mm] invalidations under way */
  readonly invalidating: number;
  readonly references: number;
  /** [page] 0 unused, 1 in use, 2 freed */
  readonly pageLife: number;
  /** [vma] bit 0 in the mm's tree, bit 1 reachable by rmap, bit 2 has an anon_vma */
  readonly vma: number;
  /** [mm] page tables accounted for */
  readonly tablesCounted: number;
  /** [table] of a PMD table: the tables deposited with it, as a set */
  readonly deposits: number;
  /** [cell] value of a variable that the scenario shares between threads */
  readonly cell: number;
}

export interface Sizes {
  readonly threads: number;
  readonly mms: number;
  readonly levels: readonly Level[];
  readonly roots: readonly number[];
  readonly pages: number;
  readonly vmas: number;
  readonly locks: number;
  readonly cells: number;
}

const known = new Map<string, Layout>();

/** The layout for these sizes: one object for equal ones, as a review builds thousands of worlds of few shapes. */
export function layoutOf(sizes: Sizes): Layout {
  const key = Object.values(sizes).join();
  let layout = known.get(key);
  if (layout === undefined) {
    layout = layOut(sizes);
    known.set(key, layout);
  }
  return layout;
}

function layOut(sizes: Sizes): Layout {
  let size = 0;
  const take = (length: number): number => {
    size += length;
    return size - length;
  };
  const tables = sizes.levels.length;
  const cpus = sizes.threads + 1;
  const perMm = entriesPerTable * entriesPerTable;
  const virtualPages = Array.from({ length: sizes.mms * perMm }, (_, i) => ({
    mm: Math.floor(i / perMm),
    address: base + pageSize * BigInt(i % perMm),
  }));
  const parts = {
    entry: take(tables * entriesPerTable),
    observed: take(sizes.threads * tables * entriesPerTable),
    life: take(tables), owner: take(tables), grace: take(tables), ordered: take(tables), walked: take(cpus * tables),
    links: take(tables), deposits: take(tables),
    lock: take(sizes.locks), lockSees: take(sizes.locks), lockSeesAlone: take(sizes.locks), holds: take(sizes.threads), holdsAlone: take(sizes.threads),
    rcu: take(sizes.threads), irq: take(sizes.threads), ipi: take(sizes.threads), walking: take(sizes.threads),
    gatherPages: take(sizes.threads), gatherTables: take(sizes.threads), gatherRange: take(sizes.threads), marked: take(sizes.threads),
    tlb: take(cpus * virtualPages.length), unflushed: take(virtualPages.length), owes: take(sizes.threads), held: take(sizes.threads), batched: take(sizes.threads), runs: take(sizes.mms), secondary: take(virtualPages.length),
    invalidating: take(sizes.mms), tablesCounted: take(sizes.mms),
    references: take(sizes.pages), pageLife: take(sizes.pages),
    vma: take(sizes.vmas), cell: take(sizes.cells),
  };
  return { ...sizes, levels: [...sizes.levels], cpus, tables, virtualPages, ...parts, size };
}
