/**
 * Which translations the hardware may take from the page tables, and which ones some CPU may still hold. Any CPU that
 * runs the mm may fill its TLB at any time from any valid entry, so the set grows with each entry that becomes valid
 * and shrinks only by a flush: a page that is freed while it is in the set can still be reached by a user program.
 */
import { entriesPerTable, type Layout } from "./layout.ts";
import { slotName, wholeAt, type Turn } from "./turn.ts";
import { flag } from "./value.ts";

/**
 * Bits of the translations that are valid now for one virtual page: page * 2 + writable; both bits for a writable page.
 * `inaccessible` counts entries too that map a page which the hardware may not use now.
 */
export function translations(turn: Turn, page: number, passed?: (table: number) => void, inaccessible = false): number {
  const { layout } = turn;
  const { mm } = layout.virtualPages[page]!;
  const within = page % (entriesPerTable * entriesPerTable);
  let table = layout.roots[mm]!;
  for (;;) {
    passed?.(table);
    const level = layout.levels[table]!;
    const index = level === "pte" ? within % entriesPerTable : level === "pmd" ? Math.floor(within / entriesPerTable) : 0;
    const entry = wholeAt(turn, table, index);
    if (entry === null) return 0;
    if (entry.kind === "table" && level !== "pte") {
      table = entry.target;
      continue;
    }
    const mapped = entry.kind === "leaf" || (inaccessible && entry.kind === "invalid");
    if (!mapped || (entry.flags & flag.protnone && !inaccessible)) return 0;
    const read = 1 << (entry.target * 2);
    return entry.flags & flag.write ? read | (read << 1) : read;
  }
}

/** To be called around every change of an entry: remembers what became reachable and what was taken away. */
export function noteTranslations(turn: Turn, before: readonly number[]): void {
  const { layout, data } = turn;
  for (let page = 0; page < layout.virtualPages.length; page++) {
    const now = translations(turn, page, (table) => (data[layout.walked + table]! |= 1 << page));
    data[layout.tlb + page]! |= now;
    if (data[layout.invalidating + layout.virtualPages[page]!.mm] === 0) data[layout.secondary + page]! |= now;
    if (before[page]! & ~now) data[layout.unflushed + page]! |= 1 << turn.thread;
  }
}

export function allTranslations(turn: Turn): number[] {
  return turn.layout.virtualPages.map((_, page) => translations(turn, page));
}

/** A completed flush of the virtual pages in the set `range`: page translations and, for those pages, walk caches. */
export function flush(turn: Turn, range: number): void {
  const { layout, data } = turn;
  const live = layout.virtualPages.map(() => new Set<number>());
  for (let page = 0; page < layout.virtualPages.length; page++) {
    const now = translations(turn, page, (table) => live[page]!.add(table));
    if (!(range & (1 << page))) continue;
    data[layout.tlb + page] = now;
    data[layout.unflushed + page] = 0;
    for (let table = 0; table < layout.tables; table++) if (!live[page]!.has(table)) data[layout.walked + table]! &= ~(1 << page);
  }
}

/** Virtual pages that may hold a translation which the page tables do not give any more, as a set. */
export function staleFor(turn: Turn, bits: number, where: number): number[] {
  const { layout, data } = turn;
  return layout.virtualPages.flatMap((_, page) => (data[where + page]! & ~translations(turn, page) & bits ? [page] : []));
}

export function pageBits(page: number): number {
  return 3 << (page * 2);
}

export function virtualName(layout: Layout, page: number): string {
  const { mm, address } = layout.virtualPages[page]!;
  return `0x${address.toString(16)}${layout.mms > 1 ? ` of mm${mm}` : ""}`;
}

/** The virtual pages that start..end covers in one mm, as a set. */
export function rangeOf(layout: Layout, mm: number, start: bigint, end: bigint): number {
  return layout.virtualPages.reduce((set, v, page) => (v.mm === mm && v.address >= start && v.address < end ? set | (1 << page) : set), 0);
}

/** Entries that map the page now, as names. */
export function mappers(turn: Turn, page: number): string[] {
  const { layout } = turn;
  return layout.levels.flatMap((_, table) =>
    Array.from({ length: entriesPerTable }, (_unused, index) => index).flatMap((index) => {
      const entry = wholeAt(turn, table, index);
      const reachable = turn.data[layout.links + table]! > 0 || layout.roots.includes(table);
      return reachable && entry?.kind === "leaf" && entry.target === page ? [slotName(layout, table, index)] : [];
    }),
  );
}
