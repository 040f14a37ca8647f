/** Shortest cycles of a relation, to be shown. */
import type { Relation, RelationAlgebra } from "./relation.ts";

/** The events of a shortest cycle, in order, [] when there is none. */
export function shortestCycle(algebra: RelationAlgebra, relation: Relation): number[] {
  let best: number[] = [];
  for (let start = 0; start < algebra.size; start++) {
    const found = cycleThrough(algebra, relation, start);
    if (found.length > 0 && (best.length === 0 || found.length < best.length)) best = found;
  }
  return best;
}

/** The events of a shortest cycle from `start`, [] when there is none. */
export function cycleThrough(algebra: RelationAlgebra, relation: Relation, start: number): number[] {
  const parent = Array.from({ length: algebra.size }, () => -1);
  const queue = [start];
  for (const at of queue) {
    for (let to = 0; to < algebra.size; to++) {
      if (!algebra.has(relation, at, to)) continue;
      if (to === start) return pathTo(at, start, parent);
      if (parent[to] !== -1) continue;
      parent[to] = at;
      queue.push(to);
    }
  }
  return [];
}

function pathTo(end: number, start: number, parent: readonly number[]): number[] {
  const path = [end];
  while (path[0] !== start) path.unshift(parent[path[0]!]!);
  return path;
}
