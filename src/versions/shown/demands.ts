/**
 * Requirements that a patch makes undecided, or decides. Where only hunks are known, or a caller may hold the lock, the
 * code after the patch often proves nothing and refutes nothing; but when the code before it showed what is needed and
 * the code after it does not, the patch has taken it away. The other way round it has been mended.
 */
import type { Evidence, FunctionCheck } from "../../check/index.ts";
import { calleesOf } from "../../c/index.ts";
import type { Obligation, RuleId } from "../../core/finding.ts";
import { type Change, done } from "../change.ts";
import { moreElsewhere, newHelpers, type Pair, surplus } from "../pair.ts";
import { all, type Measure } from "../touched-functions.ts";
import { isLockedAround } from "../steps/guards.ts";
import { looksAtBits } from "../steps/lost-guards.ts";
import { keepsAnswers } from "../steps/kept-answers.ts";
import { exposureOf, isAboutTlbs } from "../steps/protections.ts";
import { keyOf, keysOf } from "./keys.ts";

/** Rules whose demands stand at a call and move with it. */
const atCalls: ReadonlySet<RuleId> = new Set(["entry-lock", "stale-read", "entry-kind", "map-failure", "publish-order", "lockless-read", "walk-context", "move-context", "hugetlb-share", "sleep-atomic"]);

/** Rules about what lies between two places: nothing can be said of them unless all of the function is in view. */
const between: ReadonlySet<RuleId> = new Set(["lock-balance", "map-balance", "walk-done", "tlb-flush", "notifier-scope", "lazy-mmu", "table-free", "pt-accounting", "batch-bounds"]);

/** Said of one place by itself, though it is of such a rule. */
function standsAlone(obligation: Obligation): boolean {
  return obligation.what.endsWith("at an error return");
}

/** Of the order of locks, what is asked of a call and not of two locks that are taken here: of what a walk calls, which holds that lock. Who is called by others takes away or asks a question about the mapping for other reasons. */
function asksOfCaller({ rule, what }: Obligation, { fn }: FunctionCheck): boolean {
  return rule === "lock-order" && what.endsWith("hugetlb VMA lock not held") && fn.params.some((name) => fn.vars.get(name)?.type === "struct mm_walk *");
}

/** Another function shows more locks, tests or barriers than before, or one that is new may: what is gone here may have moved there. */
export function isShownElsewhere(pair: Pair): boolean {
  return newHelpers(pair).size > 0 || moreElsewhere(pair, proved, all);
}

const proved: Measure = ({ obligations, evidence }) => new Map([[all, count([...obligations, ...evidence], "proved")]]);

function demands(check: FunctionCheck): readonly Obligation[] {
  return [...check.obligations, ...check.evidence.filter((e) => e.quiet === "demand" && e.open === null)];
}

/** What the holder of a page-table lock is sure of, whichever function has taken it. */
const keptByLocks: ReadonlySet<RuleId> = new Set(["entry-lock", "table-free", "stale-read"]);

/** Demands that `from` proves more often than `to` does, and that `to` leaves open more often. */
export function undecided(pair: Pair): Change[] {
  const { from, to, judged, direction } = pair;
  const isOpen = isAskedByOtherName(pair) || keepsAnswers(pair);
  const isKept = (rule: RuleId): boolean => keptByLocks.has(rule) && isLockedAround(pair);
  return keysOf(demands(from).filter((o) => ((atCalls.has(o.rule) || asksOfCaller(o, from)) && !(isOpen && o.rule === "entry-kind")) || standsAlone(o) || (judged && between.has(o.rule)))).flatMap((key) => {
    const [a, b] = [demands(from).filter((o) => keyOf(o) === key), demands(to).filter((o) => keyOf(o) === key)];
    const fewerProofs = count(a, "proved") > count(b, "proved");
    const moreOpen = count(b, "unknown") > count(a, "unknown");
    if (fewerProofs && (moreOpen || direction === "won") && (isKept(a[0]!.rule) || (a[0]!.rule === "entry-kind" && looksAtBits(pair)))) return [];
    if (fewerProofs && moreOpen) return b.filter((o) => o.outcome === "unknown").slice(0, 1).map(asRequirement);
    // Where the name is not in view before the patch, nothing could be asked of it.
    const supplied = direction === "won" && fewerProofs && b.length === 0 && standsAlone(a[0]!);
    return supplied ? [asRequirement({ ...a[0]!, line: to.fn.line, column: 1 })] : [];
  });
}

