/** Ways to lose or weaken a lock that take more than one dropped line. */
import { call, type Edit, indent, type Operator, ptl, replace, rewrite, statement } from "./edits.ts";

const sleeping = String.raw`(?:mmap_(?:read|write)|i_mmap|anon_vma|hugetlb_vma)_(?:un)?lock(?:_(?:read|write))?${call}`;
const spinning = String.raw`(?:spin_(?:un)?lock(?:_nested)?\(${ptl}(?:, \w+)?\)|rcu_read_(?:un)?lock\(\)|(?:\w+ = )?p[mu]d_lock${call}|mutex_(?:un)?lock\(&hugetlb_fault_mutex_table${call.slice(2)})`;

/** Drops a lock together with the first release that stands as deep as it does. */
function dropPair(lines: readonly string[], index: number, end: number): Edit | null {
  const taken = lines[index]!;
  if (!statement(sleeping).test(taken) || /unlock/.test(taken)) return null;
  const released = new RegExp(`^${indent(taken)}${/\w+/.exec(taken)![0].replace(/lock(?=$|_(?:read|write))/, "unlock")}\\(`);
  const at = lines.findIndex((line, i) => i > index && i < end && released.test(line) && indent(line) === indent(taken));
  return at < 0 ? null : { at: index, drop: at - index + 1, put: [`${indent(taken)};`, ...lines.slice(index + 1, at), `${indent(taken)};`] };
}

/** A way out, in front of a release, that forgets it. */
function earlyReturn(lines: readonly string[], index: number): Edit | null {
  const line = lines[index]!;
  if (!new RegExp(String.raw`^\s*(?:spin_unlock\(${ptl}\)|pte_unmap_unlock${call}|mmap_read_unlock${call}|i_mmap_unlock_\w+${call});$`).test(line) || /^\s*(?:if|else|for|while)\b/.test(lines[index - 1] ?? "")) return null;
  let head = index;
  while (head > 0 && lines[head] !== "{") head--;
  const isVoid = lines.slice(Math.max(0, head - 5), head).some((text) => /^(?:static )?(?:\w+ )*void(?: \w+\(|$)/.test(text));
  return replace(index, `${indent(line)}if (signal_pending(current))`, `${indent(line)}\treturn${isVoid ? "" : " 0"};`, line);
}

/** Takes two locks in the other order. */
function swapLocks(lines: readonly string[], index: number): Edit | null {
  const isLock = (line: string | undefined): boolean => line !== undefined && !/unlock/.test(line) && (statement(sleeping).test(line) || statement(spinning).test(line));
  const [first, second] = [lines[index]!, lines[index + 1]];
  return isLock(first) && isLock(second) && indent(first) === indent(second!) ? { at: index, drop: 2, put: [second!, first] } : null;
}

export const lockOperators: readonly Operator[] = [
  { name: "drop lock and release", expects: ["walk-context", "hugetlb-share", "lock-balance", "entry-lock", "stale-read", "move-context"], at: dropPair },
  {
    name: "weaken lock",
    expects: ["walk-context", "lock-balance", "hugetlb-share", "move-context", "table-free"],
    at: rewrite(/^(\s*)(mmap_write_lock|i_mmap_lock_write|anon_vma_lock_write|hugetlb_vma_lock_write)\(/, ([, space, name]) => `${space}${name!.replace("write", "read")}(`),
  },
  { name: "lock of another level", expects: ["entry-lock", "lock-balance", "stale-read"], at: rewrite(/(\s*)(\w+) = pmd_lock(?:ptr)?\(/, ([, space, name]) => `${space}${name} = pte_lockptr(`) },
  { name: "lock pointer of another level", expects: ["entry-lock", "lock-balance"], at: rewrite(/\bpmd_lockptr\(/, () => "pte_lockptr(") },
  { name: "swap two locks", expects: ["lock-order", "lock-balance", "sleep-atomic"], at: swapLocks },
  { name: "early return", expects: ["lock-balance", "map-balance", "notifier-scope"], at: earlyReturn },
  { name: "ignore failed trylock", expects: ["lock-balance", "entry-lock"], at: rewrite(/\bif \(!(?:spin_trylock(?=\([^)]*ptl)|mmap_read_trylock|i_mmap_trylock_write|anon_vma_trylock_read|hugetlb_vma_trylock_write|i_mmap_trylock_read)\((?:[^()]|\([^()]*\))*\)\)/, () => "if (0)") },
  { name: "drop RCU lock or release", expects: ["lock-balance", "walk-context", "table-free", "sleep-atomic"], at: (lines, index) => (/^\s*rcu_read_(?:un)?lock\(\);$/.test(lines[index]!) ? replace(index, lines[index]!.replace(/\S.*$/, ";")) : null) },
];
