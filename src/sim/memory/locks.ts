/**
 * Spinlocks, as tools/memory-model/lock.cat has them: which lock goes with which unlock, and which writes the reading
 * lock events may read from.
 */
import { noLocks, type LockPairs } from "./coherence.ts";
import type { Event, EventKind } from "./event.ts";
import type { Graph } from "./graph.ts";

const lockKinds: ReadonlySet<EventKind> = new Set<EventKind>(["LKR", "LKW", "UL", "LF", "RL", "RU"]);

export function isLockEvent(event: Event): boolean {
  return lockKinds.has(event.kind);
}

/**
 * Pairs the lock events among the accesses of one location. null when no execution exists: a lock taken twice by one
 * thread (lock-nest), spin_is_locked() that says no inside a critical section (nested-is-locked), or two locks that
 * are never released (unmatched-locks).
 */
export function pairLocks(graph: Graph, events: readonly number[]): LockPairs | null {
  if (!events.some((e) => isLockEvent(graph.events[e]!))) return noLocks;
  const critical: [number, number][] = [];
  const unmatched: number[] = [];
  for (const e of events) {
    const { kind } = graph.events[e]!;
    const inside = (kind === "LKR" || kind === "RU") && holder(graph, events, e) !== null;
    if (inside) return null;
    if (kind !== "LKW") continue;
    const next = laterOf(graph, events, e, ["LKW", "UL"])[0];
    if (next !== undefined && graph.events[next]!.kind === "UL") critical.push([e, next]);
    else unmatched.push(e);
  }
  return unmatched.length > 1 ? null : { critical, unmatched };
}

/** The event of the same thread that holds the lock at event e, null when none does. */
function holder(graph: Graph, events: readonly number[], e: number): number | null {
  const last = earlierOf(graph, events, e, ["LKW", "UL"]).at(-1);
  return last !== undefined && graph.events[last]!.kind === "LKW" ? last : null;
}

function laterOf(graph: Graph, events: readonly number[], e: number, kinds: readonly EventKind[]): number[] {
  return events.filter((other) => graph.algebra.has(graph.po, e, other) && kinds.includes(graph.events[other]!.kind));
}

function earlierOf(graph: Graph, events: readonly number[], e: number, kinds: readonly EventKind[]): number[] {
  return events.filter((other) => graph.algebra.has(graph.po, other, e) && kinds.includes(graph.events[other]!.kind));
}

/** Where a reading lock event may read from, among the accesses of its location. */
export interface LockSources {
  readonly writes: readonly number[];
  /** Whether it may find the lock as it was initially. */
  readonly initial: boolean;
}

export function lockSources(graph: Graph, events: readonly number[], read: number): LockSources {
  const foreign = (kind: EventKind): number[] => {
    return events.filter((e) => graph.events[e]!.kind === kind && graph.threadOf[e] !== graph.threadOf[read]);
  };
  switch (graph.events[read]!.kind) {
    case "LKR": {
      const released = pairLocks(graph, events)?.critical.map(([, unlock]) => unlock) ?? [];
      return { writes: released.filter((unlock) => !graph.algebra.has(graph.po, read, unlock)), initial: true };
    }
    case "RU": return { writes: [...foreign("UL"), ...earlierOf(graph, events, read, ["UL"]).slice(-1)], initial: true };
    default: {
      const own = holder(graph, events, read);
      return { writes: own === null ? foreign("LKW") : [own], initial: false };
    }
  }
}
