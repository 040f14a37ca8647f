/**
 * The interleaving that is easiest to read among those that end in a given fault: fewest changes of CPU, then fewest
 * steps; a fault that is met behind a change is taken at once, though a longer way may have one change less. A plain breadth-first search without reduction, so it is only worth running for a fault known to exist.
 */
import type { Found, Move } from "./explore.ts";
import type { System } from "./system.ts";

interface Step<State> {
  readonly state: State;
  readonly thread: number;
  readonly move: Move | null;
  readonly from: Step<State> | null;
  readonly start: number;
}

/** States between two pauses. */
const statesOfSlice = 512;

/** In slices. Null when no such interleaving was met within `states` states. */
export function* shortest<State, Fault>(system: System<State, Fault>, fault: string, states: number): Generator<void, Found<Fault> | null> {
  /** By the thread that came last. */
  const seen = Array.from({ length: system.threads + 1 }, () => new Set<string | number>());
  let count = 0;
  let layer = new Buckets<Step<State>>();
  system.initial.forEach((first, start) => {
    if (first.fault === null) layer.add(0, { state: first.state, thread: -1, move: null, from: null, start });
  });
  while (!layer.empty()) {
    const after = new Buckets<Step<State>>();
    for (let item = layer.take(); item !== undefined; item = layer.take()) {
      const [length, step] = item;
      const key = system.key(step.state);
      const known = seen[step.thread + 1]!;
      if (known.has(key)) {
        // Where it begins is still used when the interleaving is replayed.
        if (step.move !== null) system.forget?.(step.state, key);
        continue;
      }
      if (count >= states) return null;
      count++;
      known.add(key);
      if (count % statesOfSlice === 0) yield;
      let waiting = 0;
      let able = 0;
      for (let thread = 0; thread < system.threads; thread++) {
        const pending = system.pending(step.state, thread);
        if (pending === null) continue;
        if (!pending.enabled) {
          waiting++;
          continue;
        }
        able++;
        const outcomes = system.step(step.state, thread);
        for (const [outcome, result] of outcomes.entries()) {
          const move = { thread, outcome };
          if (result.fault !== null) {
            if (system.faultKey(result.fault) === fault) return { fault: result.fault, start: step.start, moves: [...movesOf(step), move] };
            continue;
          }
          const next: Step<State> = { state: result.state, thread, move, from: step, start: step.start };
          (thread === step.thread || step.thread === -1 ? layer : after).add(length + 1, next);
        }
      }
      if (able > 0) continue;
      const end = waiting > 0 ? system.atDeadlock(step.state) : system.atEnd(step.state);
      if (end !== null && system.faultKey(end) === fault) return { fault: end, start: step.start, moves: movesOf(step) };
    }
    layer = after;
  }
  return null;
}

function movesOf<State>(step: Step<State>): Move[] {
  const moves: Move[] = [];
  for (let at: Step<State> | null = step; at?.move != null; at = at.from) moves.push(at.move);
  return moves.toReversed();
}

/** Items by length, taken shortest first and in the order in which they were added. */
class Buckets<T> {
  private readonly lists: T[][] = [];
  private readonly at: number[] = [];
  private least = 0;

  add(length: number, item: T): void {
    (this.lists[length] ??= []).push(item);
    this.least = Math.min(this.least, length);
  }

  take(): readonly [number, T] | undefined {
    for (; this.least < this.lists.length; this.least++) {
      const at = this.at[this.least] ?? 0;
      const list = this.lists[this.least];
      if (list === undefined || at >= list.length) continue;
      this.at[this.least] = at + 1;
      return [this.least, list[at]!];
    }
    return undefined;
  }

  empty(): boolean {
    return this.lists.every((list, length) => (this.at[length] ?? 0) >= list.length);
  }
}
