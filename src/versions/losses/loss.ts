/** What a patch takes from a function without putting anything in its place: the words that the comparisons of this folder share. */
import type { FunctionIr, Loc, Step } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import { calleesOf, stepsOf } from "../../c/index.ts";
import type { FunctionCheck } from "../../check/index.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";

export interface Loss {
  readonly rule: RuleId;
  /** Place in the post-image. */
  readonly loc: Loc;
  /** Stable short name of what went. */
  readonly what: string;
  readonly message: string;
  /** What went may stand elsewhere, or may have been superfluous: worth a look only. */
  readonly weak: boolean;
  /** Follows from anything else that is found in the function: not said beside it. */
  readonly lastResort?: boolean;
}

/** One function before and after a patch, and what else the patch does. */
export interface Pair {
  readonly before: FunctionCheck;
  readonly after: FunctionCheck;
  readonly rulebook: Rulebook;
  /** The other functions of the file that the patch touches. */
  readonly others: { readonly before: readonly FunctionIr[]; readonly after: readonly FunctionIr[] };
}

/** How often each key occurs. */
export function tally<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** What `from` has more of than `to`, by key. */
export function surplus<T>(from: readonly T[], to: readonly T[], keyOf: (item: T) => string): T[] {
  const left = tally(to, keyOf);
  return from.filter((item) => left.get(keyOf(item))?.pop() === undefined);
}

/** Functions without a contract that are called now, were not before, and are handed something to work on: what went may be in there. */
export function newHelpers({ before, after, rulebook }: Pair): Set<string> {
  const known = new Set(calleesOf(before.fn));
  const isHanded = (step: Step): boolean => step.op === "call" && step.args.some((arg) => arg.k !== "global" && arg.k !== "num" && arg.k !== "str");
  return new Set(stepsOf(after.fn).flatMap((step) => (step.op === "call" && step.callee !== null && !known.has(step.callee) && isHanded(step) && !rulebook.contract(step.callee) ? [step.callee] : [])));
}

/** Whether the other functions that the patch touches do more of something than before. */
export function moreElsewhere({ others }: Pair, countIn: (fn: FunctionIr) => number): boolean {
  const sum = (functions: readonly FunctionIr[]): number => functions.reduce((total, fn) => total + countIn(fn), 0);
  return sum(others.after) > sum(others.before);
}
