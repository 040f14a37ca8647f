/**
 * RCU and SRCU in linux-kernel.cat and linux-kernel.bell (6.12): critical sections, rcu-order and rb. Names as there.
 */
import type { Graph } from "./graph.ts";
import type { Basics } from "./lkmm-sets.ts";
import type { Ordering } from "./lkmm-order.ts";
import type { Knowledge } from "./model.ts";
import type { EventSet, Relation } from "./relation.ts";

/** rcu-rscs: the outermost-to-innermost matching of rcu_read_lock() with rcu_read_unlock(), as brackets match. */
export function rcuRscsOf(graph: Graph): Relation {
  const { algebra: r } = graph;
  const out = r.none();
  let open: number[] = [];
  for (let e = 0; e < graph.size; e++) {
    if (e > 0 && graph.threadOf[e] !== graph.threadOf[e - 1]) open = [];
    const { tag } = graph.events[e]!;
    if (tag === "rcu-lock") open.push(e);
    const lock = tag === "rcu-unlock" ? open.pop() : undefined;
    if (lock !== undefined) r.add(out, lock, e);
  }
  return out;
}

/** srcu-rscs: which srcu_read_unlock() was given the value of which srcu_read_lock(). */
export function srcuRscsOf(graph: Graph, { SrcuLock, SrcuUnlock }: Basics, known: Knowledge): Relation {
  const { algebra: r, data } = graph;
  if (r.isEmptySet(SrcuLock) || r.isEmptySet(SrcuUnlock)) return r.none();
  const carrySrcuData = r.star(r.seq(r.to(data, r.complement(SrcuUnlock)), known.rf));
  return sameLocation(graph, known, r.between(SrcuLock, r.seq(carrySrcuData, data), SrcuUnlock));
}

/** a & loc */
export function sameLocation(graph: Graph, known: Knowledge, a: Relation): Relation {
  const { algebra: r } = graph;
  const out = r.none();
  r.forEach(a, (from, to) => {
    const location = known.locations[from];
    if (location !== undefined && location === known.locations[to]) r.add(out, from, to);
  });
  return out;
}

export interface CriticalSections {
  readonly rcuRscs: Relation;
  readonly srcuRscs: Relation;
}

/** Whether rb can hold more than pb does: without a critical section and a grace period of one kind, rcu-order only chains grace periods, as pb does. */
export function hasCriticalGrace(graph: Graph, { rcuRscs, srcuRscs }: CriticalSections): boolean {
  const { algebra: r } = graph;
  const has = (tag: string): boolean => graph.events.some((event) => event.tag === tag);
  return (has("sync-rcu") && !r.isEmpty(rcuRscs)) || (has("sync-srcu") && !r.isEmpty(srcuRscs));
}

export interface RcuOrdering {
  readonly rcuFence: Relation;
  readonly rb: Relation;
}

export function rcuOf(graph: Graph, ordering: Ordering, known: Knowledge, sections: CriticalSections): RcuOrdering {
  const { algebra: r, po } = graph;
  const hbStar = r.maybe(ordering.hbPlus);
  const pbStar = r.maybe(ordering.pbPlus);
  const ends: EventSet = r.set((e) => isRcuTag(graph.events[e]!.tag));
  const rcuLink = r.between(ends, r.chain(r.maybe(po), hbStar, pbStar, ordering.prop, po), ends);
  const rcuOrder = rcuOrderOf(graph, known, {
    rcuGp: r.identity(r.set((e) => graph.events[e]!.tag === "sync-rcu")),
    srcuGp: r.identity(r.set((e) => graph.events[e]!.tag === "sync-srcu")),
    rcuRscsi: r.inverse(sections.rcuRscs),
    srcuRscsi: r.inverse(sections.srcuRscs),
    rcuLink,
  });
  const rcuFence = r.chain(po, rcuOrder, r.maybe(po));
  return { rcuFence, rb: r.chain(ordering.prop, rcuFence, hbStar, pbStar) };
}

function isRcuTag(tag: string): boolean {
  return tag.startsWith("rcu-") || tag.startsWith("srcu-") || tag.startsWith("sync-");
}

interface RcuParts {
  readonly rcuGp: Relation;
  readonly srcuGp: Relation;
  readonly rcuRscsi: Relation;
  readonly srcuRscsi: Relation;
  readonly rcuLink: Relation;
}

/** The least solution of the recursive definition, reached from below. */
function rcuOrderOf(graph: Graph, known: Knowledge, parts: RcuParts): Relation {
  const { algebra: r } = graph;
  const { rcuGp, srcuGp, rcuRscsi, srcuRscsi, rcuLink } = parts;
  const withSrcu = !r.isEmpty(srcuRscsi);
  let order = r.or(rcuGp, srcuGp);
  for (;;) {
    const linked = r.chain(rcuLink, order, rcuLink);
    const middle = r.or(rcuLink, linked);
    let next = r.or(
      order,
      r.chain(rcuGp, middle, rcuRscsi),
      r.chain(rcuRscsi, middle, rcuGp),
      r.chain(order, rcuLink, order),
    );
    if (withSrcu) {
      const srcu = r.or(r.chain(srcuGp, middle, srcuRscsi), r.chain(srcuRscsi, middle, srcuGp));
      next = r.or(next, sameLocation(graph, known, srcu));
    }
    if (r.isEqual(next, order)) return order;
    order = next;
  }
}
