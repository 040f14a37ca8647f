/**
 * Calls that belong together as taking and giving back: locks, gathers, notifier ranges, tables. Where one side goes
 * without the other, a function leaves its callers something else than before.
 */
import type { CallStep, Step } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect, LockClass, When } from "../../rulebook/schema.ts";
import { inEra } from "../../util/version.ts";
import { coversEntries } from "../../check/locks.ts";

export interface PairStep {
  /** "mmap_lock", "page-table lock", "mmu_gather". */
  readonly family: string;
  readonly rule: RuleId;
  readonly by: 1 | -1;
  /** "write" for what has no modes. */
  readonly mode: "read" | "write";
  readonly when?: When;
  /** It cannot fail yet in this era: `when` says something only of code that tests the result all the same. */
  readonly isSure?: true;
}

interface Named {
  readonly family: string;
  readonly rule: RuleId;
  readonly opens: RegExp;
  readonly closes: RegExp;
  /** What opens may fail and return NULL. */
  readonly mayFail?: true;
}

/** include/asm-generic/tlb.h, mm/pgtable-generic.c, include/linux/mm.h; mm/hugetlb.c (hugetlb_fault_mutex_table). */
const named: readonly Named[] = [
  { family: "mmu_gather", rule: "tlb-flush", opens: /^tlb_gather_mmu(?:_fullmm)?$/, closes: /^tlb_finish_mmu$/ },
  { family: "gathering of a VMA", rule: "tlb-flush", opens: /^tlb_start_vma$/, closes: /^tlb_end_vma$/ },
  { family: "page table in hand", rule: "pt-accounting", opens: /^(?:pte_alloc_one(?:_kernel)?|pgtable_trans_huge_withdraw)$/, closes: /^(?:pte_free(?:_defer|_kernel)?|pgtable_trans_huge_deposit)$/, mayFail: true },
  { family: "entry taken out for a change", rule: "stale-read", opens: /^(?:huge_)?ptep_modify_prot_start$/, closes: /^(?:huge_)?ptep_modify_prot_commit$/ },
  { family: "count of page tables", rule: "pt-accounting", opens: /^mm_inc_nr_p(?:te|md|ud)s$/, closes: /^mm_dec_nr_p(?:te|md|ud)s$/ },
];

/** What a step does to families of pairs. */
export function pairSteps(step: Step, rulebook: Rulebook): readonly PairStep[] {
  if (step.op !== "call" || step.callee === null) return [];
  const { callee } = step;
  const byName = named.flatMap(({ family, rule, opens, closes, mayFail }): PairStep[] => {
    if (opens.test(callee)) return [{ family, rule, by: 1, mode: "write", ...(mayFail && { when: "nonzero" as const }) }];
    return closes.test(callee) ? [{ family, rule, by: -1, mode: "write" }] : [];
  });
  if (/^mutex_(?:un)?lock$/.test(callee) && step.text.includes("hugetlb_fault_mutex_table")) byName.push({ family: "hugetlb fault mutex", rule: "hugetlb-share", by: callee === "mutex_lock" ? 1 : -1, mode: "write" });
  const contract = rulebook.contract(callee);
  const since = contract?.returns?.mayFailSince;
  const byEffects = (contract?.effects ?? []).flatMap((effect) => ofEffect(effect, step));
  return [...byName, ...(since === undefined || inEra(rulebook.era, { since }) ? byEffects : byEffects.map((pair) => ({ ...pair, isSure: true as const })))];
}

function ofEffect(effect: Effect, step: CallStep): PairStep[] {
  switch (effect.do) {
    case "acquire":
    case "release": {
      const lockClass = "class" in effect.lock ? effect.lock.class : effect.lock.kind === undefined && /ptl|page_table_lock|pml/.test(step.text) ? "pte-ptl" : null;
      const mode = effect.do === "acquire" ? (effect.mode ?? "write") : "read";
      return lockClass === null ? [] : [{ family: lockName(lockClass), rule: "lock-balance", by: effect.do === "acquire" ? 1 : -1, mode, ...(effect.when !== undefined && { when: effect.when }) }];
    }
    case "announce-flush":
      return [{ family: "announcement of a flush", rule: "tlb-flush", by: effect.begin ? 1 : -1, mode: "write" }];
    case "notifier":
      return effect.step === "init" ? [] : [{ family: "notifier range", rule: "notifier-scope", by: effect.step === "start" ? 1 : -1, mode: "write", ...(effect.when !== undefined && { when: effect.when }) }];
    case "lazy-mmu":
      return [{ family: "lazy MMU mode", rule: "lazy-mmu", by: effect.enter ? 1 : -1, mode: "write" }];
    default:
      return [];
  }
}

/** Page-table locks go by one name: which of them it is, a patch may say by another pointer. */
function lockName(lockClass: LockClass): string {
  if (coversEntries(lockClass)) return "page-table lock";
  switch (lockClass) {
    case "mmap":
      return "mmap_lock";
    case "vma":
      return "VMA lock";
    case "i_mmap":
      return "i_mmap_rwsem";
    case "anon_vma":
      return "anon_vma lock";
    case "hugetlb-vma":
      return "hugetlb VMA lock";
    case "hugetlb-fault":
      return "hugetlb fault mutex";
    default:
      return `${lockClass} lock`;
  }
}

/** The rule under which code is filed that runs without the lock it needs; null for locks that are none of page tables. */
export function ruleWithout(family: string): RuleId | null {
  switch (family) {
    case "page-table lock":
      return "entry-lock";
    case "mmap_lock":
    case "VMA lock":
    case "i_mmap_rwsem":
    case "anon_vma lock":
      return "walk-context";
    case "hugetlb VMA lock":
    case "hugetlb fault mutex":
      return "hugetlb-share";
    default:
      return null;
  }
}
