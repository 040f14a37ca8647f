/** Changes of entries that come too early, are not atomic or are not finished; locks that come too late or not at all. */
import { call, drop, type Edit, indent, type Operator, ptl, rewrite, statement } from "./edits.ts";

const isHead = (line: string | undefined): boolean => /^\s*(?:if|else|for|while|do|switch|case|default)\b/.test(line ?? "") && !/[;]$/.test(line ?? "");

/** Sets the entry before the last statement that makes its value. */
function setTooEarly(lines: readonly string[], index: number): Edit | null {
  const value = /^\s*set_(?:huge_)?p(?:te|md|ud)_at\(.*, (\w+)(?:, \w+)?\);$/.exec(lines[index]!)?.[1];
  if (value === undefined) return null;
  for (let at = index - 1; at > index - 6 && at > 0; at--) {
    const line = lines[at]!;
    if (indent(line) !== indent(lines[index]!) || /^\s*\}|^\w+:$/.test(line)) return null;
    if (new RegExp(String.raw`^\s*${value} = .*;$`).test(line) && !isHead(lines[at - 1])) return { at, drop: index - at + 1, put: [lines[index]!, ...lines.slice(at, index)] };
  }
  return null;
}

/** Publishes a table before the loop that fills it. */
function publishTooEarly(lines: readonly string[], index: number): Edit | null {
  const line = lines[index]!;
  if (!statement(String.raw`p[mu4g]d_populate(?:_kernel)?${call}`).test(line)) return null;
  for (let at = index - 1; at > index - 70 && at > 0 && lines[at] !== "{"; at--) {
    const text = lines[at]!;
    if (indent(text) === indent(line) && /^\s*(?:for|while) \(/.test(text)) return { at, drop: index - at + 1, put: [line, ...lines.slice(at, index)] };
  }
  return null;
}

const reads = /= (?:ptep_get|huge_ptep_get|pmdp_get|pudp_get|READ_ONCE)?\(?\*?\w.*\b(?:ptep?|pmdp?|pudp?)\b.*;$|= \*\w+;$/;

/** Takes the lock behind the first read of what it protects. */
function lockTooLate(lines: readonly string[], index: number): Edit | null {
  const [lock, next] = [lines[index]!, lines[index + 1]];
  if (next === undefined || !statement(String.raw`(?:spin_lock(?:_nested)?\(${ptl}(?:, \w+)?\)|\w+ = p[mu]d_lock${call}|\w+ = huge_pte_lock${call})`).test(lock) || isHead(lines[index - 1])) return null;
  return reads.test(next) && indent(next) === indent(lock) ? { at: index, drop: 2, put: [next, lock] } : null;
}

/** Takes the lock behind the test that it is taken for: the branch with its one statement comes first. */
function lockBehindTest(lines: readonly string[], index: number): Edit | null {
  const [lock, test, way] = [lines[index]!, lines[index + 1], lines[index + 2]];
  if (test === undefined || way === undefined || !statement(String.raw`(?:spin_lock(?:_nested)?\(${ptl}(?:, \w+)?\)|\w+ = p[mu]d_lock${call})`).test(lock) || isHead(lines[index - 1])) return null;
  const isTest = /^\s*if \(.*\)$/.test(test) && /\b(?:ptep?|pmdp?|pudp?)_?\w*\b/.test(test) && indent(test) === indent(lock) && /^\s*(?:goto \w+|return\b.*|continue|break);$/.test(way);
  return isTest ? { at: index, drop: 3, put: [test, way, lock] } : null;
}

/** Exchanges an immediate flush with the statement before it; one that is only gathered may be noted before the change as well. */
function flushTooEarly(lines: readonly string[], index: number): Edit | null {
  const [change, flush] = [lines[index]!, lines[index + 1]];
  const isChange = /^\s*(?:\S.* = )?(?:set_(?:huge_)?p(?:te|md|ud)_at|p(?:te|md|ud)_clear\w*|\w*p(?:te|md|ud)p_\w+|pudp_\w+|pmdp_\w+|ptep_\w+)\(.*;$/.test(change);
  return isChange && flush !== undefined && indent(flush) === indent(change) && !isHead(lines[index - 1]) && statement(String.raw`(?:flush_\w*tlb_\w+)${call}`).test(flush) ? { at: index, drop: 2, put: [flush, change] } : null;
}

export const entryOperators: readonly Operator[] = [
  { name: "set before the value is made", expects: ["publish-order", "stale-read", "entry-kind", "entry-lock", "tlb-flush"], at: setTooEarly },
  { name: "publish before the fill", expects: ["publish-order"], at: publishTooEarly },
  { name: "read barrier for a write barrier", expects: ["publish-order", "lockless-read"], at: rewrite(/\bsmp_wmb\(\)/, () => "smp_rmb()") },
  { name: "compiler barrier for a barrier", expects: ["publish-order", "lockless-read"], at: rewrite(/\bsmp_(?:wmb|rmb|mb)\(\)/, () => "barrier()") },
  { name: "lock behind the first read", expects: ["stale-read", "entry-lock", "lockless-read", "entry-kind"], at: lockTooLate },
  { name: "lock behind the test", expects: ["stale-read", "entry-lock", "lockless-read", "entry-kind", "lock-balance"], at: lockBehindTest },
  { name: "drop VMA write mark", expects: ["walk-context", "lock-balance", "stale-read", "move-context"], at: drop(statement(String.raw`vma_start_write${call}`)) },
  { name: "drop rmap locks", expects: ["move-context", "walk-context", "lock-balance"], at: drop(statement(String.raw`(?:take_rmap_locks|drop_rmap_locks|anon_vma_(?:un)?lock_(?:read|write)|i_mmap_(?:un)?lock_(?:read|write))${call}`)) },
  { name: "drop killable lock", expects: ["walk-context", "lock-balance", "stale-read"], at: rewrite(/\bif \((?:unlikely\()?mmap_(?:read|write)_lock_killable\([^)]*\)\)?\)/, () => "if (0)") },
  { name: "clear without atomic read", expects: ["tlb-flush", "entry-lock", "lockless-read", "stale-read"], at: rewrite(new RegExp(String.raw`^(\s*)(\w+) = ptep_get_and_clear(?:_full)?\(([^,]*), ([^,]*), ([\w>.-]+)(?:, [^)]*)?\);$`), ([, space, name, mm, addr, pte]) => `${space}${name} = ptep_get(${pte}); pte_clear(${mm}, ${addr}, ${pte});`) },
  { name: "drop the commit of a change", expects: ["tlb-flush", "entry-lock", "stale-read", "entry-kind"], at: drop(statement(String.raw`(?:huge_)?ptep_modify_prot_commit${call}`)) },
  { name: "plain read for the start of a change", expects: ["tlb-flush", "entry-lock", "stale-read", "lockless-read"], at: rewrite(/\b(?:huge_)?ptep_modify_prot_start\([^,]*, [^,]*, ([^,)]+)\)/, ([, pte]) => `ptep_get(${pte})`) },
  { name: "huge clear without flush", expects: ["tlb-flush"], at: rewrite(/\b(?:pmdp_(?:huge_clear|collapse)_flush|pmdp_invalidate(?:_ad)?)\((\w+), ([^,]+), ([\w>.-]+)\)/, ([, vma, addr, pmd]) => `pmdp_huge_get_and_clear(${vma}->vm_mm, ${addr}, ${pmd})`) },
  { name: "flush before the change", expects: ["tlb-flush"], at: flushTooEarly },
  { name: "plain load for READ_ONCE", expects: ["lockless-read"], at: rewrite(/\bREAD_ONCE\((\*\w*(?:pte|pmd|pud|p4d|pgd)p?)\)/, ([, place]) => place!) },
  { name: "hugetlb lock pointer, not lock", expects: ["entry-lock", "lock-balance", "stale-read"], at: rewrite(/= huge_pte_lock\(/, () => "= huge_pte_lockptr(") },
  { name: "offset for allocation", expects: ["map-failure", "entry-kind"], at: rewrite(/= (pmd|pud|p4d)_alloc\(\w[\w>.-]*, ([^,]+), ([^)]+)\)/, ([, level, parent, addr]) => `= ${level}_offset(${parent}, ${addr})`) },
  { name: "free behind the lock for free through the gather", expects: ["tlb-flush", "table-free"], at: rewrite(/\bp(te|md|ud)_free_tlb\(tlb, (\w+), [^)]+\)/, ([, level, table]) => `p${level}_free(tlb->mm, ${table})`) },
];
