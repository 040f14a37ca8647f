/**
 * Exhaustive depth-first search over the interleavings of a system, with visited states kept and dynamic partial-order
 * reduction: at each state one thread is tried first, and another one only when a later step turns out to conflict
 * with a step taken here (Flanagan and Godefroid, POPL 2005). Because a visited state is not searched again, each keeps
 * a summary of what is touched behind it, and reaching it counts as touching all of that (Yang, Chen, Gopalakrishnan
 * and Kirby, SPIN 2008). Where a round closes, the summary is not complete, so every thread is tried on that round.
 *
 * The order is fixed: lowest thread first, outcomes in the order in which the system names them.
 */
import { atOnce } from "../../util/slices.ts";
import { Arena } from "../world/arena.ts";
import type { Outcome, Pending, System, Touch } from "./system.ts";

export interface Bounds {
  /** Most distinct states. */
  readonly states: number;
  /** Asked now and then; true ends the search as if the bound had been reached. */
  readonly cancelled?: () => boolean;
  /** False searches every interleaving: to measure, and to check the reduction against. */
  readonly reduce?: boolean;
  /** Go on after the first fault, up to this many distinct ones. */
  readonly faults?: number;
}

/** One step of a found interleaving: the thread, and which of the step's outcomes came. */
export interface Move {
  readonly thread: number;
  readonly outcome: number;
}

export interface Found<Fault> {
  readonly fault: Fault;
  /** Index into `System.initial`. */
  readonly start: number;
  readonly moves: readonly Move[];
}

export interface Exploration<Fault> {
  readonly found: readonly Found<Fault>[];
  /** Distinct states, and interleavings followed to an end, a fault or a visited state. */
  readonly states: number;
  readonly executions: number;
  /** False when a bound ended the search; then nothing follows from finding no fault. */
  readonly complete: boolean;
  /** Everything that was touched; empty without reduction. */
  readonly touched: ReadonlyMap<number, number>;
}

/**
 * What threads touch, by the place of the resource: for each thread three bits, one a mode, starting at bit 3 * thread. At most ten
 * threads fit, which is far more than can be searched.
 */
type Touched = Int32Array;

/** Bits of the modes that conflict with a mode: see Touch. */
const conflicting: readonly number[] = [0b110, 0b101, 0b111];

/** Resources on which what one thread touched conflicts with what another touched. */
export function conflictsOf(a: ReadonlyMap<number, number>, threadA: number, b: ReadonlyMap<number, number>, threadB: number): number[] {
  return [...a].flatMap(([resource, bitsA]) => {
    const other = (b.get(resource) ?? 0) >> (threadB * 3);
    const clash = conflicting.some((modes, mode) => (bitsA >> (threadA * 3)) & (1 << mode) && other & modes & 7);
    return clash ? [resource] : [];
  });
}

function addAll(touched: Touched, more: Touched, count: number): void {
  for (let at = 0; at < count; at++) touched[at]! |= more[at]!;
}

interface Visited {
  summary: Touched;
  /** Stack index while on the stack, else -1. */
  index: number;
  /** Stack index of the open round that this state is part of, or -1 when its summary is complete. */
  openUntil: number;
  /** Whether some way from here is known to come to an end, to a fault, or to where it is not followed further. */
  ends: boolean;
}

interface Node<State, Fault> {
  readonly state: State;
  readonly visited: Visited;
  readonly pending: readonly (Pending | null)[];
  /** Threads that can go on, those to try here, and those that have been tried: sets of bits. */
  readonly enabled: number;
  wanted: number;
  done: number;
  /** Thread being tried, its outcomes and the next one to follow. */
  thread: number;
  outcomes: readonly Outcome<State, Fault>[];
  next: number;
  /** For each touch of that thread's step, the latest step that touched the same before it. */
  readonly earlier: number[];
  /** Smallest stack index that a round from here comes back to. */
  low: number;
  /** From this stack index up to this node every thread is wanted. */
  allFrom: number;
  /** Length of the list of open states when this node was pushed. */
  readonly openBefore: number;
}

/** Rounds of the search between two pauses: some milliseconds. */
const roundsOfSlice = 1024;

export function explore<State, Fault>(system: System<State, Fault>, bounds: Bounds): Exploration<Fault> {
  return atOnce(exploring(system, bounds));
}

