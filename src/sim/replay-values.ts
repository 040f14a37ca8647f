/** What a patched function is given in the world that it is replayed in: its parameters become objects whose fields are found by name. */
import { stepsOf, walkExpr } from "../c/index.ts";
import type { FunctionIr, OpsTable } from "../c/ir.ts";
import { bindParameter, slotFor } from "./bindings.ts";
import { namesIn, someName } from "./replay-world.ts";
import type { World } from "./world/build.ts";
import { base, entriesPerTable, life, pmdSize } from "./world/layout.ts";
import { pageLife } from "./world/pages.ts";
import { flag, type Value } from "./world/value.ts";

/** What a field of an object that the function was given holds, by the field's name; undefined when nothing fits. `root` names the object. */
export function fieldDefault(world: World, field: string, root: string): Value | undefined {
  const { values } = world;
  switch (field) {
    case "mm": case "vm_mm":
      return values.ref("mm", 0);
    case "vma": case "old_vma": case "new_vma": case "src_vma":
      return world.vmas.length === 0 ? undefined : values.ref("vma", 0);
    case "pmd":
      return slotFor(world, 0, "pmd", base);
    case "pud":
      return slotFor(world, 0, "pud", base);
    case "address": case "addr": case "start": case "real_address":
      return values.int(base);
    case "end":
      // Of a list of ranges the second one is empty.
      return values.int(/ \+ \d+\)*$/.test(root) ? base : base + pmdSize);
    // A walk's callbacks: all of those that look, none of those that do something.
    case "pgd_entry": case "p4d_entry": case "pud_entry": case "pmd_entry": case "pte_entry": case "pte_hole": case "hugetlb_entry":
      return values.name(`callback ${field}`);
    case "install_pte": case "pre_vma": case "post_vma": case "test_walk":
      return values.zero;
    case "prealloc_pte":
      // Nothing, unless `preparedTable` has put a table there.
      return values.zero;
    case "page":
      return world.cachePage < 0 ? undefined : values.ref("page", world.cachePage);
    case "orig_pte":
      return entryNow(world, "pte");
    case "orig_pmd":
      return entryNow(world, "pmd");
    case "pte":
      return slotFor(world, 0, "pte", base);
    case "ptl": {
      const slot = slotFor(world, 0, "pte", base);
      return slot.k === "slot" ? values.ref("ptl", slot.table) : undefined;
    }
    default:
      return undefined;
  }
}

/** A page of the world that nothing maps, `nth` from the end, with references of whoever hands it over. */
function freshPage(world: World, nth: number, references: number): number {
  const page = world.layout.pages - nth;
  world.initial[world.layout.pageLife + page] = pageLife.used;
  world.initial[world.layout.references + page] = references;
  return page;
}

/** An entry of which nothing is known maps a page that somebody else keeps. */
export function opaqueEntry(world: World): Value {
  return world.values.entry("leaf", freshPage(world, 2, 32), flag.young);
}

/** A PTE table that the caller has allocated. */
function freshTable(world: World): Value | undefined {
  const { layout } = world;
  const table = layout.levels.findLastIndex((level, t) => level === "pte" && world.initial[layout.life + t] === life.unused);
  if (table < 0) return undefined;
  world.initial[layout.life + table] = life.private;
  world.initial[layout.owner + table] = 1;
  return world.values.ref("table", table);
}

/** What the entry of a level held when the caller looked at it. */
function entryNow(world: World, level: "pte" | "pmd"): Value {
  const slot = slotFor(world, 0, level, base);
  return slot.k === "slot" ? world.values.get(world.initial[world.layout.entry + slot.table * entriesPerTable + slot.index]!) : world.values.none;
}

/** Values of types that name no object of the world: entries by value, new tables, locks of tables. */
function bindValue(world: World, type: string, name: string, installs: boolean): Value | undefined {
  switch (type) {
    case "pte_t":
      return /^(?:entry|new|prot)/.test(name) ? opaqueEntry(world) : entryNow(world, "pte");
    case "pmd_t":
      return /^(?:entry|new|prot)/.test(name) ? opaqueEntry(world) : entryNow(world, "pmd");
    case "pgtable_t":
      return world.vmas[0]?.kind === "anon" ? freshTable(world) : world.values.zero;
    case "spinlock_t *": {
      const slot = slotFor(world, 0, "pte", base);
      return slot.k === "slot" ? world.values.ref("ptl", slot.table) : undefined;
    }
    case "pgprot_t":
      return world.values.ref("prot", 1);
    case "swp_entry_t":
      return installs ? opaqueEntry(world) : entryNow(world, "pte");
    default:
      return undefined;
  }
}

/** Callbacks that a walk over page tables may have (include/linux/pagewalk.h). */
const walkCallbacks: readonly string[] = ["pgd_entry", "p4d_entry", "pud_entry", "pmd_entry", "pte_entry", "pte_hole", "hugetlb_entry", "test_walk", "pre_vma", "post_vma", "install_pte"];

