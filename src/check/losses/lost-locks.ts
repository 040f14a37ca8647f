/**
 * Locks that a patch takes away on one side only: what a function does to the locks of its callers has changed although
 * they have not, or what ran under a lock runs without it.
 */
import type { RuleId } from "../../core/finding.ts";
import { calleesOf, stepsOf } from "../call-graph.ts";
import type { FunctionIr } from "../../c/ir.ts";
import { type LockBooks, lockBooks, type LockFamily } from "./lock-walk.ts";
import { type Loss, newHelpers, type Pair } from "./loss.ts";

export function lostLocks(pair: Pair): Loss[] {
  const { before, after, rulebook } = pair;
  if (newHelpers(pair).size > 0) return [];
  const [from, to] = [lockBooks(before.fn, rulebook), lockBooks(after.fn, rulebook)];
  const families = new Set(Array.from(from.steps.keys(), (key) => key.slice(key.indexOf(" ") + 1) as LockFamily));
  return Array.from(families).flatMap((family) => balanceOf(family, from, to, pair) ?? coverOf(family, from, to, pair) ?? []);
}

function more(books: LockBooks, than: LockBooks, key: string): number {
  return (books.steps.get(key) ?? 0) - (than.steps.get(key) ?? 0);
}

/** The net effect at return, where the patch changed the number of acquires or releases, but not of both. */
function balanceOf(family: LockFamily, from: LockBooks, to: LockBooks, pair: Pair): Loss[] | null {
  const { after, before } = pair;
  const none: ReadonlySet<number> = new Set([0]);
  const [was, is] = [from.exits.get(family) ?? none, to.exits.get(family) ?? none];
  const [acquires, releases] = [more(to, from, `acquire ${family}`), more(to, from, `release ${family}`)];
  const same = was.size === is.size && Array.from(was).every((sum) => is.has(sum));
  const oneSided = acquires < 0 !== releases < 0 && (acquires < 0 || releases < 0) && acquires <= 0 && releases <= 0;
  const wasBalanced = was.size === 1 && was.has(0);
  if (same || !(oneSided || (wasBalanced && acquires + releases !== 0))) return null;
  // What was reported of the code before may be what the patch mends.
  if (before.findings.some((finding) => finding.rule === "lock-balance") || isMovedTo(family, pair)) return [];
  const surprising = Array.from(is).filter((sum) => !was.has(sum));
  const strong = wasBalanced || (was.size === 1 && surprising.length > 0);
  if (!oneSided && surprising.length === 0) return [];
  return [{
    rule: "lock-balance",
    loc: placeOf(family, after.fn, pair),
    what: `net effect on the ${wordOf(family)}`,
    message: `${after.fn.name}() ${inWords(is)} the ${wordOf(family)} where it ${inWords(was, true)} it before the patch, and its callers go on as they did`,
    weak: !strong,
  }];
}

/** A lock of which both sides went: calls that stayed ran under it. */
function coverOf(family: LockFamily, from: LockBooks, to: LockBooks, pair: Pair): Loss[] | null {
  const rule = ruleOf(family);
  const weaker = Array.from(from.atCalls).flatMap(([text, held]) => {
    const now = to.atCalls.get(text);
    if (now === undefined) return [];
    const lost = Array.from(held).find((key) => key.startsWith(`${family} `) && !now.has(key) && !(key.endsWith(" read") && now.has(`${family} write`)));
    return lost === undefined ? [] : [{ text, lost, isRead: now.has(`${family} read`) }];
  });
  const [acquires, releases] = [more(to, from, `acquire ${family}`), more(to, from, `release ${family}`)];
  const changesMode = acquires === 0 && releases === 0;
  if (rule === null || weaker.length === 0 || isMovedTo(family, pair) || !(changesMode ? weaker.some(({ isRead }) => isRead) : acquires < 0 && releases < 0 && weaker.some(({ isRead }) => !isRead))) return null;
  const concerned = weaker.filter(({ isRead }) => isRead === changesMode);
  const relevant = concerned.find(({ text }) => pair.rulebook.contract(/^\w+/.exec(text)?.[0] ?? "") !== undefined) ?? concerned[0]!;
  const step = stepsOf(pair.after.fn).find((one) => one.op === "call" && one.text === relevant.text)!;
  const what = `${wordOf(family)} around ${/^\w+/.exec(relevant.text)?.[0] ?? relevant.text}`;
  const now = changesMode ? "is held for reading only" : "is not taken any more";
  return [{ rule, loc: step.loc, what, message: `the ${wordOf(family)}, which was held${changesMode ? " for writing" : ""} at ${relevant.text} before the patch, ${now}`, weak: true }];
}

function ruleOf(family: LockFamily): RuleId | null {
  switch (family) {
    case "page-table lock":
      return "entry-lock";
    case "mmap":
    case "vma":
    case "i_mmap":
    case "anon_vma":
      return "walk-context";
    case "hugetlb-vma":
    case "hugetlb-fault":
      return "hugetlb-share";
    default:
      return null;
  }
}

/** A caller in the file, or another function that the patch touches, takes or releases more such locks than before. */
function isMovedTo(family: LockFamily, { others, rulebook, after }: Pair): boolean {
  const locks = (fn: FunctionIr): number => Array.from(lockBooks(fn, rulebook).steps).reduce((sum, [key, count]) => (key.endsWith(` ${family}`) ? sum + count : sum), 0);
  const total = (functions: readonly FunctionIr[]): number => functions.reduce((sum, fn) => sum + locks(fn), 0);
  return total(others.after) > total(others.before) || others.after.some((fn) => calleesOf(fn).includes(after.fn.name) && locks(fn) !== locks(others.before.find((one) => one.name === fn.name) ?? fn));
}

/** The first return or lock step after which the books differ cannot be named in general: the first step on the family is. */
function placeOf(family: LockFamily, fn: FunctionIr, { rulebook }: Pair): { readonly line: number; readonly column: number } {
  const first = stepsOf(fn).find((step) => step.op === "call" && step.callee !== null && rulebook.contract(step.callee)?.effects?.some((e) => (e.do === "acquire" || e.do === "release") && "class" in e.lock && e.lock.class === family));
  return first?.loc ?? { line: fn.line, column: 1 };
}

function inWords(sums: ReadonlySet<number>, past: boolean = false): string {
  const word = (sum: number): string => (sum === 0 ? (past ? "balanced" : "balances") : sum > 0 ? (past ? "kept" : "returns with") : past ? "released" : "releases");
  return Array.from(new Set(Array.from(sums).toSorted((a, b) => a - b).map(word))).join(" or ");
}

function wordOf(family: LockFamily): string {
  switch (family) {
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
      return family;
  }
}
