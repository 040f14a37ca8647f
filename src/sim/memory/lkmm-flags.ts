/**
 * The flags that linux-kernel.bell, lock.cat and linux-kernel.cat raise on a consistent execution besides data-race:
 * wrong use of locks, RCU and SRCU, and plain writes mixed with marked accesses. Names as there.
 */
import type { EventKind } from "./event.ts";
import type { Graph } from "./graph.ts";
import { sameLocation, type CriticalSections } from "./lkmm-rcu.ts";
import type { Basics } from "./lkmm-sets.ts";
import type { Knowledge } from "./model.ts";
import type { Relation } from "./relation.ts";

/** Sorted by name. */
export function misuseFlags(
  graph: Graph, basics: Basics, known: Knowledge, sections: CriticalSections, observed: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const flag = (name: string, raised: boolean): void => {
    if (raised) found.push(name);
  };
  const kinds = new Set(graph.events.map((event) => event.kind));
  const tags = new Set<string>(graph.events.map((event) => event.tag));
  if (tags.has("rcu-lock") || tags.has("rcu-unlock")) rcuFlags(graph, sections.rcuRscs, flag);
  if (tags.has("srcu-lock") || tags.has("srcu-unlock")) srcuFlags(graph, known, sections.srcuRscs, flag);
  if (kinds.has("LKW") || kinds.has("UL") || tags.has("srcu-lock") || tags.has("sync-srcu")) lockFlags(graph, known, observed, flag);
  if (tags.has("plain")) flag("mixed-accesses", hasMixedAccesses(graph, basics, known));
  return found.toSorted();
}

type Flag = (name: string, raised: boolean) => void;

function someEvent(graph: Graph, holds: (event: number) => boolean): boolean {
  return graph.events.some((_, e) => holds(e));
}

function rcuFlags(graph: Graph, rcuRscs: Relation, flag: Flag): void {
  const { algebra: r, po } = graph;
  const locks = r.domain(rcuRscs);
  const unlocks = r.range(rcuRscs);
  flag("unmatched-rcu-lock", someEvent(graph, (e) => graph.events[e]!.tag === "rcu-lock" && !r.contains(locks, e)));
  flag("unmatched-rcu-unlock", someEvent(graph, (e) => graph.events[e]!.tag === "rcu-unlock" && !r.contains(unlocks, e)));
  const syncSrcu = r.set((e) => graph.events[e]!.tag === "sync-srcu");
  flag("invalid-sleep", !r.isEmpty(r.and(rcuRscs, r.seq(r.to(po, syncSrcu), po))));
}

function srcuFlags(graph: Graph, known: Knowledge, srcuRscs: Relation, flag: Flag): void {
  const { algebra: r } = graph;
  const locks = r.domain(srcuRscs);
  const unlocks = r.range(srcuRscs);
  flag("unmatched-srcu-lock", someEvent(graph, (e) => graph.events[e]!.tag === "srcu-lock" && !r.contains(locks, e)));
  flag("unmatched-srcu-unlock", someEvent(graph, (e) => graph.events[e]!.tag === "srcu-unlock" && !r.contains(unlocks, e)));
  const twice = r.minus(r.seq(r.inverse(srcuRscs), srcuRscs), r.maybe(r.none()));
  flag("multiple-srcu-matches", !r.isEmpty(twice));
  flag("srcu-bad-value-match", r.pairs(srcuRscs).some(([lock, unlock]) => known.valueOf(lock) !== known.valueOf(unlock)));
}

const lockOnly: ReadonlySet<EventKind> = new Set<EventKind>(["LKR", "LKW", "UL", "LF", "RL", "RU", "SRCU"]);

function lockFlags(graph: Graph, known: Knowledge, observed: ReadonlySet<string>, flag: Flag): void {
  const isSpecial = (e: number): boolean => {
    const { kind, tag } = graph.events[e]!;
    return lockOnly.has(kind) || tag === "srcu-lock" || tag === "srcu-unlock";
  };
  const special = new Set(graph.events.flatMap((_, e) => (isSpecial(e) ? [known.locations[e]] : [])));
  flag("mixed-lock-accesses", someEvent(graph, (e) => {
    return !isSpecial(e) && known.locations[e] !== undefined && special.has(known.locations[e]);
  }));
  flag("lock-final", Array.from(special).some((location) => typeof location === "string" && observed.has(location)));
  flag("unmatched-unlock", someEvent(graph, (e) => graph.events[e]!.kind === "UL" && !isPaired(graph, known, e)));
}

/** Whether the last lock event of its thread on its location before this unlock took the lock. */
function isPaired(graph: Graph, known: Knowledge, unlock: number): boolean {
  const before = graph.events.flatMap(({ kind }, e) => {
    const relevant = (kind === "LKW" || kind === "UL") && known.locations[e] === known.locations[unlock];
    return relevant && graph.algebra.has(graph.po, e, unlock) ? [kind] : [];
  });
  return before.at(-1) === "LKW";
}

/** mixed-accesses: a plain write and a marked access of one location with nothing between that stops the compiler. */
function hasMixedAccesses(graph: Graph, { Plain, W, Marked, barrier }: Basics, known: Knowledge): boolean {
  const { algebra: r } = graph;
  const plainWrites = r.set((e) => r.contains(Plain, e) && r.contains(W, e));
  if (r.isEmptySet(plainWrites)) return false;
  const unordered = r.minus(sameLocation(graph, known, graph.po), barrier);
  return !r.isEmpty(r.or(r.between(plainWrites, unordered, Marked), r.between(Marked, unordered, plainWrites)));
}
