/**
 * Guards that a patch takes away and puts nothing in the place of: a page-table lock that is no longer taken somewhere
 * while all its releases stay, a comparison with the former value, a wait for lockless walkers, a test of an entry that
 * decided a path. No contract asks for such a guard at a call,
 * so only the comparison of two whole versions shows that it went. What the patch rewrites is left alone: a lock taken
 * on one of its lines, or a test that was not there before, may be the old guard in its new shape.
 */
import type { FunctionIr } from "../../c/ir.ts";
import { type NamedCall, namedCallsIn, walkExpr } from "../../c/index.ts";
import { callHasEffect, isOfClass } from "../../check/call-graph.ts";
import type { Change } from "../change.ts";
import { type Pair, touchedBelow } from "../pair.ts";
import { isMoved } from "./guards.ts";
import { exposureOf, pageTableLock } from "./protections.ts";
import { removedOutright } from "./removed-outright.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { LockRef } from "../../rulebook/schema.ts";
import { memoByObject } from "../../util/memo.ts";

/** What `from` does and `to` does not, in functions that are followed on all of their paths. */
export function lostGuards(pair: Pair): Change[] {
  const { from: { fn: from }, to: { fn: to }, written, rulebook, judged } = pair;
  if (!judged || isMoved(pageTableLock.what, pair)) return [];
  const found = [...lostLock(from, to, written, rulebook), ...lostComparison(from, to, written, rulebook), ...lostWait(from, to, rulebook), ...lostRange(from, to, rulebook), ...lostTests(pair), ...removedOutright(from, to, rulebook, () => touchedBelow(pair))];
  return found.map(({ rule, what }) => ({ rule, what, loc: { line: to.line, column: 1 }, weak: false, message: (direction) => (direction === "lost" ? `the patch takes away ${what}, and puts nothing in its place` : `the patch adds ${what}`) }));
}

/** What `from` did, in words that fit both "the patch takes away" and "the patch adds". */
type LostGuard = Pick<Change, "rule" | "what">;

/** A comparison of the entry with its former value that decided a path, where every lock stays under which it was made. */
function lostComparison(from: FunctionIr, to: FunctionIr, written: ReadonlySet<number>, rulebook: Rulebook): LostGuard[] {
  const [before, after] = [comparisons(from), comparisons(to)];
  const taken = (fn: FunctionIr): number => lockCalls(fn, "acquire", rulebook).length;
  if (after.length >= before.length || taken(to) < taken(from) || after.some((one) => written.has(one.line) && !before.some((other) => other.text === one.text))) return [];
  const gone = before.find((one) => after.filter((other) => other.text === one.text).length < before.filter((other) => other.text === one.text).length);
  return gone ? [{ rule: "stale-read", what: `${gone.text}, by which the entry was compared with what it was before` }] : [];
}

interface Comparison {
  readonly text: string;
  readonly line: number;
}

/** Helpers that look at an entry once more under its lock (mm/memory.c, userfaultfd.c, hugetlb.c of 6.12 and newer). */
const looksAgain: ReadonlySet<string> = new Set(["vmf_pte_changed", "pte_range_none", "is_pte_pages_stable", "hugetlb_pte_stable"]);

/** pte_same() and the like, and two entries compared by their numbers, as far as a branch depends on them. */
function comparisons(fn: FunctionIr): Comparison[] {
  const calls = namedCallsIn(fn);
  const conditions = fn.blocks.flatMap(({ end }) => (end.k === "branch" ? [end] : []));
  const decides = new Set<string>();
  for (const { cond } of conditions) walkExpr(cond, (expr) => (expr.k === "var" ? decides.add(expr.name) : null));
  const same = calls.filter((step) => (/^(?:pte|pmd|pud)_same/.test(step.callee) || looksAgain.has(step.callee)) && decides.has(step.dst ?? "")).map((step) => ({ text: step.text, line: step.loc.line }));
  const numberOf = new Map(calls.flatMap((step) => (step.dst !== null && /^p(?:te|md|ud|4d|gd)_val$/.test(step.callee) ? [[step.dst, step.text] as const] : [])));
  const byNumber = conditions.flatMap(({ cond, loc }): Comparison[] => {
    if (cond.k !== "binary" || !/^[=!]=$/.test(cond.op) || cond.left.k !== "var" || cond.right.k !== "var") return [];
    const [left, right] = [numberOf.get(cond.left.name), numberOf.get(cond.right.name)];
    return left !== undefined && right !== undefined ? [{ text: `${left} ${cond.op} ${right}`, line: loc.line }] : [];
  });
  return [...same, ...byNumber];
}

