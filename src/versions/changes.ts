/**
 * What a patch takes away from functions that stand in both versions, or supplies. That something stood there shows that it
 * was meant, so a change can be asked what code as it stands can't. Three kinds of readings are compared: what the rules
 * showed of a version (shown/), what its steps do, which needs no paths and so holds between hunks (steps/), and what
 * comes on which of its paths, where all of it is in view (paths/).
 */
import type { FunctionCheck } from "../check/index.ts";
import type { Finding, RuleId } from "../core/finding.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { type Change, toFinding } from "./change.ts";
import { type Pair, pairsOf, type Touched } from "./pair.ts";
import { lostDeeds } from "./paths/lost-deeds.ts";
import { lostLevel } from "./paths/lost-level.ts";
import { lostOrder } from "./paths/lost-order.ts";
import { lostPairs, otherNetEffects } from "./paths/lost-pairs.ts";
import { lostRetry } from "./paths/lost-retry.ts";
import { lostTests } from "./paths/lost-tests.ts";
import { kindsLetThrough } from "./shown/kinds.ts";
import { isShownElsewhere, keptAtReturn, undecided, undone } from "./shown/demands.ts";
import { lostGuards } from "./steps/lost-guards.ts";
import { guarded } from "./steps/guards.ts";

type Comparison = (pair: Pair) => readonly Change[];

const shown: Comparison = (pair) => [...undecided(pair), ...keptAtReturn(pair), ...kindsLetThrough(pair)];

/** Each list from what is known best to what is known least. */
const eitherWay: readonly Comparison[] = [shown, lostGuards, undone, guarded];
const alongPaths: readonly Comparison[] = [lostTests, lostLevel, lostPairs, lostDeeds, lostOrder, lostRetry];

/** Findings for what went and what came. */
export function changes(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], rulebook: Rulebook, touched: Touched): Finding[] {
  return pairsOf(pre, post, rulebook, touched).flatMap(([lost, won]) => {
    const broken = [...lost.from.obligations, ...lost.to.obligations].flatMap((o) => (o.outcome === "violated" ? [o.rule] : []));
    const byVersion = isShownElsewhere(lost) ? [] : told(lost, eitherWay, broken);
    return [
      ...byVersion,
      ...lostAlongPaths(lost, [...broken, ...byVersion.map((finding) => finding.rule)]),
      // New code brings its own protections: what comes on paths where nothing came tells of no repair.
      ...told(won, eitherWay, broken),
    ];
  });
}

/** What no longer comes on the paths on which it came; nothing of rules that are `spoken` of. */
export function lostAlongPaths(pair: Pair, spoken: readonly RuleId[]): Finding[] {
  if (!pair.whole) return [];
  const found = told(pair, alongPaths, spoken);
  return found.length === 0 && spoken.length === 0 ? told(pair, [otherNetEffects], []).slice(0, 1) : found;
}

/** Of a rule only the first comparison speaks that finds something, once for a place. */
function told(pair: Pair, comparisons: readonly Comparison[], spokenOf: readonly RuleId[]): Finding[] {
  const spoken = new Set(spokenOf);
  return comparisons.flatMap((compare) => {
    const places = new Set<string>();
    const news = compare(pair).filter(({ rule, loc }) => !spoken.has(rule) && !places.has(`${rule} ${loc.line}`) && Boolean(places.add(`${rule} ${loc.line}`)));
    for (const { rule, also } of news) for (const one of [rule, also ?? rule]) spoken.add(one);
    return news.map((change) => toFinding(change, pair));
  });
}
