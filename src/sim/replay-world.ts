/**
 * The worlds that a patched function is replayed in: what its parameters and its steps say it works on decides which
 * entries are varied, and its parameters become objects whose fields are found by name.
 */
import type { FunctionIr, Place } from "../c/ir.ts";
import { bindParameter, slotFor } from "./bindings.ts";
import type { Settings, World } from "./world/build.ts";
import { base, pmdSize } from "./world/layout.ts";
import { pageLife } from "./world/pages.ts";
import type { Value } from "./world/value.ts";

/** Names in the function's calls and fields, to see what it is about. */
export function namesIn(functions: readonly FunctionIr[]): Set<string> {
  const names = new Set<string>();
  for (const ir of functions) {
    for (const variable of ir.vars.values()) names.add(variable.type);
    for (const step of ir.blocks.flatMap((b) => b.steps)) if (step.op === "call" && step.callee !== null) names.add(step.callee);
  }
  return names;
}

/** Whether the functions work on the kernel's own tables: they name init_mm, no VMA, and are not told which mm. */
function ofTheKernel(functions: readonly FunctionIr[]): boolean {
  let kernel = false;
  let vma = functions[0]?.params.some((p) => functions[0]?.vars.get(p)?.type === "struct mm_struct *") ?? false;
  for (const ir of functions) {
    for (const variable of ir.vars.values()) vma ||= /struct (?:vm_area_struct|vm_fault|mmu_gather)\b/.test(variable.type);
    for (const step of ir.blocks.flatMap((b) => b.steps)) {
      kernel ||= step.op === "call" && /^(?:pgd_offset_k|pmd_populate_kernel|flush_tlb_kernel_range|__pte_alloc_kernel|pte_alloc_kernel)$/.test(step.callee ?? "");
      kernel ||= step.op === "call" && step.args.some((a) => a.k === "addr" && rootOf(a.place) === "init_mm");
    }
  }
  return kernel && !vma;
}

function rootOf(place: Place): string {
  return place.k === "global" ? place.name : place.k === "field" || place.k === "index" ? rootOf(place.base) : "";
}

const any = (names: ReadonlySet<string>, pattern: RegExp): boolean => [...names].some((n) => pattern.test(n));

/** Settings of the worlds to try, the most telling first. */
export function worldsFor(functions: readonly FunctionIr[], file: string): Settings[] {
  const names = namesIn(functions);
  if (ofTheKernel(functions)) {
    return [{ vma: "kernel", pmd: "huge", deposit: "no" }, { vma: "kernel", pmd: "table" }, { vma: "kernel", pmd: "none" }];
  }
  const moves = any(names, /^(?:pmd_populate|set_pmd_at)$/) && any([...functions].reduce((s, f) => s.add(f.name), new Set<string>()), /move|mremap/);
  const ptes = any(names, /pte_t|pte_offset|^set_pte|^ptep_/);
  const pmds = any(names, /pmd_t|pmd_lock|^set_pmd|^pmdp_/);
  const anon = any(names, /anon_vma|anon/) || !any(names, /i_mmap|file/) || /huge_memory|memory\.c|migrate|rmap/.test(file);
  const mapped = any(names, /i_mmap|struct address_space|file|filemap/) || /memory\.c|rmap|migrate/.test(file);
  const kinds: Settings[] = [
    ...(ptes || pmds ? [{ pmd: "table", pte: "page,none" }, { pmd: "table", pte: "none,none" }] : []),
    ...(pmds ? [{ pmd: "huge" }, { pmd: "none" }, { pmd: "migration" }] : []),
    ...(ptes ? [{ pmd: "table", pte: "device-exclusive,none" }, { pmd: "table", pte: "migration,none" }] : []),
  ];
  const worlds: Settings[] = kinds.flatMap((kind): Settings[] => [...(anon ? [{ vma: "anon", ...kind }] : []), ...(mapped ? [{ vma: "file", ...kind }] : [])]);
  const registered = worlds.filter((w) => w["pmd"] === "table").map((w): Settings => ({ ...w, uffd: "yes" }));
  const all = [...worlds, ...registered];
  return moves ? all.filter((w) => w["pmd"] === "table").map((w): Settings => ({ ...w, vma1: w["vma"]!, pmd1: "none" })) : all;
}

/** What a field of an object that the function was given holds, by the field's name; undefined when nothing fits. */
export function fieldDefault(world: World, field: string): Value | undefined {
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
      return values.int(base + pmdSize);
    // A walk's callbacks: all of those that look, none of those that do something.
    case "pgd_entry": case "p4d_entry": case "pud_entry": case "pmd_entry": case "pte_entry": case "pte_hole": case "hugetlb_entry":
      return values.name(`callback ${field}`);
    case "install_pte": case "pre_vma": case "post_vma": case "test_walk":
      return values.zero;
    case "prealloc_pte":
      return values.zero;
    default:
      return undefined;
  }
}

/** A page of the world that nothing maps, with the reference of whoever hands it over. */
function freshPage(world: World): Value {
  const page = world.layout.pages - 1;
  world.initial[world.layout.pageLife + page] = pageLife.used;
  world.initial[world.layout.references + page] = 1;
  return world.values.ref("page", page);
}

/** Values for the parameters; what fits nothing in the world becomes an object of its own, named after the parameter. */
export function bindForReplay(world: World, ir: FunctionIr): Map<string, Value> {
  // A page that the function makes an entry of is not mapped yet; any other is the one that the world maps.
  const names = namesIn([ir]);
  const installs = any(names, /^(?:mk_pte|mk_pmd|mk_huge_pmd|folio_mk_pte|folio_mk_pmd|set_pte_range|insert_page\w*)$/) && !names.has("page_vma_mapped_walk");
  return new Map(ir.params.map((name) => {
    const variable = ir.vars.get(name)!;
    const page = /^struct (?:page|folio) \*$/.test(variable.type);
    if (page && installs) return [name, freshPage(world)] as const;
    const bound = bindParameter(world, variable);
    if (bound !== undefined) return [name, bound] as const;
    if (variable.type.trimEnd().endsWith("*")) return [name, world.values.place(`o:${variable.source}`)] as const;
    return [name, world.values.unknown(variable.source)] as const;
  }));
}
