/** Final values of registers and locations, in a complete execution or in one that still grows. */
import type { Graph } from "./graph.ts";
import type { Program } from "./program.ts";
import type { State } from "./state.ts";
import type { Value } from "./value.ts";

/** undefined: open, or, in a complete execution, settled by no equation. */
export interface FinalState {
  register(thread: number, name: string): Value | undefined;
  location(name: string): Value | undefined;
}

export function finalStateOf(program: Program, graph: Graph, state: State): FinalState {
  const register = (thread: number, name: string): Value | undefined => {
    const term = graph.registers[thread]?.get(name);
    return term === undefined ? 0n : state.equations.evaluate(term);
  };
  const location = (name: string): Value | undefined => {
    if (!state.placement.complete) return undefined;
    const order = state.orders.get(name);
    const initial = program.memory.get(name) ?? 0n;
    if (!order || order.writes.length === 0) return initial;
    const last = order.after.indexOf(0);
    if (order.after.includes(0, last + 1)) return undefined;
    const value = graph.values[order.writes[last]!]!;
    return value === null ? initial : state.equations.evaluate(value);
  };
  return { register, location };
}
