/** What the drawings of an execution share. */
import type { Edge } from "../memory/model.ts";
import type { Witness } from "../memory/witness.ts";

/** a, b, ... z, then e26, e27, ... */
export function letterOf(id: number): string {
  return id < 26 ? String.fromCharCode(97 + id) : `e${id}`;
}

export function verdictLine(witness: Witness): string {
  if (witness.axiom !== null) return `${witness.name}: forbidden by ${witness.axiom}`;
  if (witness.cycle.length === 0) return `${witness.name}: allowed, and explained by an interleaving`;
  return `${witness.name}: allowed, though no interleaving explains it`;
}

export interface DrawnEdge extends Edge {
  readonly inCycle: boolean;
  readonly missing: boolean;
}

/** The edges of the cycle, and rf, co and fr between threads; each once. */
export function drawnEdges(witness: Witness): readonly DrawnEdge[] {
  const threadOf = new Map(witness.events.map((event) => [event.id, event.thread]));
  const between = witness.edges.filter(({ from, to }) => threadOf.get(from) !== threadOf.get(to));
  const key = (edge: Edge): string => `${edge.from} ${edge.to} ${edge.relation}`;
  const inCycle = new Set(witness.cycle.map(key));
  const missing = new Set(witness.missing.map(key));
  const all = new Map([...between, ...witness.cycle].map((edge) => [key(edge), edge]));
  return Array.from(all, ([name, edge]) => ({ ...edge, inCycle: inCycle.has(name), missing: missing.has(name) }));
}

/** Colours as in the kernel's linux-kernel.cfg where it has one. */
export function colourOf(edge: DrawnEdge): string {
  if (edge.missing) return "#c00000";
  switch (edge.relation) {
    case "rf":
    case "rfe": return "#b8002e";
    case "co": return "#0000c8";
    case "fr": return "#b36b00";
    case "po": return "#404040";
    default: return "#4b0082";
  }
}
