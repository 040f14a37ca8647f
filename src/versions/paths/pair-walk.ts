/**
 * What a function takes and gives back (pairs.ts), and what it holds at each of its calls, counted along its paths: the
 * net effect of a version, for comparison with another. Paths are told apart by conditions that are asked twice, by
 * flags, and by the results of calls that may fail; which lock of a family is meant does not matter here.
 */
import { definedBy, printExpr, stepsOf, walkExpr } from "../../c/index.ts";
import type { CallStep, Expr, FunctionIr, Step, Terminator } from "../../c/ir.ts";
import type { Pool } from "../../check/index.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { memoByObject, memoOfLast } from "../../util/memo.ts";
import { pairSteps, type PairStep } from "./pairs.ts";
import { namesIn, textsOfTemporaries } from "./names.ts";

export interface Books {
  /** By family, the different net effects at returns, with the number of the return statement and what it returns: "0 1 -ENOMEM". */
  readonly exits: ReadonlyMap<string, ReadonlySet<string>>;
  readonly returns: number;
  /** Text of a call -> what is held there on every path: "mmap_lock read"; what is held for writing counts as both. */
  readonly atCalls: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same of each call by itself. */
  readonly atEach: ReadonlyMap<CallStep, ReadonlySet<string>>;
  /** Every path was followed. */
  readonly complete: boolean;
  /** The steps that take and give back, in order. */
  readonly steps: readonly (PairStep & { readonly call: CallStep })[];
}

interface State {
  /** "mmap read" -> how many are held of those taken here, negative for the caller's. */
  readonly net: ReadonlyMap<string, number>;
  /** Known truths of conditions and variables. */
  readonly truths: ReadonlyMap<string, boolean>;
  /** The constant that the variable which is returned was set to last, "" for others. */
  readonly result: string;
}

const mostStates = 96;
const mostCount = 3;
/** Characters of states, and steps on paths at the price of so many: the largest functions of mm/, fs/ and kernel/ come to 3 million. */
const mostWork = 10_000_000;
const workOfStep = 16;

const known = new WeakMap<FunctionIr, Books>();

/** In slices: the states of the largest function that is followed to its bound take seconds. */
export function* computingBooks(fn: FunctionIr, rulebook: Rulebook, pool: Pool): Generator<void, Books> {
  const before = known.get(fn);
  if (before) return before;
  const found = yield* compute(fn, rulebook, pool);
  known.set(fn, found);
  return found;
}

/** Steps of a function that take and give back. */
export function pairStepsIn(fn: FunctionIr, rulebook: Rulebook): Books["steps"] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" ? pairSteps(step, rulebook).map((pair) => ({ ...pair, call: step })) : []));
}

function* compute(fn: FunctionIr, rulebook: Rulebook, pool: Pool): Generator<void, Books> {
  const texts = textsOfTemporaries(fn);
  const asked = askedOften(fn, texts);
  const tested = namesTested(fn);
  const states = new Map<number, Map<string, State>>();
  const pending = new Set<string>();
  const returned = new Set(fn.blocks.flatMap(({ end }) => (end.k === "return" && end.value?.k === "var" ? [end.value.name] : [])));
  const statements = fn.blocks.filter(({ end }) => end.k === "return").toSorted((a, b) => lineOf(a) - lineOf(b)).map(({ id }) => id);
  const returns: { readonly net: ReadonlyMap<string, number>; readonly value: string }[] = [];
  const atCalls = new Map<string, ReadonlySet<string>>();
  const atEach = new Map<CallStep, ReadonlySet<string>>();
  // Each step is met by each state that comes by.
  const pairsOf = memoByObject((step: CallStep) => pairSteps(step, rulebook).map((pair) => (pair.isSure === true && !tested.has(step.dst ?? "") ? alwaysDone(pair) : pair)));
  let work = 0;
  const most = Math.min(mostWork, pool.ways);
  const arrive = (block: number, state: State): void => {
    const here = states.get(block) ?? new Map<string, State>();
    states.set(block, here);
    const kept = here.size < mostStates ? state : { ...state, truths: new Map<string, boolean>() };
    const key = `${kept.result}${textOfNet(kept.net)}${textOfTruths(kept.truths)}`;
    work += key.length;
    if (here.has(key) || here.size >= 2 * mostStates) return;
    here.set(key, kept);
    pending.add(`${block} ${key}`);
  };
  arrive(0, { net: new Map(), truths: new Map(), result: "" });
  for (const item of pending) {
    if (work > most) break;
    yield;
    pending.delete(item);
    const id = Number(item.slice(0, item.indexOf(" ")));
    let paths = [states.get(id)!.get(item.slice(item.indexOf(" ") + 1))!];
    for (const step of fn.blocks[id]!.steps) {
      if (step.op === "call") {
        for (const { net } of paths) {
          const held = heldIn(net);
          noteHeld(atCalls, step.text, held);
          noteHeld(atEach, step, held);
        }
      }
      const pairs = step.op === "call" ? pairsOf(step) : [];
      paths = paths.flatMap((path) => after(step, path, pairs, asked, returned));
      work += workOfStep * paths.length;
      if (work > most) break;
    }
    for (const path of paths) {
      const { end } = fn.blocks[id]!;
      if (end.k === "return") returns.push({ net: path.net, value: `${statements.indexOf(id)} ${valueOf(end.value, path, texts)}` });
      for (const [to, next] of onward(end, path, texts, asked)) arrive(to, next);
    }
  }
  pool.ways -= work;
  return { exits: exitsOf(returns), returns: statements.length, atCalls, atEach, complete: work <= most, steps: pairStepsIn(fn, rulebook) };
}