/** The same in slices. */
export function* exploring<State, Fault>(system: System<State, Fault>, bounds: Bounds): Generator<void, Exploration<Fault>> {
  const reduce = bounds.reduce ?? true;
  const mostFaults = bounds.faults ?? 1;
  const size = reduce ? system.resources : 0;
  const visited = new Map<string | number, Visited>();
  const stack: Node<State, Fault>[] = [];
  /** Resources that were met, and the place that each has in summaries, or -1: most of what there is is never touched. */
  const resources: number[] = [];
  const places = new Int32Array(size).fill(-1);
  /** By resource (its place), thread and mode: the stack index of the latest step that touches it, or -1. */
  const stride = system.threads * 3;
  const latest = new Int32Array(size * stride).fill(-1);
  /** States off the stack whose summary lacks what the rest of their round will touch. */
  const open: Visited[] = [];
  const found = new Map<string, Found<Fault>>();
  const touched: Touched = new Int32Array(size);
  const summaries = new Arena(size);
  let executions = 0;
  let complete = true;
  let start = 0;

  const report = (fault: Fault): void => {
    const key = system.faultKey(fault);
    if (found.has(key)) return;
    found.set(key, { fault, start, moves: stack.filter((n) => n.thread >= 0).map((n) => ({ thread: n.thread, outcome: n.next - 1 })) });
  };

  const placeOf = (touch: Touch): number => {
    let place = places[touch >> 2]!;
    if (place < 0) {
      place = resources.push(touch >> 2) - 1;
      places[touch >> 2] = place;
    }
    return place;
  };
  const latestAt = (thread: number, touch: Touch): number => placeOf(touch) * stride + thread * 3 + (touch & 3);

  /**
   * What a thread touches may have to come before the last step of another thread on the stack that conflicts with it:
   * the thread is to be tried there. `bits` as in a summary.
   */
  const raise = (place: number, bits: number): void => {
    for (let thread = 0, rest = bits; rest !== 0; thread++, rest >>>= 3) {
      for (let mode = 0; mode < 3; mode++) {
        if ((rest & (1 << mode)) === 0) continue;
        const at = lastConflict(place, thread, mode);
        const node = stack[at];
        if (node !== undefined) node.wanted |= node.enabled & (1 << thread) ? 1 << thread : node.enabled;
      }
    }
  };

  /** Stack index of the last step of another thread that conflicts with the touch, or -1. */
  const lastConflict = (place: number, thread: number, mode: number): number => {
    let last = -1;
    for (let other = 0; other < system.threads; other++) {
      if (other === thread) continue;
      for (let its = 0; its < 3; its++) {
        if ((conflicting[mode]! & (1 << its)) === 0) continue;
        const at = latest[place * stride + other * 3 + its]!;
        if (at > last) last = at;
      }
    }
    return last;
  };

  const wantAll = (from: number): void => {
    const top = stack.length - 1;
    for (let at = top; at >= from; ) {
      const node = stack[at]!;
      node.wanted = node.enabled;
      at = Math.min(at, node.allFrom) - 1;
    }
    if (top >= 0) stack[top]!.allFrom = Math.min(stack[top]!.allFrom, from);
  };

  /** Makes the thread's step the latest that touches what it touches, and takes that back. */
  const record = (node: Node<State, Fault>, index: number): void => {
    if (!reduce) return;
    node.earlier.length = 0;
    for (const touch of node.pending[node.thread]!.footprint) {
      const at = latestAt(node.thread, touch);
      node.earlier.push(latest[at]!);
      latest[at] = index;
    }
  };
  const unrecord = (node: Node<State, Fault>): void => {
    if (!reduce || node.thread < 0) return;
    const { footprint } = node.pending[node.thread]!;
    for (let i = footprint.length - 1; i >= 0; i--) latest[latestAt(node.thread, footprint[i]!)] = node.earlier[i]!;
  };

  const push = (state: State): void => {
    const key = system.key(state);
    const known = visited.get(key);
    if (known !== undefined) {
      executions++;
      meet(known);
      if (stack.length > 0) system.forget?.(state, key);
      return;
    }
    if (visited.size >= bounds.states || (visited.size % 16 === 0 && bounds.cancelled?.() === true)) {
      complete = false;
      return;
    }
    const pending: (Pending | null)[] = [];
    let enabled = 0;
    for (let thread = 0; thread < system.threads; thread++) {
      const p = system.pending(state, thread);
      pending.push(p);
      if (p?.enabled === true) enabled |= 1 << thread;
    }
    const entry: Visited = { summary: summaries.take(), index: stack.length, openUntil: -1, ends: enabled === 0 };
    visited.set(key, entry);
    for (let thread = 0; reduce && thread < system.threads; thread++) {
      const p = pending[thread];
      for (const touch of p?.footprint ?? []) {
        const bit = 1 << (thread * 3 + (touch & 3));
        raise(placeOf(touch), bit);
        // What waits here for ever is never executed, yet might have come before.
        if (p!.enabled === false) entry.summary[placeOf(touch)]! |= bit;
      }
    }
    stack.push({
      state, visited: entry, pending, enabled, wanted: reduce ? enabled & -enabled : enabled, done: 0,
      thread: -1, outcomes: [], next: 0, earlier: [], low: stack.length, allFrom: stack.length + 1, openBefore: open.length,
    });
    if (enabled === 0) {
      executions++;
      const fault = pending.some((p) => p !== null) ? system.atDeadlock(state) : system.atEnd(state);
      if (fault !== null) report(fault);
    }
  };

  /** A state that was seen before: what is touched behind it counts as touched behind the present stack. */
  const meet = (known: Visited): void => {
    const top = stack[stack.length - 1];
    if (known.index >= 0) {
      const node = top!;
      node.low = Math.min(node.low, known.index);
      if (reduce) wantAll(known.index);
    } else if (known.openUntil >= 0 && reduce) {
      wantAll(0);
      top!.low = Math.min(top!.low, known.openUntil);
    }
    if (top !== undefined && known.ends) top.visited.ends = true;
    if (!reduce) return;
    if (top !== undefined) addAll(top.visited.summary, known.summary, resources.length);
    for (let place = 0; place < resources.length; place++) if (known.summary[place] !== 0) raise(place, known.summary[place]!);
  };

  const pop = (): void => {
    const node = stack.pop()!;
    unrecord(node);
    const index = stack.length;
    const entry = node.visited;
    entry.index = -1;
    const parent = stack[index - 1];
    if (node.low < index) {
      entry.openUntil = node.low;
      open.push(entry);
      if (parent !== undefined) parent.low = Math.min(parent.low, node.low);
    } else {
      // Nothing on this round, or behind it, comes to an end: whoever is not done goes on for ever.
      if (!entry.ends && complete) {
        report(system.atLivelock(node.state, node.pending.findIndex((p) => p !== null)));
        entry.ends = true;
      }
      for (const member of open.splice(node.openBefore)) {
        member.openUntil = -1;
        member.summary = entry.summary;
        member.ends = true;
      }
    }
    if (parent !== undefined && entry.ends) parent.visited.ends = true;
    if (reduce) addAll(parent?.visited.summary ?? touched, entry.summary, resources.length);
  };

  const goOn = (): void => {
    for (let round = 0; round < roundsOfSlice && stack.length > 0 && found.size < mostFaults; round++) {
      const node = stack[stack.length - 1]!;
      if (node.next < node.outcomes.length) {
        const outcome = node.outcomes[node.next++]!;
        if (outcome.fault !== null) {
          executions++;
          node.visited.ends = true;
          report(outcome.fault);
        } else push(outcome.state);
        continue;
      }
      const left = node.wanted & node.enabled & ~node.done;
      if (left === 0 || !complete) {
        pop();
        continue;
      }
      unrecord(node);
      node.thread = 31 - Math.clz32(left & -left);
      node.done |= 1 << node.thread;
      node.next = 0;
      node.outcomes = system.step(node.state, node.thread);
      if (node.outcomes.length === 0) node.visited.ends = true;
      record(node, stack.length - 1);
      for (const touch of reduce ? node.pending[node.thread]!.footprint : []) node.visited.summary[placeOf(touch)]! |= 1 << (node.thread * 3 + (touch & 3));
    }
  };

  for (; start < system.initial.length && found.size < mostFaults; start++) {
    const first = system.initial[start]!;
    if (first.fault !== null) report(first.fault);
    else push(first.state);
    while (stack.length > 0 && found.size < mostFaults) {
      goOn();
      yield;
    }
    while (stack.length > 0) unrecord(stack.pop()!);
  }
  return { found: [...found.values()], states: visited.size, executions, complete, touched: new Map(resources.flatMap((resource, place) => (touched[place] === 0 ? [] : [[resource, touched[place]!]]))) };
}
