/** The results of `mmreview sim` (schemas/sim-1.json) and `mmreview matrix`. */
import type { RuleId, Trace } from "./finding.ts";

export interface ScenarioResult {
  readonly path: string;
  readonly name: string;
  readonly verdict: "violated" | "holds" | "not-modelled";
  /** Why not modelled; "" otherwise. */
  readonly reason: string;
  /** Most states that may be visited, and whether the search stopped there before it was complete. */
  readonly bound: number;
  readonly bounded: boolean;
  readonly states: number;
  readonly executions: number;
  readonly elapsedMs: number;
  /** The broken property in words and the rule that it is reported under; null when none is broken. */
  readonly property: string | null;
  readonly rule: RuleId | null;
  readonly trace: Trace | null;
  /** The question as a litmus test, whose answer herd7 shares; absent unless the scenario ran under the kernel's memory model. */
  readonly litmus?: string;
}

/** What keeps a scenario, or a file, from being run: 1-based line and column. */
export interface SimProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface SimReport {
  readonly schema: "mmreview/sim@1";
  readonly tool: { readonly name: "mmreview"; readonly version: string };
  readonly scenarios: readonly ScenarioResult[];
  /** Absent when there is none. */
  readonly problems?: readonly SimProblem[];
}

/** One cell: does the operation hold in the lock context, against every actor of the era? */
export interface MatrixCell {
  readonly context: string;
  readonly operation: string;
  readonly verdict: "safe" | "unsafe" | "not-modelled";
  /** The actor and property that break it; "" when safe. */
  readonly because: string;
}

export interface MatrixReport {
  readonly schema: "mmreview/matrix@1";
  readonly tool: { readonly name: "mmreview"; readonly version: string };
  readonly kernel: { readonly version: string; readonly from: string };
  readonly contexts: readonly string[];
  readonly operations: readonly string[];
  readonly cells: readonly MatrixCell[];
}
