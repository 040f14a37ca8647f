/**
 * One function in two versions: `from` has what `to` may lack. Read forwards (from the version before the patch) what is
 * missing was lost, read backwards it was won. The comparisons of this folder are handed pairs and know no more of a patch.
 */
import { calleesOf, isWhole, stepsOf } from "../c/index.ts";
import type { FunctionIr, Step } from "../c/ir.ts";
import { type FunctionCheck, newPool, type Pool } from "../check/index.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject } from "../util/memo.ts";
import { renamedIn } from "./renamed.ts";
import { type Measure, TouchedFunctions } from "./touched-functions.ts";

/** What a patch touches in a file. */
export interface Touched {
  /** Functions in whose lines it adds or removes any, by their names in either version. */
  readonly names: ReadonlySet<string>;
  /** Lines that it takes away and adds. */
  readonly pre: ReadonlySet<number>;
  readonly post: ReadonlySet<number>;
  /** What it touches in all of its files, where there are others. */
  readonly everywhere?: () => Both<TouchedFunctions>;
}

/** Something of the version that has it and of the one that lacks it. */
export interface Both<T> {
  readonly from: T;
  readonly to: T;
}

export interface Pair extends Both<FunctionCheck> {
  readonly direction: "lost" | "won";
  /** All of the function is in view in both versions. */
  readonly whole: boolean;
  /** And the checks of both followed all of its paths. */
  readonly judged: boolean;
  readonly rulebook: Rulebook;
  /** What is left for all pairs of the patch. */
  readonly pool: Pool;
  /** All functions that the patch touches. */
  readonly touched: Both<TouchedFunctions>;
  /** Those of all files. */
  readonly everywhere: () => Both<TouchedFunctions>;
  /** Lines of `to` that the patch wrote. */
  readonly written: ReadonlySet<number>;
}

/** Each function that stands in both versions, read forwards and backwards. */
export function pairsOf(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], rulebook: Rulebook, touched: Touched, pool: Pool = newPool()): readonly (readonly [lost: Pair, won: Pair])[] {
  const renamed = renamedIn(pre, post);
  const [old, now] = [pre, post].map((checks) => new TouchedFunctions(checks.filter(({ fn }) => touched.names.has(fn.name)), rulebook)) as [TouchedFunctions, TouchedFunctions];
  const olds = tally(pre, ({ fn }) => fn.name);
  const met = new Map<string, number>();
  const everywhere = touched.everywhere ?? ((): Both<TouchedFunctions> => ({ from: old, to: now }));
  const backwards = (): Both<TouchedFunctions> => ({ from: everywhere().to, to: everywhere().from });
  return post.flatMap((after) => {
    // Variants of one function (#ifdef, #else) go by their order.
    const number = met.get(after.fn.name) ?? 0;
    met.set(after.fn.name, number + 1);
    const before = olds.get(renamed.get(after.fn.name) ?? after.fn.name)?.[number];
    if (before === undefined) return [];
    const whole = isWhole(before.fn) && isWhole(after.fn);
    const common = { whole, judged: whole && before.limit === "" && after.limit === "", rulebook, pool };
    return [[
      { ...common, from: before, to: after, direction: "lost", touched: { from: old, to: now }, everywhere, written: touched.post },
      { ...common, from: after, to: before, direction: "won", touched: { from: now, to: old }, everywhere: backwards, written: touched.pre },
    ] as const];
  });
}

/** Functions without a contract that `to` calls, `from` does not, and that are handed something to work on: what went may be in there. */
export function newHelpers({ from, to, rulebook }: Pair): ReadonlySet<string> {
  const known = new Set(calleesOf(from.fn));
  const isHanded = (step: Step): boolean => step.op === "call" && step.args.some((arg) => arg.k !== "global" && arg.k !== "num" && arg.k !== "str");
  return new Set(stepsOf(to.fn).flatMap((step) => (step.op === "call" && step.callee !== null && !known.has(step.callee) && isHanded(step) && !rulebook.contract(step.callee) ? [step.callee] : [])));
}

/** Whether the other functions that the patch touches do more of something in `to`: it was moved there. */
export function moreElsewhere({ touched, from, to }: Pair, measure: Measure, key: string): boolean {
  return touched.to.beside(to, measure, key) > touched.from.beside(from, measure, key);
}

/** Whether another function that stands in both versions, in whichever file of the patch, does more of something in `to`, and has to do with this one. */
export function moreInPatch({ everywhere, to, direction }: Pair, measure: Measure, key: string): boolean {
  const touched = everywhere();
  // What a patch has more of in all was not only moved.
  if (direction === "won" && touched.from.all(measure, key) > touched.to.all(measure, key)) return false;
  return touched.to.isGainedBeside(to, touched.from, measure, key);
}

/** Whether a caller of this function does more of something in `to`: what is done around the call holds for all that this one does. */
export function moreAround({ everywhere, to }: Pair, measure: Measure, key: string): boolean {
  const touched = everywhere();
  return touched.to.isGainedAround(to, touched.from, measure, key);
}

/** Whether a function that `to` calls does more of something there: what this one leaves off goes on below it. */
export function moreBelow({ touched, to }: Pair, measure: Measure, key: string): boolean {
  const gaining = touched.to.gainingOn(touched.from, measure, key);
  return calleesOf(to.fn).some((name) => name !== to.fn.name && gaining.has(name));
}

/** Calls from one function to the next that are followed. */
const deepest = 4;

/** Functions of the patch's files, as far as it touches them, that `to` comes to by calls. */
export function touchedBelow({ everywhere, to }: Pair): FunctionIr[] {
  const touched = everywhere().to;
  const found = new Set<FunctionIr>([to.fn]);
  let level = [to.fn];
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const names = new Set(level.flatMap((fn) => calleesOf(fn)));
    level = Array.from(names).flatMap((name) => touched.named(name).map((check) => check.fn)).filter((fn) => !found.has(fn));
    for (const fn of level) found.add(fn);
  }
  found.delete(to.fn);
  return Array.from(found);
}

/** The same of anything that is measured. */
export function moreOfAnyElsewhere(pair: Pair, measure: Measure): boolean {
  return pair.touched.to.keys(measure).some((key) => moreElsewhere(pair, measure, key));
}

const mostDeleted = 4;

/** How many calls the patch deletes, where it does nothing else: no new call, and none in another place. Each change of the function asks. */
export const deletedCalls: (pair: Pair) => number | null = memoByObject(({ from, to }) => {
  const [before, after] = [callTexts(from.fn), callTexts(to.fn)];
  let next = 0;
  for (const text of after) {
    next = before.indexOf(text, next) + 1;
    if (next === 0) return null;
  }
  return before.length - after.length;
});

/** The patch deletes a few calls of the function or jumps, and puts nothing there. */
export function onlyDeletes(pair: Pair): boolean {
  const deleted = deletedCalls(pair);
  return deleted !== null && deleted <= mostDeleted;
}

function callTexts(fn: FunctionIr): string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" ? [step.text] : []));
}

/** Items by key. */
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
