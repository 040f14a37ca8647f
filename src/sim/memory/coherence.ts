/**
 * The coherence order of one location, as far as program order, reads-from and atomicity force it.
 *
 * This is the axiom "coherence" (acyclic po-loc | com) turned into a rule that can be applied while sources are still
 * being chosen. Give a write its place in co, and a read the place just behind its source; com never goes back, so the
 * axiom holds exactly if no po-loc edge goes back. Each po-loc edge therefore says `same` or `before` of two writes.
 * Two more kinds of pairs are inseparable (nothing of the same location comes between): the source and the write of a
 * read-modify-write (axiom "atomic"), and a lock with its unlock (lock.cat merges UL behind LKW).
 */
import { isWrite, type Graph } from "./graph.ts";

/** A read whose source is not chosen; a read of the initial value; otherwise the number of the write. */
export const openSource = -2;
export const initialSource = -1;

/**
 * What lock.cat says of one location: locks with their unlocks, which stay together, and locks that nobody releases,
 * which come last. An unlock without its lock has no place in the order.
 */
export interface LockPairs {
  readonly critical: readonly (readonly [number, number])[];
  readonly unmatched: readonly number[];
}

export const noLocks: LockPairs = { critical: [], unmatched: [] };

/** The writes of a location, and per write (by its index) a bit mask of the writes that come after it. */
export interface CoherenceOrder {
  readonly writes: readonly number[];
  readonly after: readonly number[];
  readonly inseparable: readonly Inseparable[];
}

/** The write comes right behind the source, which may be `initialSource`. */
interface Inseparable {
  readonly source: number;
  readonly write: number;
  /** The axiom "atomic" only keeps writes of other threads away: whether a write of this thread may come between. */
  readonly exceptThread: number | null;
}

/** More writes to one location than a bit mask holds. */
export const writesPerLocation = 31;

/** The forced order of the location that `events` access, null when it would be cyclic. `events` are in order of number. */
export function coherenceOf(graph: Graph, events: readonly number[], sources: readonly number[], locks: LockPairs): CoherenceOrder | null {
  const writes = events.filter((e) => isWrite(graph.events[e]!) && !isStrayUnlock(graph, locks, e));
  const order = new Builder(graph, writes);
  for (const a of events) {
    for (const b of events) {
      if (graph.algebra.has(graph.po, a, b) && !placeInOrder(graph, order, sources, a, b)) return null;
    }
  }
  for (const last of locks.unmatched) for (const write of writes) if (write !== last) order.put(write, last);
  return order.close(inseparable(graph, events, sources, locks));
}

/** The order with one more pair, given by index; null when that can't be. */
export function withPair(graph: Graph, order: CoherenceOrder, first: number, second: number): CoherenceOrder | null {
  const next = new Builder(graph, order.writes, order.after);
  next.put(order.writes[first]!, order.writes[second]!);
  return next.close(order.inseparable);
}

function isStrayUnlock(graph: Graph, { critical }: LockPairs, e: number): boolean {
  return graph.events[e]!.kind === "UL" && !critical.some(([, unlock]) => unlock === e);
}

/** Adds what a po-loc edge from a to b says; false when it can't hold. */
function placeInOrder(graph: Graph, order: Builder, sources: readonly number[], a: number, b: number): boolean {
  const from = isWrite(graph.events[a]!) ? a : sources[a]!;
  const to = isWrite(graph.events[b]!) ? b : sources[b]!;
  if (from === openSource || to === openSource || from === initialSource || !order.has(from)) return true;
  if (to === initialSource) return false;
  if (from !== to) order.put(from, to);
  return from !== to || to !== b || from === a;
}

function inseparable(graph: Graph, events: readonly number[], sources: readonly number[], locks: LockPairs): Inseparable[] {
  const pairs: Inseparable[] = locks.critical.map(([source, write]) => ({ source, write, exceptThread: null }));
  for (const read of events) {
    const source = sources[read]!;
    if (isWrite(graph.events[read]!) || source === openSource) continue;
    const exceptThread = graph.events[read]!.kind === "LKR" ? null : graph.threadOf[read]!;
    for (const write of events) if (graph.algebra.has(graph.rmw, read, write)) pairs.push({ source, write, exceptThread });
  }
  return pairs;
}

class Builder {
  readonly after: number[];
  readonly #threads: readonly number[];
  readonly #writes: readonly number[];
  readonly #index: ReadonlyMap<number, number>;

  constructor(graph: Graph, writes: readonly number[], after: readonly number[] = writes.map(() => 0)) {
    this.after = after.slice();
    this.#writes = writes;
    this.#threads = writes.map((write) => graph.threadOf[write]!);
    this.#index = new Map(writes.map((write, i) => [write, i]));
  }

  has(write: number): boolean {
    return this.#index.has(write);
  }

  /** Writes whose location is still open are left out; they are placed once it is known. */
  put(earlier: number, later: number): void {
    const i = this.#index.get(earlier);
    const j = this.#index.get(later);
    if (i !== undefined && j !== undefined) this.after[i] = this.after[i]! | (1 << j);
  }

  /** Closes the order under transitivity and the pairs; null when it is cyclic. */
  close(inseparable: readonly Inseparable[]): CoherenceOrder | null {
    do {
      closeTransitively(this.after);
      if (this.after.some((mask, i) => (mask & (1 << i)) !== 0)) return null;
    } while (this.#keepTogether(inseparable));
    return { writes: this.#writes, after: this.after, inseparable };
  }

  /** For a pair (s, w): what is after s is w or after w, what is before w is s or before s. Returns whether anything was new. */
  #keepTogether(pairs: readonly Inseparable[]): boolean {
    const { after } = this;
    let changed = false;
    const add = (i: number, mask: number): void => {
      if ((after[i]! | mask) === after[i]!) return;
      after[i] = after[i]! | mask;
      changed = true;
    };
    for (const { source, write, exceptThread } of pairs) {
      const w = this.#index.get(write)!;
      const s = source === initialSource ? null : this.#index.get(source);
      if (s === undefined) continue;
      const others = this.#maskOfOthers(exceptThread) & ~(1 << w);
      add(w, (s === null ? -1 : after[s]!) & others);
      if (s === null) continue;
      add(s, 1 << w);
      for (let i = 0; i < after.length; i++) {
        if (i !== s && (others & (1 << i)) !== 0 && (after[i]! & (1 << w)) !== 0) add(i, 1 << s);
      }
    }
    return changed;
  }

  /** The writes of all threads but one, as a mask of their indexes. */
  #maskOfOthers(thread: number | null): number {
    return this.#threads.reduce((mask, each, i) => (each === thread ? mask : mask | (1 << i)), 0);
  }
}

function closeTransitively(after: number[]): void {
  for (let k = 0; k < after.length; k++) {
    for (let i = 0; i < after.length; i++) if ((after[i]! & (1 << k)) !== 0) after[i] = after[i]! | after[k]!;
  }
}

/** The first two writes (by index) that are not ordered yet, null when the order is total. */
export function unorderedPair(order: CoherenceOrder): readonly [number, number] | null {
  const { after } = order;
  for (let i = 0; i < after.length; i++) {
    for (let j = i + 1; j < after.length; j++) {
      if ((after[i]! & (1 << j)) === 0 && (after[j]! & (1 << i)) === 0) return [i, j];
    }
  }
  return null;
}
