/**
 * What the callers of a function must hold, read off the function itself: one that changes entries and takes no lock runs
 * under the lock of those entries. Only added to what is known of the callers, and said so.
 */
import type { FunctionIr } from "../c/ir.ts";
import type { HeldClass, HeldLock } from "./replay-run.ts";

const takesLock = /^(?:pte_offset_map_lock|__pte_offset_map_lock|pte_alloc_map_lock|pmd_lock|pud_lock|pmd_trans_huge_lock|__pmd_trans_huge_lock|get_locked_pte|huge_pte_lock|spin_lock\w*|spin_trylock|page_vma_mapped_walk)$/;
const changesPte = /^(?:set_pte\w*|set_ptes|ptep_(?!get$|get_lockless$)\w+|pte_clear\w*|clear_\w*ptes|set_huge_pte_at|huge_ptep_\w+|wrprotect_ptes|\w+_and_clear_full_ptes)$/;
const changesPmd = /^(?:set_pmd\w*|pmdp_(?!get$|get_lockless$)\w+|pmd_clear|pmd_populate|pgtable_trans_huge_(?:deposit|withdraw))$/;

/** `near` is the function with the helpers that it calls, itself first. */
export function assumedHeld(near: readonly FunctionIr[], known: readonly HeldLock[]): HeldLock[] {
  const [target] = near;
  if (target === undefined) return [];
  const calls = new Set(near.flatMap((f) => f.blocks.flatMap((b) => b.steps)).flatMap((s) => (s.op === "call" && s.callee !== null ? [s.callee] : [])));
  const types = target.params.map((p) => target.vars.get(p)?.type ?? "");
  const any = (pattern: RegExp): boolean => [...calls].some((name) => pattern.test(name));
  const has = (kind: HeldClass): boolean => known.some((h) => h.class === kind);
  const held: HeldLock[] = [];
  const add = (kind: HeldClass, when: boolean): void => {
    if (when && !has(kind)) held.push({ class: kind });
  };
  const locks = any(takesLock);
  const named = target.name.endsWith("_locked");
  // Whoever was handed a mapped entry holds its lock; a leaf function that changes entries and takes no lock does too.
  add("pte-ptl", (!locks && any(changesPte)) || types.includes("pte_t *"));
  add("pmd-ptl", named && types.includes("pmd_t *"));
  add("pmd-ptl", !has("pmd-ptl") && !held.some((h) => h.class === "pmd-ptl") && !locks && any(changesPmd) && !any(changesPte));
  return held;
}
