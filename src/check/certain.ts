/**
 * Which findings of a function are confirmed: those that need no other CPU, in a function that is wholly in view, and that one way through it
 * comes to which is followed by itself and does not contradict itself (lone-way.ts). What unseen code may have changed is no finding in the first place.
 */
import { isWhole } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { RuleId } from "../core/finding.ts";
import { exploring, type Surroundings } from "./explore.ts";
import type { Facts } from "./facts.ts";
import type { Rule } from "./model.ts";
import { type Judged, obligationKey } from "./worst.ts";

/** Rules of what a function does alone: locks and mappings that it keeps or gives back twice, results that it does not look at. */
const alone: ReadonlySet<RuleId> = new Set<RuleId>(["lock-balance", "map-balance", "map-failure"]);

/** What the ways of one function may take; most are found in some hundred steps. It never takes more than a quarter of what is left for all. */
const mostSteps = 10_000;
const mostCarried = 400_000;

/** Obligations (obligationKey()) whose violation is confirmed. `entry` is what is known where the function starts. */
export function* confirming(fn: FunctionIr, entry: Facts, judged: readonly Judged[], around: Surroundings): Generator<void, ReadonlySet<string>> {
  const open = new Map(judged.flatMap((j) => (mayBeConfirmed(j) ? [[obligationKey(j), j] as const] : [])));
  const confirmed = new Set<string>();
  if (open.size === 0 || !isWhole(fn)) return confirmed;
  const lines = new Set(Array.from(open.values(), ({ site }) => site.loc.line));
  const found = (seen: Judged): void => {
    const key = obligationKey(seen);
    if (seen.judgement.outcome === "violated" && open.delete(key)) confirmed.add(key);
  };
  const { pool } = around;
  const share = { ...pool, steps: Math.min(mostSteps, pool.steps / 4), carried: Math.min(mostCarried, pool.carried / 4) };
  const given = { ...share };
  yield* exploring(fn, entry, { ...around, pool: share, rules: around.rules.filter(isAlone) }, { alone: lines, isDone: () => open.size === 0, seen: found });
  pool.steps -= given.steps - share.steps;
  pool.carried -= given.carried - share.carried;
  return confirmed;
}

function isAlone(rule: Rule): boolean {
  return alone.has(rule.id);
}

function mayBeConfirmed({ judgement }: Judged): boolean {
  return judgement.outcome === "violated" && judgement.certain === true && judgement.quiet === undefined && alone.has(judgement.rule);
}
