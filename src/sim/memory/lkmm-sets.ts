/**
 * The sets and the relations of the Linux-kernel memory model that program order fixes: what the bell file, the head
 * of lock.cat and the first section of linux-kernel.cat define (tools/memory-model, 6.12). Names as there.
 */
import { eventsOfKind, eventsTagged, type Graph } from "./graph.ts";
import type { EventSet, Relation } from "./relation.ts";

export interface Basics {
  readonly R: EventSet;
  readonly W: EventSet;
  readonly M: EventSet;
  readonly Marked: EventSet;
  readonly Plain: EventSet;
  readonly UL: EventSet;
  readonly LKR: EventSet;
  readonly LKW: EventSet;
  readonly Noreturn: EventSet;
  readonly R4rmb: EventSet;
  readonly AfterUnlockLock: EventSet;
  readonly SrcuLock: EventSet;
  readonly SrcuUnlock: EventSet;
  readonly Sync: EventSet;
  readonly acqPo: Relation;
  readonly poRel: Relation;
  readonly rmb: Relation;
  readonly wmb: Relation;
  /** mb without the part of smp_mb__after_unlock_lock(), which depends on who took the lock after whom. */
  readonly mb: Relation;
  readonly gp: Relation;
  readonly barrier: Relation;
}

export function basicsOf(graph: Graph): Basics {
  const { algebra: r, po } = graph;
  const kind = (...kinds: Parameters<typeof eventsOfKind>[1][]): EventSet => eventsOfKind(graph, ...kinds);
  const tagged = (...tags: Parameters<typeof eventsTagged>[1][]): EventSet => eventsTagged(graph, ...tags);
  const both = (a: EventSet, b: EventSet): EventSet => r.set((e) => r.contains(a, e) || r.contains(b, e));
  /** fencerel(B) */
  const fencerel = (fences: EventSet): Relation => r.seq(r.to(po, fences), po);

  const R = kind("R", "LKR", "LF", "RL", "RU");
  const W = kind("W", "LKW", "UL");
  const M = both(R, W);
  const UL = kind("UL");
  const LKR = kind("LKR");
  const LKW = kind("LKW");
  const Acquire = both(tagged("acquire"), LKR);
  const Release = both(tagged("release"), UL);
  const Plain = r.set((e) => graph.events[e]!.tag === "plain");
  const Noreturn = tagged("noreturn");
  const R4rmb = r.set((e) => r.contains(R, e) && !r.contains(Noreturn, e));
  const RMW = r.set((e) => graph.events[e]!.atomic);
  const SrcuUnlock = tagged("srcu-unlock");
  const Sync = tagged("sync-rcu", "sync-srcu");

  const inside = (a: Relation): Relation => r.between(M, a, M);
  const poMaybe = r.maybe(po);
  const mb = r.or(
    inside(fencerel(tagged("mb"))),
    inside(r.seq(r.to(fencerel(tagged("before-atomic")), RMW), poMaybe)),
    inside(r.seq(r.to(poMaybe, RMW), fencerel(tagged("after-atomic")))),
    inside(r.seq(r.to(poMaybe, LKW), fencerel(tagged("after-spinlock")))),
    inside(r.seq(r.to(poMaybe, SrcuUnlock), fencerel(tagged("after-srcu-read-unlock")))),
  );
  const fences = both(both(Acquire, Release), r.set((e) => barrierTags.has(graph.events[e]!.tag)));
  return {
    R, W, M, Plain, UL, LKR, LKW, Noreturn, R4rmb, SrcuUnlock, Sync, mb,
    Marked: r.complement(Plain),
    AfterUnlockLock: tagged("after-unlock-lock"),
    SrcuLock: tagged("srcu-lock"),
    acqPo: r.between(Acquire, po, M),
    poRel: r.between(M, po, Release),
    rmb: r.between(R4rmb, fencerel(tagged("rmb")), R4rmb),
    wmb: r.between(W, fencerel(tagged("wmb")), W),
    gp: r.seq(r.to(po, Sync), poMaybe),
    barrier: r.or(fencerel(fences), r.or(r.to(po, Release), r.from(Acquire, po))),
  };
}

/** What the relation `barrier` counts besides acquire and release: all that keeps the compiler from moving accesses across. */
const barrierTags: ReadonlySet<string> = new Set([
  "barrier", "rmb", "wmb", "mb", "sync-rcu", "sync-srcu", "before-atomic", "after-atomic",
  "rcu-lock", "rcu-unlock", "srcu-lock", "srcu-unlock",
]);
