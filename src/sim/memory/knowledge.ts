/** The relations rf, co and fr of a state of the search, as far as they are known. */
import { initialSource, openSource, type CoherenceOrder } from "./coherence.ts";
import type { Graph } from "./graph.ts";
import type { Knowledge } from "./model.ts";
import type { Relation } from "./relation.ts";
import type { State } from "./state.ts";
import type { Value } from "./value.ts";

/** Takes relations from the algebra of the graph; the caller gives them back. */
export function knowledgeOf(graph: Graph, state: State): Knowledge {
  const { algebra } = graph;
  const { locations } = state.placement;
  const rf = algebra.none();
  const fr = algebra.none();
  const co = algebra.none();
  for (const order of state.orders.values()) {
    for (let i = 0; i < order.writes.length; i++) addLater(graph, co, order.writes[i]!, order, order.after[i]!);
  }
  state.sources.forEach((source, read) => {
    if (source === openSource) return;
    if (source !== initialSource) algebra.add(rf, source, read);
    const order = locations[read] === undefined ? undefined : state.orders.get(locations[read]);
    if (!order) return;
    const index = order.writes.indexOf(source);
    addLater(graph, fr, read, order, source === initialSource ? -1 : index < 0 ? 0 : order.after[index]!);
  });
  const valueOf = (event: number): Value | undefined => {
    const term = graph.values[event];
    return term === null || term === undefined ? undefined : state.equations.evaluate(term);
  };
  return { rf, co, fr, locations, valueOf };
}

/** Adds the writes of `order` whose bit is set in `mask`. */
function addLater(graph: Graph, relation: Relation, from: number, order: CoherenceOrder, mask: number): void {
  for (let i = 0; i < order.writes.length; i++) if ((mask & (1 << i)) !== 0) graph.algebra.add(relation, from, order.writes[i]!);
}
