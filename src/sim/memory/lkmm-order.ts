/**
 * The ordering relations of linux-kernel.cat (6.12) on one execution, from `dep` to `pb`. Names as there.
 *
 * All of them only grow when rf, co and fr grow, which is why they may be asked of partial executions.
 */
import type { Graph } from "./graph.ts";
import type { Basics } from "./lkmm-sets.ts";
import type { Knowledge } from "./model.ts";
import type { Relation } from "./relation.ts";

export interface Ordering {
  readonly rfe: Relation;
  readonly addr: Relation;
  readonly strongFence: Relation;
  readonly nonrwFence: Relation;
  readonly fence: Relation;
  readonly rmwSequence: Relation;
  readonly cumulFence: Relation;
  readonly ppo: Relation;
  readonly prop: Relation;
  readonly hb: Relation;
  readonly hbPlus: Relation;
  readonly pb: Relation;
  readonly pbPlus: Relation;
}

export function orderingOf(graph: Graph, basics: Basics, known: Knowledge): Ordering {
  const { algebra: r, po, int, ext } = graph;
  const { M, W, R, Marked, Plain } = basics;
  const { rf, co, fr } = known;
  const marked = (a: Relation): Relation => r.between(Marked, a, Marked);
  const rfe = r.and(rf, ext);
  const rfi = r.and(rf, int);

  const poUnlockLockPo = poUnlockLockPoOf(graph, basics, rf);
  const mb = r.isEmptySet(basics.AfterUnlockLock)
    ? basics.mb
    : r.or(basics.mb, r.between(M, r.seq(r.to(poUnlockLockPo, basics.AfterUnlockLock), po), M));
  const strongFence = r.or(mb, basics.gp);
  const nonrwFence = r.or(strongFence, basics.poRel, basics.acqPo);
  const fence = r.or(nonrwFence, basics.wmb, basics.rmb);

  const carryDep = r.isEmpty(rfi) ? null : r.star(r.seq(r.to(graph.data, r.complement(basics.SrcuUnlock)), rfi));
  const carried = (a: Relation): Relation => (carryDep ? r.seq(carryDep, a) : a);
  const addr = carried(graph.addr);
  const dep = r.or(addr, carried(graph.data));
  const rwdep = r.to(r.or(dep, carried(graph.ctrl)), W);
  const overwrite = r.or(co, fr);
  const toW = r.or(rwdep, r.and(overwrite, int), r.seq(r.to(addr, Plain), basics.wmb));
  const toR = r.or(r.to(addr, R), r.seq(r.to(dep, Marked), rfi));
  const ppo = r.or(toR, toW, r.and(fence, int), r.and(poUnlockLockPo, int));

  const aCumul = (a: Relation): Relation => r.seq(r.maybe(r.to(rfe, Marked)), a);
  const rmwSequence = r.star(r.seq(rf, graph.rmw));
  const cumulFence = r.seq(
    marked(r.or(aCumul(r.or(strongFence, basics.poRel)), basics.wmb, poUnlockLockPo)),
    rmwSequence,
  );
  const propEnd = r.maybe(rfe);
  const propStart = r.seq(r.maybe(r.and(overwrite, ext)), r.star(cumulFence));
  const prop = marked(r.seq(r.to(propStart, Marked), propEnd));
  const hb = marked(r.or(ppo, rfe, r.and(withoutLoops(graph, prop), int)));
  const hbPlus = r.plus(hb);
  const pb = r.to(r.chain(prop, strongFence, r.maybe(hbPlus)), Marked);
  return {
    rfe, addr, strongFence, nonrwFence, fence, rmwSequence, cumulFence, ppo, prop, hb, hbPlus, pb, pbPlus: r.plus(pb),
  };
}

/** r \ id */
function withoutLoops(graph: Graph, a: Relation): Relation {
  const { algebra: r } = graph;
  return r.minus(a, r.maybe(r.none()));
}

/** po ; [UL] ; (po|rf) ; [LKR] ; po */
function poUnlockLockPoOf(graph: Graph, { UL, LKR }: Basics, rf: Relation): Relation {
  const { algebra: r, po } = graph;
  if (r.isEmptySet(UL) || r.isEmptySet(LKR)) return r.none();
  return r.chain(r.to(po, UL), r.to(r.or(po, rf), LKR), po);
}
