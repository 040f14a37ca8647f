/**
 * Decides a litmus test: counts the consistent executions that satisfy its condition and those that don't, and collects
 * final states and flags, as herd7 does (herd/top_herd.ml).
 */
import { exploring } from "../memory/explore.ts";
import type { FinalState } from "../memory/final-state.ts";
import { compareValues, printValue, type Value } from "../memory/value.ts";
import { holds, observablesOf, printObservable, type Lookup, type Observable, type Proposition } from "./condition.ts";
import type { LitmusOptions } from "./options.ts";
import type { LitmusTest } from "./parse.ts";

export interface Judgement {
  readonly positive: number;
  readonly negative: number;
  readonly states: readonly string[];
  readonly flags: readonly string[];
  /** Executions were left out in which a loop goes round more often than allowed. */
  readonly cut: boolean;
  /** False: the bound was reached. Executions that decide the verdict are still counted exactly when `decided`. */
  readonly complete: boolean;
  readonly decided: boolean;
  readonly steps: number;
}

/** In slices. Throws UnsupportedProgram. */
export function* judge(test: LitmusTest, options: Required<LitmusOptions>): Generator<void, Judgement> {
  const all = yield* tally(test, options, null);
  if (all.complete) return all;
  const { quantifier, proposition } = test.question;
  const deciding: Proposition = quantifier === "forall" ? { k: "not", of: proposition } : proposition;
  const guided = yield* tally(test, options, deciding);
  return {
    ...all,
    positive: quantifier === "forall" ? all.positive : guided.positive,
    negative: quantifier === "forall" ? guided.negative : all.negative,
    states: Array.from(new Set([...all.states, ...guided.states])),
    flags: Array.from(new Set([...all.flags, ...guided.flags])).toSorted(),
    decided: guided.complete || (quantifier === "forall" ? guided.negative > 0 : guided.positive > 0),
    steps: all.steps + guided.steps,
  };
}

/** Explores; with `only`, looks at the executions that satisfy it and nothing else. */
function* tally(test: LitmusTest, options: Required<LitmusOptions>, only: Proposition | null): Generator<void, Judgement> {
  const { question } = test;
  const shown = displayed(test);
  const states = new Map<string, readonly Value[]>();
  const flags = new Set<string>();
  let positive = 0;
  let negative = 0;
  const needed = [question.filter, only].filter((each) => each !== null);
  const result = yield* exploring(test.program, {
    ...options,
    folded: true,
    observed: new Set(shown.flatMap((each) => (each.k === "location" ? [each.name] : []))),
    ...(needed.length > 0 && { isOfInterest: (soFar) => needed.every((each) => holds(each, lookupIn(soFar)) !== false) }),
    found: (execution) => {
      const lookup: Lookup = (observable) => lookupIn(execution)(observable) ?? unsettled;
      if (needed.some((each) => !holds(each, lookup))) return;
      if (holds(question.proposition, lookup)) positive++;
      else negative++;
      for (const flag of execution.flags) flags.add(flag);
      const values = shown.map((each) => lookup(each)!);
      states.set(values.map((value) => (typeof value === "string" ? `&${value}` : `${value}`)).join(), values);
    },
  });
  const sorted = Array.from(states.values()).toSorted(compareStates);
  return {
    positive, negative,
    states: sorted.map((values) => values.map((value, i) => `${printObservable(shown[i]!)}=${shownValue(test, shown[i]!, value)};`).join(" ")),
    flags: Array.from(flags).toSorted(),
    cut: result.cut, complete: result.complete, decided: result.complete, steps: result.steps,
  };
}

/** How herd7 shows a value that no equation settles. */
const unsettled: Value = "S";

export function lookupIn(state: FinalState): Lookup {
  return (observable) => {
    return observable.k === "location" ? state.location(observable.name) : state.register(observable.thread, observable.name);
  };
}

function shownValue(test: LitmusTest, observable: Observable, value: Value): string {
  const bits = test.unsigned.get(observable.k === "location" ? observable.name : printObservable(observable));
  return typeof value === "bigint" && bits !== undefined ? String(BigInt.asUintN(bits, value)) : printValue(value);
}

/** What a state shows: everything in the condition and in `locations`; registers by thread and name, then locations. */
function displayed(test: LitmusTest): readonly Observable[] {
  const { question } = test;
  const found = new Map<string, Observable>();
  for (const each of [...question.locations, ...observablesOf(question.proposition)]) found.set(printObservable(each), each);
  return Array.from(found.values()).toSorted(compareObservables);
}

function compareObservables(a: Observable, b: Observable): number {
  if (a.k === "register" && b.k === "register" && a.thread !== b.thread) return a.thread - b.thread;
  if (a.k !== b.k) return a.k === "register" ? -1 : 1;
  return Number(a.name > b.name) - Number(a.name < b.name);
}

function compareStates(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = Number(b[i] === unsettled) - Number(a[i] === unsettled) || compareValues(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}
