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
import { isRead, isWrite, type Graph } from "./graph.ts";
import { isLockEvent, lockSources, pairLocks } from "./locks.ts";
import type { Checker, Knowledge } from "./model.ts";
import { UnsupportedProgram } from "./program.ts";
import type { Relation } from "./relation.ts";
import type { Term } from "./term.ts";
import type { Value } from "./value.ts";

/** A state of the search; complete when every read has its source and every order is total. */
export interface State {
  /** Per event, for reads: the write, `initialSource` or `openSource`. */
  readonly sources: readonly number[];
  readonly equations: Equations;
  readonly orders: ReadonlyMap<Value, CoherenceOrder>;
}

export interface SearchTask {
  readonly graph: Graph;
  readonly checker: Checker;
  readonly memory: InitialMemory;
  /** Called at each step; throws to stop the search. */
  readonly step: () => void;
  /** Cuts branches in which nothing of interest can come. */
  readonly isOfInterest: (state: State) => boolean;
  readonly found: (state: State, known: Knowledge) => void;
}

export function searchExecutions(task: SearchTask): void {
  const { graph } = task;
  const equations = Equations.start(graph.size, task.memory).extend(graph.requirements);
  if (!equations) return;
  const sources = graph.events.map(() => openSource);
  const orders = ordersOf(graph, sources, equations, null);
  if (orders) chooseSources(task, { sources, equations, orders }, graph.events.flatMap((event, e) => (isRead(event) ? [e] : [])));
}

function locationsOf(graph: Graph, equations: Equations): (Value | undefined)[] {
  return graph.addresses.map((address) => (address === null ? undefined : equations.evaluate(address)));
}

/** How many choices must at least lie below a state before the model is asked about it. */
const worthAsking = 8;

function chooseSources(task: SearchTask, state: State, open: readonly number[]): void {
  task.step();
  if (!task.isOfInterest(state)) return;
  if (open.length === 0) return finishSources(task, state);
  const { graph } = task;
  const choices = choicesOf(graph, state, open);
  const below = choices.reduce((product, { writes }) => product * writes.length, 1);
  if (below === 0) return;
  if (below >= worthAsking && open.length < graph.events.length && !isPossible(task, state)) return;
  const { read, writes } = choices.reduce((best, each) => (each.writes.length < best.writes.length ? each : best));
  const rest = open.filter((e) => e !== read);
  for (const source of writes) {
    const next = withSource(graph, state, read, source);
    if (next) chooseSources(task, next, rest);
  }
}

interface Choice {
  readonly read: number;
  readonly writes: readonly number[];
}

/** The possible sources of the reads whose location is known; of one read whose location is not when there is no other. */
function choicesOf(graph: Graph, state: State, open: readonly number[]): readonly Choice[] {
  const locations = locationsOf(graph, state.equations);
  const allKnown = graph.addresses.every((address, e) => address === null || locations[e] !== undefined);
  const ready = open.filter((e) => locations[e] !== undefined && (allKnown || !isLockEvent(graph.events[e]!)));
  return (ready.length > 0 ? ready : open.slice(0, 1)).map((read) => ({ read, writes: sourcesOf(graph, state, locations, read) }));
}

function sourcesOf(graph: Graph, state: State, locations: readonly (Value | undefined)[], read: number): readonly number[] {
  const location = locations[read];
  if (isLockEvent(graph.events[read]!)) {
    const { writes, initial } = lockSources(graph, accessesOf(locations, location), read);
    return initial ? [initialSource, ...writes] : writes;
  }
  const out = [initialSource];
  for (let e = 0; e < graph.size; e++) {
    if (graph.events[e]!.kind !== "W") continue;
    const other = locations[e];
    if (location !== undefined && other !== undefined && location !== other) continue;
    if (!graph.algebra.has(graph.po, read, e)) out.push(e);
  }
  return out;
}

function accessesOf(locations: readonly (Value | undefined)[], location: Value | undefined): number[] {
  return locations.flatMap((other, e) => (other !== undefined && other === location ? [e] : []));
}

function withSource(graph: Graph, state: State, read: number, source: number): State | null {
  const equations = state.equations.extend(equationsOf(graph, read, source));
  if (!equations) return null;
  const sources = state.sources.with(read, source);
  const orders = ordersOf(graph, sources, equations, { state, read });
  return orders && { sources, equations, orders };
}

