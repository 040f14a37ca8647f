/** Which location each event accesses, as far as that is known. */
import type { Equations } from "./equations.ts";
import { isAccess, type Graph } from "./graph.ts";
import type { Value } from "./value.ts";

export interface Placement {
  /** Per event; undefined for fences, and while open. */
  readonly locations: readonly (Value | undefined)[];
  /** Reads and writes, lock events among them, by location, in order of number. */
  readonly accesses: ReadonlyMap<Value, readonly number[]>;
  /** No address is open. Then nothing changes any more. */
  readonly complete: boolean;
}

export function placementOf(graph: Graph, equations: Equations): Placement {
  const locations = graph.addresses.map((address) => (address === null ? undefined : equations.evaluate(address)));
  const accesses = new Map<Value, number[]>();
  locations.forEach((location, e) => {
    if (location === undefined || !isAccess(graph.events[e]!)) return;
    const list = accesses.get(location);
    if (list) list.push(e);
    else accesses.set(location, [e]);
  });
  return { locations, accesses, complete: graph.addresses.every((address, e) => address === null || locations[e] !== undefined) };
}