/** A test of entries that the other version does not make, and that no contract knows or that is not followed between hunks: it may tell as much as those whose place it took. */
function isAskedByOtherName(pair: Pair): boolean {
  const tests = ({ fn }: FunctionCheck): string[] => calleesOf(fn).filter((name) => pair.rulebook.contract(name)?.returns?.tests !== undefined);
  if (!pair.judged && surplus(tests(pair.to), tests(pair.from), (name) => name).length > 0) return true;
  return asksByUnknownName(pair);
}

/** `to` has a predicate of entries that `from` lacks and no contract knows, by its name (pmd_is_leaf(), pgd_large()). */
export function asksByUnknownName(pair: Pair): boolean {
  return Array.from(newHelpers(pair)).some((name) => /^(?:is|non)_\w*(?:p[mtu4]d|pte|entry|swap)|^p(?:te|md|ud|4d|gd)_(?:is_\w+|\w*(?:leaf|large|huge|sect|present|none|bad))$/.test(name));
}

function asRequirement({ rule, what, line, column }: Obligation): Change {
  return { rule, what, loc: { line, column }, weak: false, shown: true, message: (direction) => (direction === "lost" ? `the patch takes away what showed this requirement before: ${what}` : `the patch makes this requirement hold: ${what}`) };
}

/** A lock or mapping that may be meant for the caller, but that `from` ended on every path: then it was not meant so. */
export function keptAtReturn({ from, to, judged }: Pair): Change[] {
  if (!judged) return [];
  return keysOf(to.obligations.filter((o) => between.has(o.rule) && o.what.endsWith("at return"))).flatMap((key) => {
    const [a, b] = [from.obligations.filter((o) => keyOf(o) === key), to.obligations.filter((o) => keyOf(o) === key && o.outcome === "unknown")];
    const ends = (check: FunctionCheck): number => check.obligations.filter((o) => key.startsWith(o.rule) && /^(release|unmap|page_vma_mapped_walk_done)/.test(o.what)).length;
    return a.length === 0 && b.length > 0 && ends(to) < ends(from) ? b.slice(0, 1).map(asRequirement) : [];
  });
}

/** Barriers and re-checks that went while what they stood next to stayed. */
export function undone({ from, to, direction, rulebook }: Pair): Change[] {
  // New code brings barriers and comparisons of its own.
  if (direction === "won" && exposureOf(from.fn, rulebook).changes > exposureOf(to.fn, rulebook).changes) return [];
  if (direction === "lost" && from.obligations.filter((o) => atCalls.has(o.rule)).length > to.obligations.filter((o) => atCalls.has(o.rule)).length) return [];
  const deeds = (check: FunctionCheck): Evidence[] => check.evidence.filter((e) => e.quiet === "deed");
  return keysOf(deeds(from)).flatMap((key) => {
    const was = deeds(from).filter((e) => keyOf(e) === key);
    if (was.length <= deeds(to).filter((e) => keyOf(e) === key).length) return [];
    const { rule, what } = was[0]!;
    return [done(rule === "publish-order" && isAboutTlbs(from.fn, rulebook) ? "tlb-flush" : rule, what, to)];
  });
}

function count(list: readonly Obligation[], outcome: Obligation["outcome"]): number {
  return list.filter((o) => o.outcome === outcome).length;
}
