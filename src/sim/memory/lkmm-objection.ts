/**
 * For pictures: why the model forbids an execution (the first axiom that fails, and a shortest cycle of it), and what
 * keeps the accesses of one thread in order.
 */
import { cycleThrough, shortestCycle } from "./cycle.ts";
import type { Graph } from "./graph.ts";
import { orderingOf, type Ordering } from "./lkmm-order.ts";
import { plainVerdict } from "./lkmm-race.ts";
import { rcuOf, srcuRscsOf } from "./lkmm-rcu.ts";
import type { Basics } from "./lkmm-sets.ts";
import type { Edge, Knowledge, Objection } from "./model.ts";
import type { Relation } from "./relation.ts";

export function objectionOf(graph: Graph, basics: Basics, known: Knowledge, rcuRscs: Relation): Objection | null {
  const { algebra: r } = graph;
  const ordering = orderingOf(graph, basics, known);
  const named = hbNames(graph, ordering, known);
  if (!r.isAcyclic(ordering.hb)) return cycleOf(graph, "happens-before", ordering.hb, named);
  const withPb = [...named, ["pb", ordering.pb] as const];
  if (!r.isAcyclic(ordering.pb)) return cycleOf(graph, "propagation", ordering.pb, withPb);
  const rcu = rcuOf(graph, ordering, known, { rcuRscs, srcuRscs: srcuRscsOf(graph, basics, known) });
  if (!r.isIrreflexive(rcu.rb)) {
    const steps = r.or(ordering.prop, rcu.rcuFence, ordering.hb, ordering.pb);
    return cycleOf(graph, "rcu", steps, [...withPb, ["rcu-fence", rcu.rcuFence], ["prop", ordering.prop]], rcu.rb);
  }
  const { incoherent } = plainVerdict(graph, basics, ordering, known, rcu);
  const [first] = r.pairs(incoherent);
  if (!first) return null;
  const [from, to] = first;
  return { axiom: "plain-coherence", cycle: [from, to], edges: [{ from, to, relation: "incoherent" }] };
}

type Named = readonly (readonly [string, Relation])[];

function hbNames(graph: Graph, ordering: Ordering, known: Knowledge): Named {
  return [["rfe", ordering.rfe], ["ppo", ordering.ppo], ["fr", known.fr], ["co", known.co], ["prop", ordering.prop]];
}

/** A shortest cycle of `steps`; `within` (default: steps) has to be reflexive at its first event. */
function cycleOf(graph: Graph, axiom: string, steps: Relation, names: Named, within: Relation | null = null): Objection {
  const { algebra: r } = graph;
  const start = within ? graph.events.findIndex((_, e) => r.has(within, e, e)) : -1;
  const cycle = start < 0 ? shortestCycle(r, steps) : cycleThrough(r, withoutLoops(graph, steps), start);
  const edges = cycle.map((from, i): Edge => {
    const to = cycle[(i + 1) % cycle.length]!;
    const name = names.find(([, relation]) => r.has(relation, from, to))?.[0] ?? axiom;
    return { from, to, relation: name };
  });
  return { axiom, cycle, edges };
}

function withoutLoops(graph: Graph, a: Relation): Relation {
  const { algebra: r } = graph;
  return r.minus(a, r.maybe(r.none()));
}

/** The pairs in program order that are kept in order, each by the most telling relation. */
export function keptBy(graph: Graph, basics: Basics, known: Knowledge): readonly Edge[] {
  const { algebra: r } = graph;
  const { ppo, strongFence } = orderingOf(graph, basics, known);
  const named: Named = [
    ["mb", basics.mb], ["gp", basics.gp], ["mb", strongFence], ["po-rel", basics.poRel], ["acq-po", basics.acqPo],
    ["wmb", basics.wmb], ["rmb", basics.rmb], ["addr", graph.addr], ["data", graph.data],
    ["ctrl", r.to(graph.ctrl, basics.W)], ["ppo", ppo],
  ];
  const kept = r.and(graph.po, named.reduce((all, [, relation]) => r.or(all, relation), ppo));
  return r.pairs(kept).map(([from, to]) => ({ from, to, relation: named.find(([, relation]) => r.has(relation, from, to))![0] }));
}
