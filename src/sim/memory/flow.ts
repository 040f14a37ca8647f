/**
 * Where a value comes from, as herd7 counts dependencies (herd/CSem.ml, event.ml, modelUtils.ml).
 *
 * Address and data dependencies follow values through registers, syntactically: `r1 ^ r1` still depends on r1. Control
 * dependencies reach the statements inside the branches of an `if` or the rounds of a `while`, not what follows, and
 * pass on to later conditions through registers that were set inside.
 */
import type { Term } from "./term.ts";

type Numbers = readonly number[];

/** The value of a register and what it depends on. */
export interface RegisterState {
  readonly term: Term;
  /** Reads whose value was computed with. */
  readonly sources: Numbers;
  /** Reads that decided whether it was set, seen by conditions only. */
  readonly taint: Numbers;
}

/** The result of evaluating an expression. */
export interface Flow extends RegisterState {
  /** Reads that the evaluation did itself. */
  readonly loads: Numbers;
  /** Sources and taint of the registers that it looked at, also those of addresses. */
  readonly looked: Numbers;
  /** Events of this statement that come before the result in program order. */
  readonly before: Numbers;
}

/** The conditions around a statement. */
export interface Control {
  /** Reads that everything inside has a control dependency on. */
  readonly from: Numbers;
  /** Those of them that taint registers set inside. */
  readonly through: Numbers;
}

export const noControl: Control = { from: [], through: [] };

export function constantFlow(term: Term): Flow {
  return { term, sources: [], taint: [], loads: [], looked: [], before: [] };
}

export function registerFlow(state: RegisterState): Flow {
  const { term, sources, taint } = state;
  return { term, sources, taint, loads: [], looked: merge(sources, taint), before: [] };
}

/** The union, in ascending order. */
export function merge(...lists: readonly Numbers[]): Numbers {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length <= 1) return filled[0] ?? [];
  return Array.from(new Set(filled.flat())).toSorted((a, b) => a - b);
}

/** A value computed from several others, without events of its own. */
export function joinFlows(term: Term, ...flows: readonly Flow[]): Flow {
  return {
    term,
    sources: merge(...flows.map((f) => f.sources)),
    taint: merge(...flows.map((f) => f.taint)),
    loads: merge(...flows.map((f) => f.loads)),
    looked: merge(...flows.map((f) => f.looked)),
    before: merge(...flows.map((f) => f.before)),
  };
}

/** The control of a branch on `condition`, inside `outer`. */
export function enter(outer: Control, condition: Flow): Control {
  return {
    from: merge(outer.from, condition.loads, condition.looked),
    through: merge(outer.through, condition.looked),
  };
}
