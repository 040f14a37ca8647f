/** Tables and what they are counted by: the tables of an mm, and those that are deposited for huge entries. */
import { entriesPerTable } from "./layout.ts";
import type { Turn } from "./turn.ts";

/** PTE tables that the mm's page tables reach, and those that are deposited with its PMD tables. */
export function countTables(turn: Turn, mm: number): number {
  const { layout, data } = turn;
  const pte = new Set<number>();
  const visit = (table: number): void => {
    if (layout.levels[table] === "pte") pte.add(table);
    for (let other = 0; other < layout.tables; other++) if (data[layout.deposits + table]! & (1 << other)) pte.add(other);
    for (let index = 0; index < entriesPerTable; index++) {
      const value = turn.values.get(data[layout.entry + table * entriesPerTable + index]!);
      if (value.k === "entry" && value.kind === "table") visit(value.target);
    }
  };
  visit(layout.roots[mm]!);
  return pte.size;
}

/** What a world began with. */
interface Start {
  readonly initial: Int32Array;
  readonly vmas: readonly { readonly kind: string }[];
}

/** Says how deposited tables do not match the huge entries that need one, or "". Only where they did at the start. */
export function unbalanced({ layout, values, data: now }: Turn, { initial, vmas }: Start): string {
  const count = (data: Int32Array, table: number): readonly [number, number] => {
    let huge = 0;
    for (let index = 0; index < entriesPerTable; index++) {
      const value = values.get(data[layout.entry + table * entriesPerTable + index]!);
      if (value.k === "entry" && (value.kind === "leaf" || value.kind === "invalid" || value.kind === "migration")) huge++;
    }
    let deposited = 0;
    for (let other = 0; other < layout.tables; other++) if (data[layout.deposits + table]! & (1 << other)) deposited++;
    return [huge, deposited];
  };
  if (vmas[0]?.kind !== "anon") return "";
  for (const [table, level] of layout.levels.entries()) {
    if (level !== "pmd") continue;
    const [hugeBefore, depositedBefore] = count(initial, table);
    const [huge, deposited] = count(now, table);
    if (hugeBefore === depositedBefore && huge !== deposited) return `${huge} huge entries have ${deposited} deposited tables`;
  }
  return "";
}
