/**
 * All consistent executions of a program under a model: the entry that worlds and litmus tests use.
 *
 * Threads are unfolded into paths, each combination of paths is one graph, each graph is searched (search.ts). Bounds
 * are counted in steps, never in time, so that equal input gives equal output.
 */
import { atOnce } from "../../util/slices.ts";
import type { Path } from "./event.ts";
import { finalStateOf, type FinalState } from "./final-state.ts";
import { buildGraph, type Graph } from "./graph.ts";
import type { Knowledge, Model, Objection } from "./model.ts";
import { UnsupportedProgram, type Program } from "./program.ts";
import { RelationAlgebra } from "./relation.ts";
import { searchExecutions } from "./search.ts";
import type { State } from "./state.ts";
import { equalThreads, imagesOf, isFirstOfImages } from "./symmetry.ts";
import { unfold } from "./unfold.ts";
import { IllegalOperation } from "./value.ts";

export interface Execution extends FinalState {
  readonly graph: Graph;
  readonly state: State;
  readonly known: Knowledge;
  /** Sorted, for instance ["data-race"]. */
  readonly flags: readonly string[];
}

export interface ExploreOptions {
  readonly model: Model;
  /** Steps of the search before it gives up. */
  readonly steps: number;
  /** How often a loop may go round; herd7 takes 2. */
  readonly rounds: number;
  /** Locations whose final value the question is about. */
  readonly observed: ReadonlySet<string>;
  /** Asked while an execution grows; false cuts it off. Must stay false once it is. */
  readonly isOfInterest?: (soFar: FinalState) => boolean;
  /**
   * Work out executions once that are images of one another under an exchange of equal threads. `found` is still called for
   * each, with its own final state; `graph`, `state` and `known` are those of the one that was worked out.
   */
  readonly folded?: boolean;
  /** Called for each consistent execution. What it is given must not be kept: `known` is reused. */
  readonly found: (execution: Execution) => void;
  /**
   * Called for candidates that keep coherence and atomicity but not the model: for all of them if the model's
   * `possible` always says yes, else for those that were not cut off before.
   */
  readonly refused?: (candidate: Omit<Execution, "flags">, objection: Objection) => void;
}

export interface Exploration {
  /** False when the bound of steps was reached: more executions may exist. */
  readonly complete: boolean;
  readonly steps: number;
  /** Executions exist in which a loop goes round more often than allowed; they are left out. */
  readonly cut: boolean;
}

/** Several times what any test needs that herd7 decides in a minute. */
export const defaultSteps = 300_000;
/** herd7's default: loops are unrolled twice. */
export const defaultRounds = 2;
const unfoldBounds = { paths: 4096, events: 256 };
/** Of all threads together: a relation takes a bit for each two of them. */
const mostEvents = 1024;
const combinationsLimit = 1_000_000;

class BoundReached extends Error {}

/** Steps between two pauses: some milliseconds. */
const stepsOfSlice = 256;

/** Throws UnsupportedProgram when the program is too large or computes with addresses. */
export function explore(program: Program, options: ExploreOptions): Exploration {
  return atOnce(exploring(program, options));
}

/** The same in slices. */
export function* exploring(program: Program, options: ExploreOptions): Generator<void, Exploration> {
  const bounds = { ...unfoldBounds, rounds: options.rounds };
  let steps = 0;
  let cut = false;
  const algebras = new Map<number, RelationAlgebra>();
  const algebraOf = (size: number): RelationAlgebra => {
    const found = algebras.get(size) ?? new RelationAlgebra(size);
    algebras.set(size, found);
    return found;
  };
  const step = (): boolean => {
    steps++;
    if (steps > options.steps) throw new BoundReached();
    return steps % stepsOfSlice === 0;
  };
  try {
    const classes = options.folded === true ? equalThreads(program.threads) : [];
    for (const { choice, paths } of combinations(program.threads.map((thread) => unfold(thread, bounds)))) {
      if (!isFirstOfImages(choice, classes)) continue;
      if (step()) yield;
      if (cut && paths.some((path) => path.cut)) continue;
      cut = (yield* exploreGraph(program, paths, withImages(options, imagesOf(choice, classes)), algebraOf, step)) || cut;
    }
    return { complete: true, steps, cut };
  } catch (error) {
    if (error instanceof BoundReached) return { complete: false, steps: steps - 1, cut };
    if (error instanceof IllegalOperation) throw new UnsupportedProgram(error.message);
    throw error;
  }
}

/** The same questions, asked of all images of what is found. */
function withImages(options: ExploreOptions, images: readonly (readonly number[])[]): ExploreOptions {
  if (images.length === 1) return options;
  const { isOfInterest, found } = options;
  const seenAs = (state: FinalState, image: readonly number[]): FinalState => {
    return { location: (name) => state.location(name), register: (thread, name) => state.register(image[thread]!, name) };
  };
  return {
    ...options,
    ...(isOfInterest && { isOfInterest: (soFar: FinalState) => images.some((image) => isOfInterest(seenAs(soFar, image))) }),
    found: (execution) => {
      for (const image of images) found({ ...execution, ...seenAs(execution, image) });
    },
  };
}

/** Explores one combination of paths. Returns true when a loop was cut in it and the execution up to there is consistent. */
function* exploreGraph(
  program: Program, paths: readonly Path[], options: ExploreOptions, algebraOf: (size: number) => RelationAlgebra, step: () => boolean,
): Generator<void, boolean> {
  const events = paths.reduce((sum, path) => sum + path.events.length, 0);
  if (events > mostEvents) throw new UnsupportedProgram(`executions of more than ${mostEvents} events`);
  const algebra = algebraOf(events);
  const mark = algebra.mark();
  const graph = buildGraph(paths, algebraOf);
  const checker = options.model.prepare(graph, options.observed);
  let cut = false;
  yield* searchExecutions({
    graph, checker, step,
    memory: (location) => program.memory.get(String(location)) ?? 0n,
    isOfInterest: (state) => options.isOfInterest?.(finalStateOf(program, graph, state)) ?? true,
    found: (state, known) => {
      const flags = checker.flags(known);
      if (graph.cut) {
        cut ||= flags !== null;
        return;
      }
      const execution = { ...finalStateOf(program, graph, state), graph, state, known };
      if (flags) options.found({ ...execution, flags });
      else options.refused?.(execution, checker.objection(known)!);
    },
  });
  algebra.release(mark);
  return cut;
}

interface Combination {
  /** Per thread, which of its paths. */
  readonly choice: readonly number[];
  readonly paths: readonly Path[];
}

function* combinations(lists: readonly (readonly Path[])[]): Generator<Combination> {
  const count = lists.reduce((product, list) => product * list.length, 1);
  if (count > combinationsLimit) throw new UnsupportedProgram(`more than ${combinationsLimit} combinations of paths`);
  for (let n = 0; n < count; n++) {
    let rest = n;
    const choice = lists.map((list) => {
      const index = rest % list.length;
      rest = Math.floor(rest / list.length);
      return index;
    });
    yield { choice, paths: lists.map((list, thread) => list[choice[thread]!]!) };
  }
}
