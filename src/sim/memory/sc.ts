/**
 * Sequential consistency with RCU: one order of all events that each thread keeps, and grace periods as in the kernel
 * model. Every execution that it allows is allowed by lkmm too, so it serves as the quick first answer.
 */
import { shortestCycle } from "./cycle.ts";
import type { Graph } from "./graph.ts";
import { lkmm } from "./lkmm.ts";
import type { Checker, Knowledge, Model } from "./model.ts";

export const sc: Model = { name: "sc", prepare };

function prepare(graph: Graph, observed: ReadonlySet<string>): Checker {
  const { algebra: r, po } = graph;
  const weak = lkmm.prepare(graph, observed);
  const inOrder = (known: Knowledge): boolean => {
    const mark = r.mark();
    const acyclic = r.isAcyclic(r.or(po, known.rf, known.co, known.fr));
    r.release(mark);
    return acyclic;
  };
  return {
    possible: (known) => inOrder(known) && weak.possible(known),
    flags: (known) => (inOrder(known) ? weak.flags(known) : null),
    kept: () => r.pairs(po).map(([from, to]) => ({ from, to, relation: "po" })),
    objection: (known) => {
      if (inOrder(known)) return weak.objection(known);
      const names = [["po", po], ["rf", known.rf], ["co", known.co], ["fr", known.fr]] as const;
      const cycle = shortestCycle(r, r.or(po, known.rf, known.co, known.fr));
      const edges = cycle.map((from, i) => {
        const to = cycle[(i + 1) % cycle.length]!;
        return { from, to, relation: names.find(([, relation]) => r.has(relation, from, to))![0] };
      });
      return { axiom: "sequential-consistency", cycle, edges };
    },
  };
}