/** A wait for those who walk without locks, while the tables that it stood for are still taken out. */
function lostWait(from: FunctionIr, to: FunctionIr, rulebook: Rulebook): LostGuard[] {
  const having = (fn: FunctionIr, what: "sync-walkers" | "detach-table"): NamedCall[] => namedCallsIn(fn).filter((step) => callHasEffect(step, rulebook, (e) => e.do === what));
  const [before, after] = [having(from, "sync-walkers"), having(to, "sync-walkers")];
  if (after.length >= before.length || having(to, "detach-table").length < having(from, "detach-table").length) return [];
  return [{ rule: "table-free", what: `${before[0]!.text}, which waits until lockless walkers have left the tables` }];
}

function lostLock(from: FunctionIr, to: FunctionIr, written: ReadonlySet<number>, rulebook: Rulebook): LostGuard[] {
  const [taken, released] = [lockCalls(from, "acquire", rulebook), lockCalls(from, "release", rulebook)];
  const [takenNow, releasedNow] = [lockCalls(to, "acquire", rulebook), lockCalls(to, "release", rulebook)];
  if (takenNow.length >= taken.length || releasedNow.length < released.length) return [];
  if (takenNow.some((step) => written.has(step.loc.line))) return [];
  const gone = taken.find((step) => textsOf(takenNow, step.text) < textsOf(taken, step.text));
  return gone ? [{ rule: "entry-lock", what: `${gone.text}, one of ${taken.length} places where this function takes a page-table lock` }] : [];
}

function textsOf(steps: readonly NamedCall[], text: string): number {
  return steps.filter((step) => step.text === text).length;
}

function lockCalls(fn: FunctionIr, what: "acquire" | "release", rulebook: Rulebook): NamedCall[] {
  return namedCallsIn(fn).filter((step) => callHasEffect(step, rulebook, (e) => e.do === what && isPageTableLock(e.lock, step)));
}

function isPageTableLock(lock: LockRef, step: NamedCall): boolean {
  if ("class" in lock) return /ptl$|^page_table_lock$/.test(lock.class);
  return lock.kind === undefined && /ptl\b|page_table_lock/.test(step.text);
}

/** The one notifier range of a function that goes, while the locks stay under which it (or what it calls) changes entries. */
function lostRange(from: FunctionIr, to: FunctionIr, rulebook: Rulebook): LostGuard[] {
  const starts = (fn: FunctionIr): NamedCall[] => namedCallsIn(fn).filter((step) => callHasEffect(step, rulebook, (e) => e.do === "notifier" && e.step === "start"));
  const [before, after] = [starts(from), starts(to)];
  const taken = (fn: FunctionIr): number => lockCalls(fn, "acquire", rulebook).length;
  if (before.length === 0 || after.length > 0 || taken(from) === 0 || taken(to) < taken(from)) return [];
  return [{ rule: "notifier-scope", what: `${before[0]!.text}, by which secondary MMUs are told of the change` }];
}