function equationsOf(graph: Graph, read: number, source: number): Equation[] {
  if (isLockEvent(graph.events[read]!)) return [];
  const address = graph.addresses[read]!;
  if (source === initialSource) return [{ k: "initial", event: read, address }];
  const value: Term = { k: "read", event: read };
  const equations: Equation[] = [{ k: "same", left: value, right: graph.values[source]! }];
  if (address !== graph.addresses[source]) equations.unshift({ k: "same", left: address, right: graph.addresses[source]! });
  return equations;
}

/**
 * The forced coherence orders. `change`: only the source of one read is new, so that other locations are as before
 * unless an address became known.
 */
function ordersOf(
  graph: Graph, sources: readonly number[], equations: Equations, change: { readonly state: State; readonly read: number } | null,
): ReadonlyMap<Value, CoherenceOrder> | null {
  const locations = locationsOf(graph, equations);
  const allKnown = graph.addresses.every((address, e) => address === null || locations[e] !== undefined);
  const orders = new Map<Value, CoherenceOrder>();
  for (const location of new Set(locations)) {
    if (location === undefined) continue;
    const events = accessesOf(locations, location).filter((e) => isRead(graph.events[e]!) || isWrite(graph.events[e]!));
    const old = change?.state.orders.get(location);
    const same = old && locations[change!.read] !== location && isUnchanged(graph, events, change!.state);
    if (same) {
      orders.set(location, old);
      continue;
    }
    const locks = allKnown ? pairLocks(graph, events) : noLocks;
    const order = locks && coherenceOf(graph, events, sources, locks);
    if (!order) return null;
    if (order.writes.length > writesPerLocation) throw new UnsupportedProgram(`more than ${writesPerLocation} writes to one location`);
    orders.set(location, order);
  }
  return orders;
}

function isUnchanged(graph: Graph, events: readonly number[], before: State): boolean {
  return events.every((e) => before.equations.evaluate(graph.addresses[e]!) !== undefined);
}

function finishSources(task: SearchTask, state: State): void {
  const { graph } = task;
  if (!state.equations.settled) return;
  if (graph.addresses.some((address) => address !== null && state.equations.evaluate(address) === undefined)) return;
  const pairs = Array.from(state.orders.values()).reduce((count, order) => count + Number(unorderedPair(order) !== null), 0);
  if (pairs > 1 && !isPossible(task, state)) return;
  orderWrites(task, state);
}

function orderWrites(task: SearchTask, state: State): void {
  task.step();
  for (const [location, order] of state.orders) {
    const pair = unorderedPair(order);
    if (!pair) continue;
    for (const [first, second] of [pair, [pair[1], pair[0]]] as const) {
      const next = withPair(order, first, second);
      if (next) orderWrites(task, { ...state, orders: new Map(state.orders).set(location, next) });
    }
    return;
  }
  const { graph } = task;
  const mark = graph.algebra.mark();
  task.found(state, knowledgeOf(graph, state));
  graph.algebra.release(mark);
}

function isPossible(task: SearchTask, state: State): boolean {
  const { algebra } = task.graph;
  const mark = algebra.mark();
  const possible = task.checker.possible(knowledgeOf(task.graph, state));
  algebra.release(mark);
  return possible;
}

/** rf, co and fr as far as they are known. */
export function knowledgeOf(graph: Graph, state: State): Knowledge {
  const { algebra } = graph;
  const locations = locationsOf(graph, state.equations);
  const rf = algebra.none();
  const fr = algebra.none();
  const co = algebra.none();
  for (const order of state.orders.values()) {
    order.writes.forEach((write, i) => addLater(graph, co, write, order, order.after[i]!));
  }
  state.sources.forEach((source, read) => {
    if (source === openSource) return;
    const location = locations[read];
    const order = location === undefined ? undefined : state.orders.get(location);
    if (source !== initialSource) algebra.add(rf, source, read);
    if (!order) return;
    const all = 2 ** order.writes.length - 1;
    const index = order.writes.indexOf(source);
    addLater(graph, fr, read, order, source === initialSource ? all : index < 0 ? 0 : order.after[index]!);
  });
  const valueOf = (event: number): Value | undefined => {
    const term = graph.values[event];
    return term === null || term === undefined ? undefined : state.equations.evaluate(term);
  };
  return { rf, co, fr, locations, valueOf };
}

function addLater(graph: Graph, relation: Relation, from: number, order: CoherenceOrder, mask: number): void {
  for (let i = 0; i < order.writes.length; i++) if ((mask & (1 << i)) !== 0) graph.algebra.add(relation, from, order.writes[i]!);
}