/** Part of a state's name; a state has most of what the one before it had. */
const textOfNet = memoOfLast((net: State["net"]) => sorted(Array.from(net, ([name, count]) => `|${name} ${count}`)));
const textOfTruths = memoOfLast((truths: State["truths"]) => sorted(Array.from(truths, ([name, truth]) => `|${name} ${truth}`)));

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join("");
}

/** What it does on success it always does where it cannot fail, unless the code says what it does if it did. */
function alwaysDone({ when: _when, ...always }: PairStep): PairStep {
  return always;
}

/** Variables that a branch asks, and temporaries that are put into one. */
function namesTested(fn: FunctionIr): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { end } of fn.blocks) if (end.k === "branch") walkExpr(end.cond, (expr) => (expr.k === "var" ? names.add(expr.name) : null));
  for (const step of stepsOf(fn)) if (step.op === "assign" && step.value?.k === "var" && names.has(definedBy(step) ?? "")) names.add(step.value.name);
  return names;
}

function lineOf({ end }: FunctionIr["blocks"][number]): number {
  return end.k === "return" ? end.loc.line : 0;
}

function valueOf(value: Expr | null, { result }: State, texts: ReadonlyMap<string, string>): string {
  if (value === null) return "";
  return value.k === "var" && !value.name.startsWith("%") ? result : textOf(value, texts);
}

/** `pairs`: what the step takes and gives back. */
function after(step: Step, state: State, pairs: readonly PairStep[], asked: ReadonlySet<string>, returned: ReadonlySet<string>): State[] {
  const name = definedBy(step);
  const base = name === null ? state : { ...state, truths: forgetting(name, state.truths), result: returned.has(name) ? "" : state.result };
  if (step.op === "assign" && step.value !== null && name !== null) {
    const truth = step.value.k === "num" ? step.value.value !== 0n : step.value.k === "var" ? base.truths.get(step.value.name) : undefined;
    const result = returned.has(name) && isConstant(step.value) ? printExpr(step.value) : base.result;
    return [{ ...base, result, ...(truth !== undefined && asked.has(name) && { truths: new Map(base.truths).set(name, truth) }) }];
  }
  if (step.op !== "call" || pairs.length === 0) return [base];
  const forks = pairs.some((pair) => pair.when !== undefined);
  return (forks ? (["nonzero", "zero"] as const) : [null]).map((on) => {
    const net = pairs.filter((pair) => pair.when === undefined || pair.when === on).reduce(add, base.net);
    return { ...base, net, truths: on === null || step.dst === null ? base.truths : new Map(base.truths).set(step.dst, on === "nonzero") };
  });
}

function isConstant(expr: Expr): boolean {
  return expr.k === "num" || expr.k === "global" || (expr.k === "unary" && isConstant(expr.arg));
}

