/** Gives the parameters of threads their values: a `pmd_t *` is the world's PMD, `unsigned long addr` its first address. */
import type { Variable } from "../c/ir.ts";
import type { World } from "./world/build.ts";
import { base, entriesPerTable, pageSize, pmdSize } from "./world/layout.ts";
import type { EntryValue, Value } from "./world/value.ts";

/** The table that maps `address` at the level, in the initial world; -1 when there is none. */
export function tableFor(world: World, mm: number, level: "pgd" | "pud" | "pmd" | "pte", address: bigint): number {
  const { layout } = world;
  let table = layout.roots[mm]!;
  for (;;) {
    if (layout.levels[table] === level) return table;
    const value = world.values.get(world.initial[layout.entry + table * entriesPerTable + indexAt(world, table, address)]!);
    if (value.k !== "entry" || value.kind !== "table") return -1;
    table = value.target;
  }
}

function indexAt(world: World, table: number, address: bigint): number {
  const level = world.layout.levels[table]!;
  const within = address - base;
  if (level === "pte") return Number((within / pageSize) % BigInt(entriesPerTable));
  return level === "pmd" ? Number(within / pmdSize) : 0;
}

export function slotFor(world: World, mm: number, level: "pgd" | "pud" | "pmd" | "pte", address: bigint): Value {
  const table = tableFor(world, mm, level, address);
  return table < 0 ? world.values.zero : world.values.slot(table, indexAt(world, table, address));
}

/** The value for a parameter by its type and name, or undefined when nothing in the world fits. */
export function bindParameter(world: World, variable: Variable): Value | undefined {
  const type = variable.type.replaceAll(/\s+/g, " ").trim();
  const { values } = world;
  const name = variable.source;
  const second = /1$|^new_|_new$|^dst_/.test(name);
  const address = second ? base + pmdSize : base;
  // `pmd_t *pmdvalp` is where a caller wants the value of an entry, and no entry of a table.
  if (/^p(?:te|md|ud)_t \*$/.test(type) && /val/.test(name)) return undefined;
  switch (type) {
    case "struct mm_struct *":
      return values.ref("mm", second && world.layout.mms > 1 ? 1 : 0);
    case "struct vm_area_struct *":
      return values.ref("vma", second && world.vmas.length > 1 ? 1 : 0);
    case "struct address_space *":
      return values.ref("mapping", 0);
    case "struct anon_vma *":
      return values.ref("anon_vma", 0);
    case "struct mmu_gather *":
      return values.ref("gather", 0);
    case "pgd_t *": case "p4d_t *":
      return slotFor(world, 0, "pgd", address);
    case "pud_t *":
      return slotFor(world, 0, "pud", address);
    case "pmd_t *":
      return slotFor(world, 0, "pmd", address);
    case "pte_t *": {
      const slot = slotFor(world, 0, "pte", address);
      return slot.k === "slot" ? slot : undefined;
    }
    case "struct page *": case "struct folio *": {
      const page = pageIn(world, address);
      return page === undefined ? undefined : values.ref("page", page);
    }
    case "pgoff_t":
      return values.int(address / pageSize);
    case "unsigned long":
      return bindNumber(world, name, address);
    default:
      return undefined;
  }
}

function bindNumber(world: World, name: string, address: bigint): Value | undefined {
  if (/^(addr|address|start|haddr|hstart|uaddr|vmaddr|old_addr|new_addr|addr1|src_addr|dst_addr|begin|from)$/.test(name)) return world.values.int(address);
  if (/^(end|old_end|hend|to|next)$/.test(name)) return world.values.int(address + pmdSize);
  if (/^(len|length|size|old_len|new_len)$/.test(name)) return world.values.int(pmdSize);
  return undefined;
}

/** The page that the entry for the address maps, present or not. */
export function pageIn(world: World, address: bigint): number | undefined {
  for (const level of ["pte", "pmd", "pud"] as const) {
    const slot = slotFor(world, 0, level, address);
    if (slot.k !== "slot") continue;
    const value = world.values.get(world.initial[world.layout.entry + slot.table * entriesPerTable + slot.index]!) as EntryValue;
    if (value.k === "entry" && value.kind !== "table" && value.target >= 0) return value.target;
  }
  return undefined;
}

