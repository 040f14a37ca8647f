/**
 * Plain accesses and data races: the last section of linux-kernel.cat (6.12). Names as there.
 */
import type { Graph } from "./graph.ts";
import type { Ordering } from "./lkmm-order.ts";
import type { Basics } from "./lkmm-sets.ts";
import type { Knowledge } from "./model.ts";
import type { Relation } from "./relation.ts";

export interface PlainVerdict {
  /** wr-incoh | rw-incoh | ww-incoh: an execution with any is not consistent ("plain-coherence"). */
  readonly incoherent: Relation;
  /** ww-race | wr-race | rw-race. */
  readonly race: Relation;
}

/** `rcuFence` and `rb` may be null when there is no grace period. */
export function plainVerdict(
  graph: Graph, basics: Basics, ordering: Ordering, known: Knowledge, rcu: { readonly rcuFence: Relation; readonly rb: Relation } | null,
): PlainVerdict {
  const { algebra: r, ext, po } = graph;
  const { M, W, R4rmb, Marked, Plain, Noreturn } = basics;
  const { rf, co, fr } = known;
  const { rfe, addr, nonrwFence, rmwSequence, cumulFence } = ordering;
  const all = r.set(() => true);
  const fence = rcu ? r.or(ordering.fence, rcu.rcuFence) : ordering.fence;
  const strongFence = rcu ? r.or(ordering.strongFence, rcu.rcuFence) : ordering.strongFence;
  const fromMarked = (a: Relation): Relation => r.from(Marked, a);
  const toMarked = (a: Relation): Relation => r.to(a, Marked);

  const xbstar = r.star(rcu ? r.or(ordering.hb, ordering.pb, rcu.rb) : r.or(ordering.hb, ordering.pb));
  const vis = r.chain(
    r.star(cumulFence),
    toMarked(r.maybe(rfe)),
    r.or(r.seq(toMarked(strongFence), xbstar), r.and(xbstar, graph.int)),
  );

  const returning = r.complement(Noreturn);
  const fencerelRmb = r.seq(r.to(po, r.set((e) => graph.events[e]!.tag === "rmb")), po);
  const wPreBounded = fromMarked(r.maybe(r.or(addr, fence)));
  const rPreBounded = fromMarked(r.maybe(r.or(addr, nonrwFence, r.between(R4rmb, fencerelRmb, returning))));
  const wPostBounded = r.seq(toMarked(r.maybe(fence)), rmwSequence);
  const rPostBounded = toMarked(r.maybe(r.or(nonrwFence, r.between(returning, fencerelRmb, R4rmb))));

  const strongThenXb = r.seq(strongFence, xbstar);
  const visible = r.seq(wPostBounded, vis);
  const wwVis = r.or(fence, r.seq(strongThenXb, wPreBounded), r.seq(visible, wPreBounded));
  const wrVis = r.or(fence, r.seq(strongThenXb, rPreBounded), r.seq(visible, rPreBounded));
  const rwXbstar = r.or(fence, r.chain(rPostBounded, xbstar, wPreBounded));

  const preRace = r.and(ext, r.or(r.cross(Plain, M), r.cross(M, Plain)));
  const incoherent = r.or(
    r.and(r.and(preRace, rf), r.inverse(rwXbstar)),
    r.and(r.and(preRace, fr), r.inverse(wrVis)),
    r.and(r.and(preRace, co), r.inverse(wwVis)),
  );

  const wwNonrace = r.and(
    wwVis,
    r.and(r.or(r.cross(Marked, W), rwXbstar), r.or(r.cross(all, Marked), wrVis)),
  );
  const race = r.or(
    r.minus(r.and(preRace, co), wwNonrace),
    r.minus(r.minus(r.and(preRace, r.seq(r.maybe(co), rf)), wrVis), r.inverse(rwXbstar)),
    r.minus(r.and(preRace, fr), rwXbstar),
  );
  return { incoherent, race };
}
