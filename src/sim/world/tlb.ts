/**
 * What each CPU may hold in its TLB and its walk caches. A CPU that runs the program may walk the tables and fill its TLB
 * at any time, so its set grows with each entry that becomes valid and shrinks only by a flush that reaches this CPU. All
 * CPUs fill alike: their sets differ only where a flush has left one out, so that keeping them apart adds states only
 * there. What a CPU may hold it is taken to use: a page that is freed while it is in a set can still be reached.
 *
 * There is one CPU for each thread, and one more that stands for all others on which the program runs.
 */
import { translations, indexFor } from "./translate.ts";
import type { Turn } from "./turn.ts";
import type { Layout } from "./layout.ts";

/** Translations of the virtual pages that a change of an entry may change; -1 for the others. */
export function translationsAt(turn: Turn, table: number, index: number): number[] {
  const { layout, data } = turn;
  const reachable = data[layout.links + table]! > 0 || layout.roots.includes(table);
  return layout.virtualPages.map((_, page) => (reachable && indexFor(layout, table, page) === index ? translations(turn, page) : -1));
}

/** To be called behind a change of an entry, with what translationsAt() gave before it: remembers what became reachable and what was taken away. */
export function noteTranslations(turn: Turn, before: readonly number[]): void {
  const { layout, data } = turn;
  for (let page = 0; page < layout.virtualPages.length; page++) {
    if (before[page]! < 0) continue;
    const now = fill(turn, page, -1);
    const { mm } = layout.virtualPages[page]!;
    if (data[layout.invalidating + mm] === 0) data[layout.secondary + page]! |= now;
    if ((before[page]! & ~now) === 0) continue;
    data[layout.unflushed + page]! |= 1 << turn.thread;
    data[layout.owes + turn.thread]! |= 1 << page;
  }
}

/** The CPUs of the set that run the program take what the tables give for the virtual page; gives it. */
export function fill(turn: Turn, page: number, cpus: number): number {
  const { layout, data } = turn;
  const running = data[layout.runs + layout.virtualPages[page]!.mm]! & cpus;
  const now = translations(turn, page, (table) => {
    for (let cpu = 0; cpu < layout.cpus; cpu++) if (running & (1 << cpu)) data[walkedAt(layout, cpu, table)]! |= 1 << page;
  });
  for (let cpu = 0; cpu < layout.cpus; cpu++) if (running & (1 << cpu)) data[tlbAt(layout, cpu, page)]! |= now;
  return now;
}

/** A completed flush of the virtual pages in the set `range`, on the CPUs of the set: translations, and for those pages walk caches. */
export function flush(turn: Turn, range: number, cpus: number): void {
  const { layout, data } = turn;
  for (let page = 0; page < layout.virtualPages.length; page++) {
    if ((range & (1 << page)) === 0) continue;
    for (let cpu = 0; cpu < layout.cpus; cpu++) {
      if ((cpus & (1 << cpu)) === 0) continue;
      data[tlbAt(layout, cpu, page)] = 0;
      for (let table = 0; table < layout.tables; table++) data[walkedAt(layout, cpu, table)]! &= ~(1 << page);
    }
    const now = fill(turn, page, cpus);
    if ((holdersOf(turn, page, ~now)) !== 0) continue;
    data[layout.unflushed + page] = 0;
    data[layout.owes + turn.thread]! &= ~(1 << page);
  }
}

/** CPUs that may hold one of the translations for the virtual page, as a set. */
export function holdersOf(turn: Turn, page: number, bits: number): number {
  const { layout, data } = turn;
  let set = 0;
  for (let cpu = 0; cpu < layout.cpus; cpu++) if (data[tlbAt(layout, cpu, page)]! & bits) set |= 1 << cpu;
  return set;
}

/** A virtual page for which a CPU may hold a translation that the page tables do not give any more. */
export interface Stale {
  readonly page: number;
  /** The CPUs, as a set. */
  readonly cpus: number;
}

export function staleFor(turn: Turn, bits: number): Stale[] {
  return turn.layout.virtualPages.flatMap((_, page) => {
    const cpus = holdersOf(turn, page, bits & ~translations(turn, page));
    return cpus === 0 ? [] : [{ page, cpus }];
  });
}

/** Whether some CPU's hardware may still walk the table. */
export function mayBeWalked(turn: Turn, table: number): boolean {
  const { layout, data } = turn;
  for (let cpu = 0; cpu < layout.cpus; cpu++) if (data[walkedAt(layout, cpu, table)] !== 0) return true;
  return false;
}

/** The first virtual page through which a secondary MMU may reach something that the page tables do not give any more; -1 for none. */
export function staleSecondary(turn: Turn, bits: number): number {
  const { layout, data } = turn;
  return layout.virtualPages.findIndex((_, page) => data[layout.secondary + page]! & ~translations(turn, page) & bits);
}

/** The CPUs of a set in words: a thread by its number where it is the only kind, else "another CPU". */
export function cpuName(turn: Turn, cpus: number): string {
  const { threads } = turn.layout;
  const others = cpus & ~(1 << turn.thread);
  if (others === 0) return "this CPU";
  if (others & (1 << threads)) return "another CPU";
  return `CPU${31 - Math.clz32(others & -others)}`;
}

/** Every CPU, as a set. */
export function everyCpu(layout: Layout): number {
  return (1 << layout.cpus) - 1;
}

export function tlbAt(layout: Layout, cpu: number, page: number): number {
  return layout.tlb + cpu * layout.virtualPages.length + page;
}

function walkedAt(layout: Layout, cpu: number, table: number): number {
  return layout.walked + cpu * layout.tables + table;
}
