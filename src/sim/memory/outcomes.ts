/** The final states of a program under a model. */
import { defaultRounds, defaultSteps, explore } from "./explore.ts";
import type { Model } from "./model.ts";
import type { Program } from "./program.ts";
import { printValue, type Value } from "./value.ts";

/** Values at the end; undefined for one that no equation settles (a cycle of copies). */
export interface Outcome {
  /** Per thread, by name. */
  readonly registers: readonly ReadonlyMap<string, Value | undefined>[];
  readonly memory: ReadonlyMap<string, Value | undefined>;
  /** Union over the executions that end like this, sorted. */
  readonly flags: readonly string[];
  /** How many executions end like this. */
  readonly executions: number;
}

export interface Outcomes {
  /** Keyed by a text such as "0:r1=1; [x]=2;", in order of that text. */
  readonly states: ReadonlyMap<string, Outcome>;
  /** False when the bound of steps was reached. */
  readonly complete: boolean;
}

export interface OutcomeOptions {
  readonly model: Model;
  readonly steps?: number;
  readonly rounds?: number;
}

/** Throws UnsupportedProgram. */
export function outcomesOf(program: Program, options: OutcomeOptions): Outcomes {
  const { model, steps = defaultSteps, rounds = defaultRounds } = options;
  const states = new Map<string, Outcome>();
  const { complete } = explore(program, {
    model, steps, rounds,
    observed: new Set(),
    found: (execution) => {
      const registers = execution.graph.registers.map((terms, thread) => {
        return new Map(Array.from(terms.keys()).toSorted().map((name) => [name, execution.register(thread, name)]));
      });
      const locations = new Set([...program.memory.keys(), ...Array.from(execution.state.orders.keys()).map(String)]);
      const memory = new Map(Array.from(locations).toSorted().map((name) => [name, execution.location(name)]));
      const key = keyOf(registers, memory);
      const before = states.get(key);
      const flags = Array.from(new Set([...(before?.flags ?? []), ...execution.flags])).toSorted();
      states.set(key, { registers, memory, flags, executions: (before?.executions ?? 0) + 1 });
    },
  });
  return { states: new Map(Array.from(states).toSorted(([a], [b]) => Number(a > b) - Number(a < b))), complete };
}

function keyOf(registers: Outcome["registers"], memory: Outcome["memory"]): string {
  const show = (value: Value | undefined): string => (value === undefined ? "?" : printValue(value));
  return [
    ...registers.flatMap((values, thread) => Array.from(values, ([name, value]) => `${thread}:${name}=${show(value)};`)),
    ...Array.from(memory, ([name, value]) => `[${name}]=${show(value)};`),
  ].join(" ");
}
