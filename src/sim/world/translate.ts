/** Which translations the page tables give now, and which entries map a page. */
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
  let table = layout.roots[mm]!;
  for (;;) {
    passed?.(table);
    const level = layout.levels[table]!;
    const entry = wholeAt(turn, table, indexFor(layout, table, page));
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

/** The entry of the table that a walk for the virtual page uses, if it comes by this table. */
export function indexFor(layout: Layout, table: number, page: number): number {
  const within = page % (entriesPerTable * entriesPerTable);
  const level = layout.levels[table]!;
  return level === "pte" ? within % entriesPerTable : level === "pmd" ? Math.floor(within / entriesPerTable) : 0;
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
