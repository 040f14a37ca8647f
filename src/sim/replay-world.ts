/** The worlds that a patched function is replayed in: what its parameters and its steps say it works on decides which entries are varied. */
import { operandsOf, rootOf, stepsOf, walkExpr } from "../c/index.ts";
import type { FunctionIr, Place } from "../c/ir.ts";
import { mapsGivenPage } from "./given-page.ts";
import type { Actor } from "./library.ts";
import type { Settings } from "./world/build.ts";

/** Names in the function's calls and fields, to see what it is about. */
export function namesIn(functions: readonly FunctionIr[]): Set<string> {
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
      for (const operand of operandsOf(step)) walkExpr(operand, (e) => (kernel ||= e.k === "addr" && isOfInitMm(e.place)));
    }
  }
  return kernel && !vma;
}

function isOfInitMm(place: Place): boolean {
  const root = rootOf(place);
  return root.k === "global" && root.name === "init_mm";
}

export const someName = (names: ReadonlySet<string>, pattern: RegExp): boolean => [...names].some((n) => pattern.test(n));

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
  return someName(namesIn(functions), /^userfaultfd_(?:armed|missing)$/);
}

/** Settings of the worlds to try, the most telling first. */
export function worldsFor(functions: readonly FunctionIr[], file: string): Settings[] {
  const names = namesIn(functions);
  if (ofTheKernel(functions)) return [...kernelWorlds];
  const moves = someName(names, /^(?:pmd_populate|set_pmd_at)$/) && someName([...functions].reduce((s, f) => s.add(f.name), new Set<string>()), /move|mremap/);
  const freesUpper = someName(names, /^(?:pte_free_tlb|pmd_free_tlb|pud_free_tlb|p4d_free_tlb)$/);
  if (freesUpper) return [...lastWorlds];
  const special = someName(names, /^(?:pte_mkspecial|pfn_pte|pfn_pmd|pfn_t_pte|pfn_t_pmd|insert_pfn\w*|insert_page\w*|remap_pfn_range\w*|remap_p[tmu4]d_range|vm_insert_\w+)$/);
  const looks = someName(names, /^(?:__pte_offset_map\w*|pte_offset_map\w*|ptep_get\w*|huge_ptep_get|pte_to_swp_entry|page_vma_mapped_walk)$/);
  const shared = someName(names, /^(?:PageAnonExclusive|folio_try_share_anon_rmap_\w+|page_try_share_anon_rmap)$/);
  const ptes = someName(names, /pte_t|pte_offset|^set_pte|^ptep_|^walk_page_range_(?:novma|debug)$/);
  const pmds = someName(names, /pmd_t|pmd_lock|^set_pmd|^pmdp_/);
  const anon = someName(names, /anon_vma|anon/) || !someName(names, /i_mmap|file/) || /huge_memory|memory\.c|migrate|rmap/.test(file);
  const mapped = !mapsHugeAnonymous(names) && (moves || someName(names, /i_mmap|struct address_space|file|filemap/) || /memory\.c|rmap|migrate/.test(file));
  const kinds: Settings[] = [
    ...(ptes || pmds ? plainEntries : []),
    ...(pmds ? pmdEntries : []),
    ...(ptes && looks ? specialEntries : []),
    ...(ptes && shared ? sharedEntries : []),
  ];
  // Mappings of raw page frames have no pages that khugepaged or the reverse map would find.
  if (special) return kinds.filter((kind) => kind["pmd"] !== "migration").map((kind) => ({ vma: "pfnmap", ...kind }));
  const prepared = mapped && (mapsPrepared(names) || mapsGivenPage(functions));
  const worlds: Settings[] = kinds.flatMap((kind): Settings[] => [...(anon ? [{ vma: "anon", ...kind }] : []), ...(mapped ? [{ vma: "file", ...kind, ...(prepared && { "anon-vma": "yes" }) }] : [])]);
  return moves ? worlds.filter((w) => w["pmd"] === "table").map(asMoved) : worlds;
}

/** It maps anonymous pages and leaves it to its callers to prepare the VMA's anon_vma (mm/rmap.c, __folio_set_anon()): a mapping of a file has one then. */
function mapsPrepared(names: ReadonlySet<string>): boolean {
  return someName(names, /^(?:folio_add_new_anon_rmap|page_add_new_anon_rmap|folio_add_anon_rmap_\w+|page_add_anon_rmap)$/) && !someName(names, /anon_(?:vma_)?prepare$/);
}

/** Huge anonymous pages lie in anonymous VMAs alone (mm/huge_memory.c, do_huge_pmd_anonymous_page()): a private mapping of a file has none. */
function mapsHugeAnonymous(names: ReadonlySet<string>): boolean {
  return names.has("pgtable_trans_huge_deposit") && someName(names, /^(?:folio|page)_add_new_anon_rmap$/);
}
