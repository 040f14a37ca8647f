/** The interface between the search for executions and a memory model. */
import type { Graph } from "./graph.ts";
import type { Relation } from "./relation.ts";
import type { Value } from "./value.ts";

/**
 * What is known of an execution. While it is `partial`, relations hold what is certain and only grow, locations of
 * events may be undefined; a model may then reject it, but only for what more knowledge can't mend.
 */
export interface Knowledge {
  readonly rf: Relation;
  readonly co: Relation;
  readonly fr: Relation;
  /** Per event; undefined for fences, and while open. */
  readonly locations: readonly (Value | undefined)[];
  /** What an event reads or writes; undefined while open. */
  readonly valueOf: (event: number) => Value | undefined;
}

/** Decides executions of one graph. Coherence and atomicity of read-modify-writes hold already when it is asked. */
export interface Checker {
  /** False when no execution with this knowledge is consistent. */
  possible(known: Knowledge): boolean;
  /** The flags of a complete execution, for instance "data-race"; null when it is not consistent. */
  flags(known: Knowledge): readonly string[] | null;
  /** Why a complete execution is not consistent: the axiom and the events of its cycle; null when it is. */
  objection(known: Knowledge): Objection | null;
  /** The pairs in program order that the model keeps in order, by what: a fence, a dependency, an acquire, ... */
  kept(known: Knowledge): readonly Edge[];
}

export interface Objection {
  readonly axiom: string;
  /** The events of the cycle in order, the first one not repeated. */
  readonly cycle: readonly number[];
  readonly edges: readonly Edge[];
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly relation: string;
}

export interface Model {
  readonly name: string;
  /** `observed`: locations whose final value is asked for. */
  prepare(graph: Graph, observed: ReadonlySet<string>): Checker;
}
