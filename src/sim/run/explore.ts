/**
 * Exhaustive depth-first search over the interleavings of a system, with visited states kept and dynamic partial-order
 * reduction: at each state one thread is tried first, and another one only when a later step turns out to conflict
 * with a step taken here (Flanagan and Godefroid, POPL 2005). Because a visited state is not searched again, each keeps
 * a summary of what is touched behind it, and reaching it counts as touching all of that (Yang, Chen, Gopalakrishnan
 * and Kirby, SPIN 2008). Where a round closes, the summary is not complete, so every thread is tried on that round.
 *
 * The order is fixed: lowest thread first, outcomes in the order in which the system names them.
 */
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
 * What threads touch: resource -> for each thread three bits, one a mode, starting at bit 3 * thread. At most ten
 * threads fit, which is far more than can be searched.
 */
export type Touched = Map<number, number>;

/** Bits of the modes that conflict with a mode: see Touch. */
const conflicting: readonly number[] = [0b110, 0b101, 0b111];

function add(touched: Touched, thread: number, touch: Touch): void {
  const bit = 1 << (thread * 3 + (touch & 3));
  touched.set(touch >> 2, (touched.get(touch >> 2) ?? 0) | bit);
}

/** Resources on which what one thread touched conflicts with what another touched. */
export function conflictsOf(a: ReadonlyMap<number, number>, threadA: number, b: ReadonlyMap<number, number>, threadB: number): number[] {
  return [...a].flatMap(([resource, bitsA]) => {
    const other = (b.get(resource) ?? 0) >> (threadB * 3);
    const clash = conflicting.some((modes, mode) => (bitsA >> (threadA * 3)) & (1 << mode) && other & modes & 7);
    return clash ? [resource] : [];
  });
}

function addAll(touched: Touched, more: ReadonlyMap<number, number>): void {
  for (const [resource, bits] of more) touched.set(resource, (touched.get(resource) ?? 0) | bits);
}

interface Node<State, Fault> {
  readonly state: State;
  readonly key: string;
  readonly pending: readonly (Pending | null)[];
  readonly enabled: readonly number[];
  /** Threads to try here, and those that have been tried. */
  readonly wanted: Set<number>;
  readonly done: Set<number>;
  /** Thread being tried, its outcomes and the next one to follow. */
  thread: number;
  outcomes: readonly Outcome<State, Fault>[];
  next: number;
  readonly summary: Touched;
  /** Smallest stack index that a round from here comes back to. */
  low: number;
  /** Length of the list of open states when this node was pushed. */
  readonly openBefore: number;
}

interface Visited {
  summary: ReadonlyMap<number, number>;
  /** Stack index while on the stack, else -1. */
  index: number;
  /** Stack index of the open round that this state is part of, or -1 when its summary is complete. */
  openUntil: number;
}