/** Tables of callbacks of walks that the functions name. */
export function walksOf(functions: readonly FunctionIr[], tables: readonly OpsTable[]): OpsTable[] {
  const walks = tables.filter((table) => /\bstruct mm_walk_ops$/.test(table.type));
  if (walks.length === 0) return [];
  const args = functions.flatMap(stepsOf).flatMap((step) => (step.op === "call" ? step.args : []));
  const named = new Set(args.flatMap((arg) => (arg.k === "addr" && arg.place.k === "global" ? [arg.place.name] : [])));
  return walks.filter((table) => named.has(table.name));
}

/** What stands in the objects that the function is given pointers to, where it matters that it is not unknown. */
export function memoryForReplay(world: World, ir: FunctionIr, walks: readonly OpsTable[]): Map<string, Value> {
  const memory = new Map<string, Value>();
  for (const table of walks) {
    for (const field of walkCallbacks) {
      const callback = table.fields.get(field)?.replace(/^&/, "");
      memory.set(`G:${table.name}.${field}`, callback === undefined ? world.values.zero : world.values.name(callback));
    }
  }
  for (const name of ir.params) {
    const { type, source } = ir.vars.get(name)!;
    const table = type.replaceAll(/\s+/g, " ").trim() === "pgtable_t *" ? freshTable(world) : undefined;
    if (table !== undefined) memory.set(`o:${source}`, table);
    const prepared = /^struct vm_fault \*$/.test(type) ? preparedTable(world, ir) : undefined;
    if (prepared !== undefined) memory.set(`o:${source}.prealloc_pte`, prepared);
    // The walker itself is called first with nothing found yet.
    if (ir.name !== "page_vma_mapped_walk") continue;
    for (const field of ["pmd", "pte", "ptl"]) memory.set(`o:${source}.${field}`, world.values.zero);
  }
  return memory;
}

/**
 * The table in `vmf->prealloc_pte`: who faults around a hole in a file has put one there (do_fault_around(), mm/memory.c, 6.12), and so
 * has the caller of a function that uses the field without asking whether there is one.
 */
function preparedTable(world: World, ir: FunctionIr): Value | undefined {
  const holders = stepsOf(ir).flatMap((step) => (step.op === "load" && step.place.k === "field" && step.place.field === "prealloc_pte" ? [step.dst] : []));
  if (holders.length === 0) return undefined;
  const copiedTo = new Map<string, string[]>();
  for (const step of stepsOf(ir)) {
    if (step.op !== "assign" || step.value?.k !== "var") continue;
    const known = copiedTo.get(step.value.name);
    if (known === undefined) copiedTo.set(step.value.name, [step.dst]);
    else known.push(step.dst);
  }
  const copies = new Set(holders);
  for (const holder of copies) for (const copy of copiedTo.get(holder) ?? []) copies.add(copy);
  const pmd = entryNow(world, "pmd");
  const aroundHole = world.vmas[0]?.kind === "file" && pmd.k === "entry" && pmd.kind === "none";
  return aroundHole || !isTested(ir, copies) ? freshTable(world) : undefined;
}

function isTested(ir: FunctionIr, variables: ReadonlySet<string>): boolean {
  return ir.blocks.some(({ end }) => {
    let found = false;
    if (end.k === "branch") walkExpr(end.cond, (expr) => (found ||= expr.k === "var" && variables.has(expr.name)));
    return found;
  });
}

/** Values for the parameters; what fits nothing in the world becomes an object of its own, named after the parameter. */
export function bindForReplay(world: World, ir: FunctionIr): Map<string, Value> {
  // A page that the function makes an entry of is not mapped yet; any other is the one that the world maps.
  const names = namesIn([ir]);
  const installs = someName(names, /^(?:mk_pte|mk_pmd|mk_huge_pmd|folio_mk_pte|folio_mk_pmd|set_pte_range|insert_page\w*)$/) && !names.has("page_vma_mapped_walk");
  return new Map(ir.params.map((name) => {
    const variable = ir.vars.get(name)!;
    const page = /^struct (?:page|folio) \*$/.test(variable.type);
    // A page of a file that is about to be mapped is the one that the page cache holds.
    if (page && installs) return [name, world.values.ref("page", world.cachePage >= 0 ? world.cachePage : freshPage(world, 1, 1))] as const;
    const bound = bindParameter(world, variable) ?? bindValue(world, variable.type.replaceAll(/\s+/g, " ").trim(), variable.source, installs);
    if (bound !== undefined) return [name, bound] as const;
    if (variable.type.trimEnd().endsWith("*")) return [name, world.values.place(`o:${variable.source}`)] as const;
    return [name, world.values.unknown(variable.source)] as const;
  }));
}
