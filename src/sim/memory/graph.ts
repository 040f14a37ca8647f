/**
 * An execution graph before it is known who reads from whom: one path of each thread, put side by side.
 *
 * Everything here is fixed while the reads-from and coherence relations are searched for (search.ts).
 */
import type { Event, EventKind, EventTag, Path, Requirement } from "./event.ts";
import { RelationAlgebra, type EventSet, type Relation } from "./relation.ts";
import { isKnown, rebase, type Term } from "./term.ts";

export interface Graph {
  readonly algebra: RelationAlgebra;
  readonly size: number;
  readonly events: readonly Event[];
  readonly threadOf: readonly number[];
  /** Per event, with reads numbered in the graph. */
  readonly addresses: readonly (Term | null)[];
  readonly values: readonly (Term | null)[];
  readonly requirements: readonly Requirement[];
  /** Per thread. */
  readonly registers: readonly ReadonlyMap<string, Term>[];
  /** Some thread took a path on which a loop was cut. */
  readonly cut: boolean;
  readonly po: Relation;
  /** Same thread, and another thread. */
  readonly int: Relation;
  readonly ext: Relation;
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
  readonly rmw: Relation;
}

/** Puts one path of each thread together. `algebraOf` hands out an algebra for a number of events. */
export function buildGraph(paths: readonly Path[], algebraOf: (size: number) => RelationAlgebra): Graph {
  const bases: number[] = [];
  let size = 0;
  for (const path of paths) {
    bases.push(size);
    size += path.events.length;
  }
  const algebra = algebraOf(size);
  const gather = (pick: (path: Path) => readonly (readonly [number, number])[]): Relation => {
    const out = algebra.none();
    paths.forEach((path, i) => {
      for (const [from, to] of pick(path)) algebra.add(out, from + bases[i]!, to + bases[i]!);
    });
    return out;
  };
  const events = paths.flatMap((path) => path.events);
  const threadOf = paths.flatMap((path, i) => path.events.map(() => i));
  const sameThread = (e: number): EventSet => algebra.set((other) => threadOf[other] === threadOf[e]);
  const int = algebra.none();
  const ext = algebra.none();
  for (let e = 0; e < size; e++) {
    const own = sameThread(e);
    int.set(own, e * algebra.words);
    ext.set(algebra.complement(own), e * algebra.words);
  }
  const placed = (pick: (event: Event) => Term | null): (Term | null)[] => {
    return paths.flatMap((path, i) => path.events.map((event) => onTerm(pick(event), bases[i]!)));
  };
  return {
    algebra, size, events, threadOf, int, ext,
    addresses: placed((event) => event.address),
    values: placed((event) => event.value),
    requirements: paths.flatMap((path, i) => path.requirements.map((each) => rebaseRequirement(each, bases[i]!))),
    registers: paths.map((path, i) => new Map(Array.from(path.registers, ([name, term]) => [name, rebase(term, bases[i]!)]))),
    cut: paths.some((path) => path.cut),
    po: gather((path) => path.po),
    addr: gather((path) => path.addr),
    data: gather((path) => path.data),
    ctrl: gather((path) => path.ctrl),
    rmw: gather((path) => path.rmw),
  };
}

function onTerm(term: Term | null, base: number): Term | null {
  return term === null || isKnown(term) ? term : rebase(term, base);
}

function rebaseRequirement(requirement: Requirement, base: number): Requirement {
  if (requirement.k === "truth") return { ...requirement, term: rebase(requirement.term, base) };
  return { k: "same", left: rebase(requirement.left, base), right: rebase(requirement.right, base) };
}

export function eventsOfKind(graph: Graph, ...kinds: readonly EventKind[]): EventSet {
  return graph.algebra.set((e) => kinds.includes(graph.events[e]!.kind));
}

export function eventsTagged(graph: Graph, ...tags: readonly EventTag[]): EventSet {
  return graph.algebra.set((e) => tags.includes(graph.events[e]!.tag));
}

const readKinds: ReadonlySet<EventKind> = new Set<EventKind>(["R", "LKR", "LF", "RL", "RU"]);
const writeKinds: ReadonlySet<EventKind> = new Set<EventKind>(["W", "LKW", "UL"]);

export function isRead(event: Event): boolean {
  return readKinds.has(event.kind);
}

export function isWrite(event: Event): boolean {
  return writeKinds.has(event.kind);
}

/** A read or a write, also of a lock. */
export function isAccess(event: Event): boolean {
  return isRead(event) || isWrite(event);
}
