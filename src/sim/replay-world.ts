/**
 * The worlds that a patched function is replayed in: what its parameters and its steps say it works on decides which
 * entries are varied, and its parameters become objects whose fields are found by name.
 */
import { operandsOf, stepsOf, walkExpr } from "../c/index.ts";
import type { FunctionIr, OpsTable, Place } from "../c/ir.ts";
import { bindParameter, slotFor } from "./bindings.ts";
import type { Actor } from "./library.ts";
import type { Settings, World } from "./world/build.ts";
import { base, entriesPerTable, life, pmdSize } from "./world/layout.ts";
import { pageLife } from "./world/pages.ts";
import { flag, type Value } from "./world/value.ts";

/** Names in the function's calls and fields, to see what it is about. */
function namesIn(functions: readonly FunctionIr[]): Set<string> {
  const names = new Set<string>();
  for (const ir of functions) {
    for (const variable of ir.vars.values()) names.add(variable.type);
    for (const step of stepsOf(ir)) if (step.op === "call" && step.callee !== null) names.add(step.callee);
  }
  return names;
}

/** Whether the functions work on the kernel's own tables: they name init_mm, no VMA, and are not told which mm. */
export function ofTheKernel(functions: readonly FunctionIr[]): boolean {
  let kernel = false;
  let vma = functions[0]?.params.some((p) => functions[0]?.vars.get(p)?.type === "struct mm_struct *") ?? false;
  for (const ir of functions) {
    for (const variable of ir.vars.values()) vma ||= /struct (?:vm_area_struct|vm_fault|mmu_gather)\b/.test(variable.type);
    for (const step of stepsOf(ir)) {
      kernel ||= step.op === "call" && /^(?:pgd_offset_k|pmd_populate_kernel|flush_tlb_kernel_range|__pte_alloc_kernel|pte_alloc_kernel)$/.test(step.callee ?? "");
      for (const operand of operandsOf(step)) walkExpr(operand, (e) => (kernel ||= e.k === "addr" && rootOf(e.place) === "init_mm"));
    }
  }
  return kernel && !vma;
}

function rootOf(place: Place): string {
  return place.k === "global" ? place.name : place.k === "field" || place.k === "index" ? rootOf(place.base) : "";
}

const any = (names: ReadonlySet<string>, pattern: RegExp): boolean => [...names].some((n) => pattern.test(n));

const kernelWorlds: readonly Settings[] = [{ vma: "kernel", pmd: "huge", deposit: "no" }, { vma: "kernel", pmd: "table" }, { vma: "kernel", pmd: "none" }];
/** Page tables go when nobody can find their VMA any more. */
const lastWorlds: readonly Settings[] = [{ vma: "anon", pmd: "table", pte: "none,none", users: "gone" }, { vma: "anon", pmd: "none", users: "gone" }];
const plainEntries: readonly Settings[] = [{ pmd: "table", pte: "page,none" }, { pmd: "table", pte: "none,none" }];
const pmdEntries: readonly Settings[] = [{ pmd: "huge" }, { pmd: "none" }, { pmd: "migration" }];
const specialEntries: readonly Settings[] = [{ pmd: "table", pte: "device-exclusive,none" }, { pmd: "table", pte: "migration,none" }];
const sharedEntries: readonly Settings[] = [{ pmd: "table", pte: "page-ro,none" }];

/** Two VMAs, so that a table can be moved from one to the other. */
function asMoved(world: Settings): Settings {
  return { ...world, vma1: world["vma"]!, pmd1: "none" };
}

/** All that worldsFor() may name. */
export function everyWorld(): Settings[] {
  const kinds = [...plainEntries, ...pmdEntries, ...specialEntries, ...sharedEntries];
  const worlds = ["anon", "file", "pfnmap"].flatMap((vma) => kinds.map((kind): Settings => ({ vma, ...kind })));
  const all: readonly Settings[] = [...worlds, ...worlds.filter((world) => world["vma"] === "file").map((world) => ({ ...world, "anon-vma": "yes" }))];
  return [...kernelWorlds, ...lastWorlds, ...all, ...all.filter((world) => world["pmd"] === "table").map(asMoved)];
}

