/** Looks for one execution that satisfies a property, allowed by a model or refused by it. In slices, as all long work. */
import type { Checker, Model } from "./model.ts";
import { exploring, type ExploreOptions } from "./explore.ts";
import type { FinalState } from "./final-state.ts";
import type { Graph } from "./graph.ts";
import type { Program } from "./program.ts";
import { allowedWitness, refusedWitness, type Witness } from "./witness.ts";

/** Whether a final state is what is looked for; undefined while that is open. */
export type Property = (state: FinalState) => boolean | undefined;

export type FindOptions = Pick<ExploreOptions, "model" | "steps" | "rounds">;

class Found extends Error {
  readonly witness: Witness;
  constructor(witness: Witness) {
    super();
    this.witness = witness;
  }
}

/** The first execution with the property that the model allows, null when there is none within the bound of steps. */
export function* findAllowed(program: Program, property: Property, options: FindOptions): Generator<void, Witness | null> {
  return yield* firstFound(exploring(program, {
    ...options,
    observed: new Set(),
    isOfInterest: (state) => property(state) !== false,
    found: (execution) => {
      if (property(execution) !== true) return;
      const checker = options.model.prepare(execution.graph, new Set());
      throw new Found(allowedWitness(program, execution, checker));
    },
  }));
}

/**
 * The first candidate with the property that the model refuses, null when there is none: then coherence, atomicity or
 * the values alone exclude it.
 */
export function* findRefused(program: Program, property: Property, options: FindOptions): Generator<void, Witness | null> {
  return yield* firstFound(exploring(program, {
    ...options,
    model: patient(options.model),
    observed: new Set(),
    isOfInterest: (state) => property(state) !== false,
    found: () => {},
    refused: (candidate, objection) => {
      if (property(candidate) !== true) return;
      const checker = options.model.prepare(candidate.graph, new Set());
      throw new Found(refusedWitness(program, candidate, checker, objection));
    },
  }));
}

/** The first execution with the property and the flag ("data-race") that the model allows, null when there is none. */
export function* findFlagged(program: Program, property: Property, flag: string, options: FindOptions): Generator<void, Witness | null> {
  return yield* firstFound(exploring(program, {
    ...options,
    observed: new Set(),
    isOfInterest: (state) => property(state) !== false,
    found: (execution) => {
      if (property(execution) !== true || !execution.flags.includes(flag)) return;
      const checker = options.model.prepare(execution.graph, new Set());
      throw new Found(allowedWitness(program, execution, checker));
    },
  }));
}

/** The same model, asked about complete executions only. */
function patient(model: Model): Model {
  const prepare = (graph: Graph, observed: ReadonlySet<string>): Checker => {
    return { ...model.prepare(graph, observed), possible: () => true };
  };
  return { name: model.name, prepare };
}

function* firstFound(search: Generator<void, unknown>): Generator<void, Witness | null> {
  try {
    yield* search;
    return null;
  } catch (error) {
    if (error instanceof Found) return error.witness;
    throw error;
  }
}