/** Tests of entries by predicates that have no contract (those of one architecture): their kinds are not followed. */
function lostTests({ from: { fn: from }, to: { fn: to }, rulebook, direction }: Pair): LostGuard[] {
  // What an entry is, is for its own accessors to say; and new code asks for permissions and the like without mending anything.
  if (isAccessor(to, rulebook)) return lostHugetlbTest(from, to, rulebook);
  const asksKind = (step: NamedCall): boolean => direction === "lost" || !/_(?:write|dirty|soft_dirty|young|exec|user|uffd|uffd_wp)$/.test(step.callee);
  const [before, after] = [testsOf(from, rulebook).filter(asksKind), testsOf(to, rulebook)];
  const names = (steps: readonly NamedCall[]): Set<string> => new Set(steps.map((step) => step.callee));
  const [called, asked] = [names(namedCallsIn(from)), names(after)];
  if (Array.from(names(namedCallsIn(to))).some((name) => !called.has(name))) return [];
  const gone = before.filter((step) => !asked.has(step.callee)).slice(0, 1);
  return [...gone.map((step) => ({ rule: "entry-kind" as const, what: `${step.text}, which decided what the entry is used for` })), ...lostHugetlbTest(from, to, rulebook)];
}

/** Of an entry's helpers by its name, handed one as a value, and changing none in memory: what a pointer leads to is others' as well. */
function isAccessor(fn: FunctionIr, rulebook: Rulebook): boolean {
  return /^_*(?:is_)?p(?:te|md|ud)p?_/.test(fn.name) && fn.params.some((param) => isEntryValue(fn, param)) && exposureOf(fn, rulebook).changes === 0;
}

function isEntryValue(fn: FunctionIr, name: string): boolean {
  return /^p(?:te|md|ud)_t$/.test(fn.vars.get(name)?.type ?? "");
}

/**
 * An accessor that is given entries and nothing else, and looks at bits of its own where it asked what the entry is: what it must be, its
 * callers have asked (pmd_page() hands it on to pmd_pfn(), arch/mips/include/asm/pgtable.h). With a VMA or a fault at hand, where a predicate
 * tells other kinds apart than before, or where nothing is asked any more, it is for the function to keep kinds away. Asked of every kind.
 */
export const looksAtBits: (pair: Pair) => boolean = memoByObject(({ from: { fn: from }, to: { fn: to }, rulebook }) => {
  const asksKind = namedCallsIn(to).some((step) => rulebook.contract(step.callee)?.returns?.tests !== undefined);
  const branches = ({ blocks }: FunctionIr): number => blocks.filter(({ end }) => end.k === "branch").length;
  return isAccessor(to, rulebook) && to.params.every((param) => isEntryValue(to, param)) && !asksKind && branches(to) >= branches(from);
});

/** Entries of hugetlb mappings have a lock of their own (huge_pte_lock()): who takes that of a PTE table has told them apart. */
function lostHugetlbTest(from: FunctionIr, to: FunctionIr, rulebook: Rulebook): LostGuard[] {
  const asks = (fn: FunctionIr): NamedCall | undefined => namedCallsIn(fn).find((step) => step.callee === "is_vm_hugetlb_page");
  const maps = (fn: FunctionIr): number => namedCallsIn(fn).filter((step) => callHasEffect(step, rulebook, (e) => e.do === "acquire" && isOfClass(e.lock, "pte-ptl"))).length;
  const test = asks(from);
  if (!test || asks(to) || maps(to) === 0 || maps(to) < maps(from)) return [];
  return [{ rule: "entry-lock", what: `${test.text}, which kept hugetlb entries from the lock of a PTE table` }];
}

function testsOf(fn: FunctionIr, rulebook: Rulebook): NamedCall[] {
  const decides = new Set(fn.blocks.flatMap(({ end }) => (end.k === "branch" && end.cond.k === "var" ? [end.cond.name] : [])));
  return namedCallsIn(fn).filter((step) => {
    const [arg] = step.args;
    return /^(?:is_)?p(?:te|md|ud)_/.test(step.callee) && step.args.length === 1 && arg?.k === "var" && isEntryValue(fn, arg.name) && decides.has(step.dst ?? "") && !rulebook.contract(step.callee);
  });
}
