/**
 * What a patch takes away from functions that stand in both versions, or supplies. That something stood there shows that it
 * was meant, so a change can be asked what code as it stands can't. Three kinds of readings are compared: what the rules
 * showed of a version (shown/), what its steps do, which needs no paths and so holds between hunks (steps/), and what
 * comes on which of its paths, where all of it is in view (paths/).
 */
import { namedCallsIn, stepsOf } from "../c/index.ts";
import type { Expr, FunctionIr } from "../c/ir.ts";
import { type FunctionCheck, newPool, type Pool } from "../check/index.ts";
import type { Finding, RuleId } from "../core/finding.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { atOnce } from "../util/slices.ts";
import { type Change, isSure, toFinding } from "./change.ts";
import { type Pair, pairsOf, type Touched } from "./pair.ts";
import { bypassedTests } from "./paths/bypassed-tests.ts";
import { deadValues } from "./paths/dead-values.ts";
import { lostDeeds } from "./paths/lost-deeds.ts";
import { lostLevel } from "./paths/lost-level.ts";
import { lostOrder } from "./paths/lost-order.ts";
import { lostPairs, otherNetEffects } from "./paths/lost-pairs.ts";
import { lostRetry } from "./paths/lost-retry.ts";
import { lostTests } from "./paths/lost-tests.ts";
import { otherArguments } from "./paths/other-arguments.ts";
import { weakerCalls } from "./paths/weaker-calls.ts";
import { kindsLetThrough } from "./shown/kinds.ts";
import { isShownElsewhere, keptAtReturn, undecided, undone } from "./shown/demands.ts";
import { guarded } from "./steps/guards.ts";
import { hugetlbReads } from "./steps/hugetlb-reads.ts";
import { lostGuards } from "./steps/lost-guards.ts";
import { effectsOf } from "./steps/protections.ts";

/** At one go, or in slices. */
type Comparison = (pair: Pair) => readonly Change[] | Generator<void, readonly Change[]>;

const shown: Comparison = (pair) => [...undecided(pair), ...keptAtReturn(pair), ...kindsLetThrough(pair)];

/** Each list from what is known best to what is known least. */
const eitherWay: readonly Comparison[] = [shown, lostGuards, undone, guarded, hugetlbReads];
const alongPaths: readonly Comparison[] = [weakerCalls, otherArguments, lostTests, bypassedTests, lostLevel, lostPairs, lostDeeds, lostOrder, deadValues, lostRetry];

/** Findings for what went and what came. */
export function changes(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], rulebook: Rulebook, touched: Touched, pool: Pool = newPool()): Finding[] {
  return atOnce(changing(pre, post, rulebook, touched, pool));
}

/** The same function by function. */
export function* changing(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], rulebook: Rulebook, touched: Touched, pool: Pool): Generator<void, Finding[]> {
  const found: Finding[] = [];
  for (const [lost, won] of pairsOf(pre, post, rulebook, touched, pool)) {
    yield;
    if (!isAfforded(lost)) continue;
    const broken = [...lost.from.obligations, ...lost.to.obligations].flatMap((o) => (o.outcome === "violated" ? [o.rule] : []));
    // New code brings its own protections: what comes on paths where nothing came tells of no repair.
    found.push(...(yield* telling(lost, [...(isShownElsewhere(lost) ? [] : eitherWay), ...(lost.whole ? alongPaths : [])], broken)));
    found.push(...(yield* telling(won, eitherWay, broken)));
  }
  return found;
}

/** What a page-table lock keeps, where a comparison knows it from the lock that is held. */
const keptByLocks: readonly RuleId[] = ["entry-lock", "table-free", "stale-read"];
const byLocksHeld: readonly Comparison[] = [shown, lostPairs];

/** `ptl != pml && !spin_trylock(pml)`: where the two are one lock, the caller's lock is the one that the path would have taken. */
function asksWhichLock(fn: FunctionIr, rulebook: Rulebook): boolean {
  const lockOf = (expr: Expr): readonly string[] => (expr.k === "var" && fn.vars.get(expr.name)?.type === "spinlock_t *" ? [expr.name] : []);
  const compared = fn.blocks.flatMap(({ end }) => {
    if (end.k !== "branch" || end.cond.k !== "binary" || !/^[=!]=$/.test(end.cond.op)) return [];
    const locks = [...lockOf(end.cond.left), ...lockOf(end.cond.right)];
    return locks.length === 2 ? locks : [];
  });
  if (compared.length === 0) return false;
  const asked = new Set(compared);
  return namedCallsIn(fn).some((step) => step.args.some((arg) => arg.k === "var" && asked.has(arg.name)) && effectsOf(step, rulebook).some(({ do: what }) => what === "acquire"));
}

/** Whether the pool has room for the two versions; takes it. */
function isAfforded({ from, to, pool }: Pair): boolean {
  const sizes = [from, to].map(({ fn }) => stepsOf(fn).length + fn.blocks.length);
  const pairs = sizes[0]! * sizes[1]!;
  if (pairs > pool.pairs) {
    pool.notCompared.add(to.fn);
    return false;
  }
  pool.pairs -= pairs;
  return true;
}

/** What no longer comes on the paths on which it came. */
export function lostAlongPaths(pair: Pair): Finding[] {
  return pair.whole ? atOnce(telling(pair, alongPaths, [])) : [];
}

/** Of a rule the comparison speaks that knows best, once for a place; none of a rule that is broken in one of the versions. */
function* telling(pair: Pair, comparisons: readonly Comparison[], broken: readonly RuleId[]): Generator<void, Finding[]> {
  const mayBeHeld = asksWhichLock(pair.to.fn, pair.rulebook) && !asksWhichLock(pair.from.fn, pair.rulebook);
  const found: (readonly Change[])[] = [];
  for (const compare of comparisons) {
    const changed = compare(pair);
    const given = mayBeHeld && byLocksHeld.includes(compare) ? keptByLocks : [];
    found.push(("next" in changed ? yield* changed : changed).filter(({ rule }) => !broken.includes(rule) && !given.includes(rule)));
    yield;
  }
  const isAbout = (one: Change, rule: RuleId): boolean => one.rule === rule || one.also === rule;
  const knowsBest = (rule: RuleId): readonly Change[] | undefined => found.find((list) => list.some((one) => isAbout(one, rule) && isSure(one, pair))) ?? found.find((list) => list.some((one) => isAbout(one, rule)));
  const speaks = new Map(Array.from(new Set(found.flat().map(({ rule }) => rule)), (rule) => [rule, knowsBest(rule)]));
  const said = found.flatMap((list) => unique(list.filter(({ rule }) => speaks.get(rule) === list)));
  const last = said.length === 0 && broken.length === 0 && comparisons.includes(lostPairs) ? (yield* otherNetEffects(pair)).slice(0, 1) : [];
  return [...said, ...last].map((change) => toFinding(change, pair));
}

function unique(list: readonly Change[]): Change[] {
  const places = new Set<string>();
  return list.filter(({ rule, loc }) => {
    const place = `${rule} ${loc.line}`;
    return !places.has(place) && places.add(place);
  });
}
