/**
 * What the callers of a function hold, read off the function itself where nothing else tells: one that changes entries
 * and takes no lock runs under the lock of those entries, and whoever was given a VMA was given it by somebody who
 * keeps it. Only added to what is known of the callers, and told apart from it.
 */
import { calleesOf, stepsOf } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { HeldClass, HeldLock } from "./replay-run.ts";

const takesLock = /^(?:pte_offset_map_lock|__pte_offset_map_lock|pte_alloc_map_lock|pmd_lock|pud_lock|pmd_trans_huge_lock|__pmd_trans_huge_lock|get_locked_pte|huge_pte_lock|spin_lock\w*|spin_trylock|page_vma_mapped_walk)$/;
const takesMmLock = /^(?:mmap_(?:read|write)_(?:lock|trylock)\w*|lock_vma_under_rcu|vma_start_read|vma_start_write|uffd_(?:mfill|move)_lock|uffd_lock_vma|get_mmap_lock_carefully|lock_mm_and_find_vma)$/;
const findsPte = /^(?:__?pte_offset_map\w*|pte_offset_map\w*|pte_offset_kernel|pte_alloc_map\w*|pte_alloc_kernel\w*)$/;
const changesPte = /^(?:set_pte\w*|set_ptes|ptep_(?!get$|get_lockless$)\w+|pte_clear\w*|clear_\w*ptes|set_huge_pte_at|huge_ptep_\w+|wrprotect_ptes|\w+_and_clear_full_ptes)$/;
const changesPmd = /^(?:set_pmd\w*|pmdp_(?!get$|get_lockless$)\w+|pmd_clear|pmd_populate|pgtable_trans_huge_(?:deposit|withdraw))$/;

const mapsPage = /^(?:set_pte_range|do_set_pte|do_set_pmd|folio_add_file_rmap_\w+|page_add_file_rmap)$/;
const freesUpper = /^(?:pte_free_tlb|pmd_free_tlb|pud_free_tlb|p4d_free_tlb)$/;
const stopsFreeing = /^local_irq_(?:save|disable)$/;

const keepsTables: ReadonlySet<HeldClass> = new Set(["mmap", "vma", "i_mmap", "anon_vma", "irq-off"]);

/** Locks that the function is taken to be called with, beside those that are known. */
export interface Context {
  /** These follow from what the function is given: a fault handler runs under the lock of its VMA. */
  readonly certain: readonly HeldLock[];
  /** These are taken for granted. */
  readonly assumed: readonly HeldLock[];
}

/**
 * `near` is the function with the helpers that it calls, itself first; `known` what its callers are known to hold;
 * `callersSeen` whether that is all of what they hold of page-table locks.
 */
export function contextFor(near: readonly FunctionIr[], known: readonly HeldLock[], kernelTables: boolean, callersSeen: boolean): Context {
  const [target] = near;
  if (target === undefined || kernelTables) return { certain: [], assumed: [] };
  const types = target.params.map((p) => target.vars.get(p)?.type ?? "");
  const calls = new Set(near.flatMap(calleesOf));
  const given = (pattern: RegExp): boolean => types.some((t) => pattern.test(t));
  const asserted = [...assertedBy(target), ...(known.some((h) => h.ofEntry) || assertsEntryLock(target) ? locksOfChanged(calls) : [])].filter((lock) => !known.some((h) => h.class === lock.class));
  const keeps = [...known, ...asserted].some((h) => keepsTables.has(h.class)) || any(calls, takesMmLock) || (any(calls, stopsFreeing) && !given(/^p(?:te|md|ud|4d)_t \*/));
  const fault = !keeps && given(/^struct vm_fault \*/);
  const rmap = !keeps && !fault && calls.has("page_vma_mapped_walk") && given(/^struct (?:folio|page) \*/) && given(/^struct vm_area_struct \*/);
  const walks = !keeps && !fault && !rmap;
  return {
    certain: fault ? [{ class: "mmap", mode: "read" }, ...asserted] : asserted,
    assumed: [
      ...(rmap ? rmapLocks : []),
      ...(walks ? [{ class: "mmap", mode: any(calls, freesUpper) ? "write" : "read" } as const] : []),
      // Whoever hands a page of a file over to be mapped has it locked.
      ...(given(/^struct (?:folio|page) \*/) && any(calls, mapsPage) && !known.some((h) => h.class === "folio") && !rmap ? [{ class: "folio" } as const] : []),
      ...(callersSeen ? [] : entryLocks(target, calls, types).filter((lock) => !known.some((h) => h.class === lock.class))),
    ],
  };
}

/** Whether the function itself takes mmap_lock, so that none of its callers can hold it. */
export function takesMmapLock(target: FunctionIr): boolean {
  return any(new Set(calleesOf(target)), /^mmap_(?:read|write)_lock(?:_killable|_nested)?$/);
}

/** A function that asserts a lock says that its callers hold it. */
function assertedBy(target: FunctionIr): HeldLock[] {
  const calls = new Set(calleesOf(target));
  const write = calls.has("mmap_assert_write_locked");
  return write || calls.has("mmap_assert_locked") ? [{ class: "mmap", mode: write ? "write" : "read", given: true }] : [];
}

function assertsEntryLock(target: FunctionIr): boolean {
  return stepsOf(target).some((step) => step.op === "call" && step.callee?.startsWith("lockdep_assert_held") === true && /ptl/.test(step.text));
}

/** The lock of the entries that are changed, where it is known to be held and not of which level it is: vmf->ptl is either's. */
function locksOfChanged(calls: ReadonlySet<string>): HeldLock[] {
  return [...(any(calls, changesPte) ? [{ class: "pte-ptl" } as const] : []), ...(any(calls, changesPmd) ? [{ class: "pmd-ptl" } as const] : [])];
}

/** What rmap_walk() holds, one of the first two by the kind of folio; its callers hold the third. */
const rmapLocks: readonly HeldLock[] = [{ class: "i_mmap", mode: "read" }, { class: "anon_vma", mode: "read" }, { class: "folio" }];

/** Whoever was handed an entry or changes one that it did not find itself holds its lock, unless it takes the lock. */
function entryLocks(target: FunctionIr, calls: ReadonlySet<string>, types: readonly string[]): HeldLock[] {
  const locks = any(calls, takesLock);
  const found = any(new Set(calleesOf(target)), findsPte);
  // A reverse-map walk hands out entries with the lock of their level held.
  if (types.includes("struct page_vma_mapped_walk *") && !locks) return [{ class: "pte-ptl" }, { class: "pmd-ptl" }];
  const pte = types.includes("pte_t *") || (!locks && !found && any(calls, changesPte));
  const pmd = types.includes("pmd_t *") && (target.name.endsWith("_locked") || (!locks && any(calls, changesPmd)));
  return [...(pte ? [{ class: "pte-ptl" } as const] : []), ...(pmd ? [{ class: "pmd-ptl" } as const] : [])];
}

function any(names: ReadonlySet<string>, pattern: RegExp): boolean {
  return [...names].some((name) => pattern.test(name));
}