/** A release ends a lock of either mode; where none is held, it was the caller's. */
function add(net: ReadonlyMap<string, number>, { family, by, mode }: PairStep): ReadonlyMap<string, number> {
  const key = by > 0 ? `${family} ${mode}` : ([`${family} write`, `${family} read`].find((k) => (net.get(k) ?? 0) > 0) ?? `${family} read`);
  const count = (net.get(key) ?? 0) + by;
  const next = new Map(net);
  if (count === 0) next.delete(key);
  else if (Math.abs(count) <= mostCount) next.set(key, count);
  return next;
}

function forgetting(name: string, truths: ReadonlyMap<string, boolean>): ReadonlyMap<string, boolean> {
  const stale = Array.from(truths.keys()).filter((key) => key === name || (!key.startsWith("%") && key.includes(name) && namesIn(key).has(name)));
  if (stale.length === 0) return truths;
  const left = new Map(truths);
  for (const key of stale) left.delete(key);
  return left;
}

function onward(end: Terminator, state: State, texts: ReadonlyMap<string, string>, asked: ReadonlySet<string>): [number, State][] {
  switch (end.k) {
    case "goto":
      return [[end.to, state]];
    case "switch":
      return [...end.cases.map((c): [number, State] => [c.to, state]), [end.otherwise, state]];
    case "branch": {
      const { subject, negated } = subjectOf(end.cond);
      const key = asked.has(subject) || state.truths.has(subject) ? subject : textOf(end.cond, texts);
      const known = end.cond.k === "num" ? end.cond.value !== 0n : state.truths.get(key);
      const flips = key === subject && negated;
      return [true, false].flatMap((truth): [number, State][] => {
        const shown = flips ? !truth : truth;
        if (known !== undefined && known !== (end.cond.k === "num" ? truth : shown)) return [];
        return [[truth ? end.yes : end.no, asked.has(key) ? { ...state, truths: new Map(state.truths).set(key, shown) } : state]];
      });
    }
    case "return":
    case "stop":
    case "lost":
      return [];
  }
}

/** `x`, `x == 0`, `x != 0` all ask about x. */
function subjectOf(cond: Expr): { readonly subject: string; readonly negated: boolean } {
  if (cond.k === "var") return { subject: cond.name, negated: false };
  const isZero = cond.k === "binary" && ((cond.right.k === "num" && cond.right.value === 0n) || (cond.right.k === "global" && cond.right.name === "NULL"));
  if (isZero && cond.left.k === "var" && (cond.op === "==" || cond.op === "!=")) return { subject: cond.left.name, negated: cond.op === "==" };
  return { subject: "", negated: false };
}

function textOf(cond: Expr, texts: ReadonlyMap<string, string>): string {
  return printExpr(cond).replace(/%\d+/g, (name) => texts.get(name) ?? name);
}

/** Conditions that more than one branch asks, and variables that are asked for being zero. */
function askedOften(fn: FunctionIr, texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const often = new Set<string>();
  for (const { end } of fn.blocks) {
    if (end.k !== "branch") continue;
    const key = textOf(end.cond, texts);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const { subject } = subjectOf(end.cond);
    if (subject !== "" && !subject.startsWith("%")) often.add(subject);
  }
  for (const [key, count] of counts) if (count > 1) often.add(key);
  return often;
}

function heldIn(net: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set(Array.from(net).flatMap(([key, count]) => (count <= 0 ? [] : key.endsWith(" write") ? [key, key.replace(/write$/, "read")] : [key])));
}

function noteHeld<Key>(at: Map<Key, ReadonlySet<string>>, key: Key, held: ReadonlySet<string>): void {
  const before = at.get(key);
  at.set(key, before === undefined ? held : new Set(Array.from(before).filter((name) => held.has(name))));
}

/** The sums of all returns, family by family: 0 where a return leaves a family as it was. */
function exitsOf(returns: readonly { readonly net: ReadonlyMap<string, number>; readonly value: string }[]): ReadonlyMap<string, ReadonlySet<string>> {
  const sums = returns.map(({ net, value }) => {
    const sum = new Map<string, number>();
    for (const [key, count] of net) {
      const family = key.slice(0, key.lastIndexOf(" "));
      sum.set(family, (sum.get(family) ?? 0) + count);
    }
    return { sum, value };
  });
  const families = new Set(sums.flatMap(({ sum }) => Array.from(sum.keys())));
  return new Map(Array.from(families, (family) => [family, new Set(sums.map(({ sum, value }) => `${sum.get(family) ?? 0} ${value}`))] as const));
}
