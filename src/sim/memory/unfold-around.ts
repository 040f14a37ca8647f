/** What the parts of unfolding an expression share. */
import { joinFlows, merge, type Control, type Flow } from "./flow.ts";
import type { Expression } from "./program.ts";
import type { Recorder } from "./recorder.ts";
import type { Term } from "./term.ts";

export type Then = (flow: Flow) => void;

/** Evaluates an expression under `control`, then runs `then` with each outcome. */
export type Evaluate = (expression: Expression, control: Control, then: Then) => void;

export interface Around {
  readonly recorder: Recorder;
  readonly evaluate: Evaluate;
  readonly control: Control;
}

/** The flow of `term` when it comes out of event `number`, which came after `flow`. */
export function result(term: Term, sources: readonly number[], number: number, ...operands: readonly Flow[]): Flow {
  const joined = joinFlows(term, ...operands);
  return { ...joined, sources, taint: [], loads: merge(joined.loads, [number]), before: merge(operands[0]!.before, [number]) };
}
