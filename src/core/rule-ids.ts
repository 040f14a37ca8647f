/** The closed list of rule ids at run time. The record makes the compiler refuse a list that misses one. */
import type { RuleId } from "./finding.ts";

const known: Readonly<Record<RuleId, true>> = {
  "walk-context": true,
  "entry-lock": true,
  "stale-read": true,
  "entry-kind": true,
  "map-failure": true,
  "map-balance": true,
  "map-order": true,
  "lock-balance": true,
  "lock-order": true,
  "publish-order": true,
  "lockless-read": true,
  "tlb-flush": true,
  "table-free": true,
  "move-context": true,
  "sleep-atomic": true,
  "notifier-scope": true,
  "hugetlb-share": true,
  "hugetlb-entry": true,
  "pt-accounting": true,
  "walk-done": true,
  "lazy-mmu": true,
  "batch-bounds": true,
};

export const ruleIds: readonly RuleId[] = Object.keys(known) as RuleId[];

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(known, text);
}