export function explore<State, Fault>(system: System<State, Fault>, bounds: Bounds): Exploration<Fault> {
  const reduce = bounds.reduce ?? true;
  const mostFaults = bounds.faults ?? 1;
  const visited = new Map<string, Visited>();
  const stack: Node<State, Fault>[] = [];
  /** States off the stack whose summary lacks what the rest of their round will touch. */
  const open: Visited[] = [];
  const found = new Map<string, Found<Fault>>();
  const touched: Touched = new Map();
  let executions = 0;
  let complete = true;
  let start = 0;

  const report = (fault: Fault): void => {
    const key = system.faultKey(fault);
    if (found.has(key)) return;
    found.set(key, { fault, start, moves: stack.filter((n) => n.thread >= 0).map((n) => ({ thread: n.thread, outcome: n.next - 1 })) });
  };

  /** Each touch may have to come before the last step on the stack that conflicts with it: its thread is to be tried there. */
  const raise = (touched: Touched): void => {
    for (let i = stack.length - 1; i >= 0 && touched.size > 0; i--) {
      const node = stack[i]!;
      if (node.thread < 0) continue;
      for (const touch of node.pending[node.thread]!.footprint) {
        const bits = touched.get(touch >> 2);
        if (bits === undefined) continue;
        let rest = bits;
        for (let thread = 0; thread < system.threads; thread++) {
          const hit = bits & (conflicting[touch & 3]! << (thread * 3));
          if (thread === node.thread || hit === 0) continue;
          rest &= ~hit;
          if (node.enabled.includes(thread)) node.wanted.add(thread);
          else for (const other of node.enabled) node.wanted.add(other);
        }
        if (rest === 0) touched.delete(touch >> 2);
        else touched.set(touch >> 2, rest);
      }
    }
  };

  const wantAll = (from: number): void => {
    for (const node of stack.slice(from)) for (const thread of node.enabled) node.wanted.add(thread);
  };

  const push = (state: State): void => {
    const key = system.key(state);
    const known = visited.get(key);
    if (known !== undefined) {
      executions++;
      meet(known);
      return;
    }
    if (visited.size >= bounds.states || (visited.size % 256 === 0 && bounds.cancelled?.() === true)) {
      complete = false;
      return;
    }
    const pending = Array.from({ length: system.threads }, (_, thread) => system.pending(state, thread));
    const enabled = pending.flatMap((p, thread) => (p?.enabled === true ? [thread] : []));
    const node: Node<State, Fault> = {
      state, key, pending, enabled,
      wanted: new Set(reduce ? enabled.slice(0, 1) : enabled),
      done: new Set(), thread: -1, outcomes: [], next: 0, summary: new Map(), low: stack.length, openBefore: open.length,
    };
    visited.set(key, { summary: node.summary, index: stack.length, openUntil: -1 });
    if (reduce) {
      const touched: Touched = new Map();
      for (const [thread, p] of pending.entries()) {
        for (const touch of p?.footprint ?? []) {
          add(touched, thread, touch);
          // What waits here for ever is never executed, yet might have come before.
          if (p!.enabled === false) add(node.summary, thread, touch);
        }
      }
      raise(touched);
    }
    stack.push(node);
    if (enabled.length === 0) {
      executions++;
      const fault = pending.some((p) => p !== null) ? system.atDeadlock(state) : system.atEnd(state);
      if (fault !== null) report(fault);
    }
  };

  /** A state that was seen before: what is touched behind it counts as touched behind the present stack. */
  const meet = (known: Visited): void => {
    const top = stack.length - 1;
    if (known.index >= 0) {
      const node = stack[top]!;
      node.low = Math.min(node.low, known.index);
      if (reduce) wantAll(known.index);
      const round = stack.slice(known.index);
      const runner = round[0]!.thread;
      const forced = round.every((n) => n.thread === runner && n.enabled.length === 1 && n.outcomes.length === 1);
      if (forced) report(system.atLivelock(node.state, runner));
    } else if (known.openUntil >= 0 && reduce) {
      wantAll(0);
      stack[top]!.low = Math.min(stack[top]!.low, known.openUntil);
    }
    if (!reduce) return;
    if (top >= 0) addAll(stack[top]!.summary, known.summary);
    raise(new Map(known.summary));
  };

  const pop = (): void => {
    const node = stack.pop()!;
    const index = stack.length;
    const entry = visited.get(node.key)!;
    entry.index = -1;
    const parent = stack[index - 1];
    if (node.low < index) {
      entry.openUntil = node.low;
      open.push(entry);
      if (parent !== undefined) parent.low = Math.min(parent.low, node.low);
    } else {
      for (const member of open.splice(node.openBefore)) {
        member.openUntil = -1;
        member.summary = node.summary;
      }
    }
    if (reduce) addAll(parent?.summary ?? touched, node.summary);
  };

  for (; start < system.initial.length && found.size < mostFaults; start++) {
    const first = system.initial[start]!;
    if (first.fault !== null) report(first.fault);
    else push(first.state);
    while (stack.length > 0 && found.size < mostFaults) {
      const node = stack[stack.length - 1]!;
      if (node.next < node.outcomes.length) {
        const outcome = node.outcomes[node.next++]!;
        if (outcome.fault !== null) {
          executions++;
          report(outcome.fault);
        } else push(outcome.state);
        continue;
      }
      const thread = node.enabled.find((t) => node.wanted.has(t) && !node.done.has(t));
      if (thread === undefined || !complete) {
        pop();
        continue;
      }
      node.done.add(thread);
      node.thread = thread;
      node.next = 0;
      node.outcomes = system.step(node.state, thread);
      for (const touch of node.pending[thread]!.footprint) add(node.summary, thread, touch);
    }
    stack.length = 0;
  }
  return { found: [...found.values()], states: visited.size, executions, complete, touched };
}