/** Only userfaultfd itself looks whether a VMA is registered; the worlds of the others are the fewer. */
export function forActor(settings: Settings, actor: Actor): Settings {
  return actor.needs.has("uffd") && settings["pmd"] === "table" ? { ...settings, uffd: "yes" } : settings;
}

/** Whether the functions ask what forActor() may change, so that what they do in one world says little of the other. */
export function asksWhetherRegistered(functions: readonly FunctionIr[]): boolean {
  return any(namesIn(functions), /^userfaultfd_(?:armed|missing)$/);
}

/** Settings of the worlds to try, the most telling first. */
export function worldsFor(functions: readonly FunctionIr[], file: string): Settings[] {
  const names = namesIn(functions);
  if (ofTheKernel(functions)) return [...kernelWorlds];
  const moves = any(names, /^(?:pmd_populate|set_pmd_at)$/) && any([...functions].reduce((s, f) => s.add(f.name), new Set<string>()), /move|mremap/);
  const freesUpper = any(names, /^(?:pte_free_tlb|pmd_free_tlb|pud_free_tlb|p4d_free_tlb)$/);
  if (freesUpper) return [...lastWorlds];
  const special = any(names, /^(?:pte_mkspecial|pfn_pte|pfn_pmd|pfn_t_pte|pfn_t_pmd|insert_pfn\w*|insert_page\w*|remap_pfn_range\w*|remap_p[tmu4]d_range|vm_insert_\w+)$/);
  const looks = any(names, /^(?:__pte_offset_map\w*|pte_offset_map\w*|ptep_get\w*|huge_ptep_get|pte_to_swp_entry|page_vma_mapped_walk)$/);
  const shared = any(names, /^(?:PageAnonExclusive|folio_try_share_anon_rmap_\w+|page_try_share_anon_rmap)$/);
  const ptes = any(names, /pte_t|pte_offset|^set_pte|^ptep_|^walk_page_range_(?:novma|debug)$/);
  const pmds = any(names, /pmd_t|pmd_lock|^set_pmd|^pmdp_/);
  const anon = any(names, /anon_vma|anon/) || !any(names, /i_mmap|file/) || /huge_memory|memory\.c|migrate|rmap/.test(file);
  const mapped = !mapsHugeAnonymous(names) && (moves || any(names, /i_mmap|struct address_space|file|filemap/) || /memory\.c|rmap|migrate/.test(file));
  const kinds: Settings[] = [
    ...(ptes || pmds ? plainEntries : []),
    ...(pmds ? pmdEntries : []),
    ...(ptes && looks ? specialEntries : []),
    ...(ptes && shared ? sharedEntries : []),
  ];
  // Mappings of raw page frames have no pages that khugepaged or the reverse map would find.
  if (special) return kinds.filter((kind) => kind["pmd"] !== "migration").map((kind) => ({ vma: "pfnmap", ...kind }));
  const worlds: Settings[] = kinds.flatMap((kind): Settings[] => [...(anon ? [{ vma: "anon", ...kind }] : []), ...(mapped ? [{ vma: "file", ...kind, ...(mapsPrepared(names) && { "anon-vma": "yes" }) }] : [])]);
  return moves ? worlds.filter((w) => w["pmd"] === "table").map(asMoved) : worlds;
}

/** It maps anonymous pages and leaves it to its callers to prepare the VMA's anon_vma (mm/rmap.c, __folio_set_anon()): a mapping of a file has one then. */
function mapsPrepared(names: ReadonlySet<string>): boolean {
  return any(names, /^(?:folio_add_new_anon_rmap|page_add_new_anon_rmap|folio_add_anon_rmap_\w+|page_add_anon_rmap)$/) && !any(names, /anon_vma_prepare|^vmf_anon_prepare$/);
}

/** Huge anonymous pages lie in anonymous VMAs alone (mm/huge_memory.c, do_huge_pmd_anonymous_page()): a private mapping of a file has none. */
function mapsHugeAnonymous(names: ReadonlySet<string>): boolean {
  return names.has("pgtable_trans_huge_deposit") && any(names, /^(?:folio|page)_add_new_anon_rmap$/);
}

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
  const installs = any(names, /^(?:mk_pte|mk_pmd|mk_huge_pmd|folio_mk_pte|folio_mk_pmd|set_pte_range|insert_page\w*)$/) && !names.has("page_vma_mapped_walk");
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
