/**
 * All executions of one graph: who reads from whom (rf), and in which order the writes of a location become visible (co).
 *
 * Sources are chosen read by read. Each choice adds its equations between values, and the coherence order of the
 * location is worked out again from what is known; a contradiction ends the branch at once. When all sources are
 * known, what is left open of the coherence orders is decided pair by pair. The model is asked at the end, and before
 * that wherever much is still to be decided below. Each execution is reached exactly once, since two branches differ
 * in the source of a read or in the order of a pair.
 */
import {
  coherenceOf, initialSource, noLocks, openSource, unorderedPair, withPair, writesPerLocation, type CoherenceOrder,
} from "./coherence.ts";
import { Equations, type Equation, type InitialMemory } from "./equations.ts";
import { isRead, type Graph } from "./graph.ts";
import { knowledgeOf } from "./knowledge.ts";
import { isLockEvent, lockSources, pairLocks } from "./locks.ts";
import type { Checker, Knowledge } from "./model.ts";
import { placementOf, type Placement } from "./placement.ts";
import { UnsupportedProgram } from "./program.ts";
import type { State } from "./state.ts";
import type { Term } from "./term.ts";
import type { Value } from "./value.ts";

export interface SearchTask {
  readonly graph: Graph;
  readonly checker: Checker;
  readonly memory: InitialMemory;
  /** Called at each step; throws to stop the search. Gives whether it is time for a pause. */
  readonly step: () => boolean;
  /** Cuts branches in which nothing of interest can come. */
  readonly isOfInterest: (state: State) => boolean;
  /** Called with each candidate that keeps coherence and atomicity. */
  readonly found: (state: State, known: Knowledge) => void;
}

/** In slices: pauses where step() says so. */
export function* searchExecutions(task: SearchTask): Generator<void, void> {
  const { graph } = task;
  const equations = Equations.start(graph.size, task.memory).extend(graph.requirements);
  if (!equations) return;
  const sources = graph.events.map(() => openSource);
  const placement = placementOf(graph, equations);
  const orders = ordersOf(graph, sources, placement, null);
  const reads = graph.events.flatMap((event, e) => (isRead(event) ? [e] : []));
  if (orders) yield* chooseSources(task, { sources, equations, placement, orders }, reads);
}

/** How many choices must at least lie below a state before the model is asked about it. */
const worthAsking = 8;

function* chooseSources(task: SearchTask, state: State, open: readonly number[]): Generator<void, void> {
  if (task.step()) yield;
  if (!task.isOfInterest(state)) return;
  if (open.length === 0) return yield* finishSources(task, state);
  const { graph } = task;
  const choices = choicesOf(graph, state, open);
  const below = choices.reduce((product, { writes }) => product * writes.length, 1);
  if (below === 0) return;
  if (below >= worthAsking && open.length < graph.events.length && !isPossible(task, state)) return;
  const { read, writes } = choices.reduce((best, each) => (each.writes.length < best.writes.length ? each : best));
  const rest = open.filter((e) => e !== read);
  for (const source of writes) {
    const next = withSource(graph, state, read, source);
    if (next) yield* chooseSources(task, next, rest);
  }
}

interface Choice {
  readonly read: number;
  readonly writes: readonly number[];
}

/** The possible sources of the reads whose location is known; of one read whose location is not when there is no other. */
function choicesOf(graph: Graph, state: State, open: readonly number[]): readonly Choice[] {
  const { locations, complete } = state.placement;
  const ready = complete ? open : open.filter((e) => locations[e] !== undefined && !isLockEvent(graph.events[e]!));
  return (ready.length > 0 ? ready : open.slice(0, 1)).map((read) => ({ read, writes: sourcesOf(graph, state.placement, read) }));
}

function sourcesOf(graph: Graph, placement: Placement, read: number): readonly number[] {
  const location = placement.locations[read];
  const same = location === undefined ? [] : placement.accesses.get(location)!;
  if (isLockEvent(graph.events[read]!)) {
    const { writes, initial } = lockSources(graph, same, read);
    return initial ? [initialSource, ...writes] : writes;
  }
  const candidates = placement.complete ? same : graph.events.map((_, e) => e);
  const out = [initialSource];
  for (const e of candidates) {
    if (graph.events[e]!.kind !== "W" || graph.algebra.has(graph.po, read, e)) continue;
    const other = placement.locations[e];
    if (location === undefined || other === undefined || location === other) out.push(e);
  }
  return out;
}

function withSource(graph: Graph, state: State, read: number, source: number): State | null {
  const equations = state.equations.extend(equationsOf(graph, read, source));
  if (!equations) return null;
  const sources = state.sources.with(read, source);
  const placement = state.placement.complete ? state.placement : placementOf(graph, equations);
  const orders = ordersOf(graph, sources, placement, { state, read });
  return orders && { sources, equations, placement, orders };
}

function equationsOf(graph: Graph, read: number, source: number): readonly Equation[] {
  if (isLockEvent(graph.events[read]!)) return [];
  const address = graph.addresses[read]!;
  if (source === initialSource) return [{ k: "initial", event: read, address }];
  const value: Term = { k: "read", event: read };
  const equations: Equation[] = [{ k: "same", left: value, right: graph.values[source]! }];
  if (address !== graph.addresses[source]) equations.unshift({ k: "same", left: address, right: graph.addresses[source]! });
  return equations;
}

/**
 * The forced coherence orders. `change`: since that state only the source of one read is new, so that other locations
 * are as before, unless addresses have become known.
 */
function ordersOf(
  graph: Graph, sources: readonly number[], placement: Placement, change: { readonly state: State; readonly read: number } | null,
): ReadonlyMap<Value, CoherenceOrder> | null {
  const orders = new Map<Value, CoherenceOrder>(change?.state.orders);
  const unmoved = change !== null && change.state.placement === placement;
  const touched = unmoved ? placement.locations[change.read] : undefined;
  for (const [location, events] of placement.accesses) {
    if (unmoved && location !== touched) continue;
    const locks = placement.complete ? pairLocks(graph, events) : noLocks;
    const order = locks && coherenceOf(graph, events, sources, locks);
    if (!order) return null;
    if (order.writes.length > writesPerLocation) throw new UnsupportedProgram(`more than ${writesPerLocation} writes to one location`);
    orders.set(location, order);
  }
  return orders;
}

function* finishSources(task: SearchTask, state: State): Generator<void, void> {
  if (!state.equations.settled || !state.placement.complete) return;
  const open = Array.from(state.orders.values()).filter((order) => unorderedPair(order) !== null);
  if (open.length > 1 && !isPossible(task, state)) return;
  yield* orderWrites(task, state);
}

function* orderWrites(task: SearchTask, state: State): Generator<void, void> {
  if (task.step()) yield;
  for (const [location, order] of state.orders) {
    const pair = unorderedPair(order);
    if (!pair) continue;
    for (const [first, second] of [pair, [pair[1], pair[0]]] as const) {
      const next = withPair(task.graph, order, first, second);
      if (next) yield* orderWrites(task, { ...state, orders: new Map(state.orders).set(location, next) });
    }
    return;
  }
  const { algebra } = task.graph;
  const mark = algebra.mark();
  task.found(state, knowledgeOf(task.graph, state));
  algebra.release(mark);
}

function isPossible(task: SearchTask, state: State): boolean {
  const { algebra } = task.graph;
  const mark = algebra.mark();
  const possible = task.checker.possible(knowledgeOf(task.graph, state));
  algebra.release(mark);
  return possible;
}
