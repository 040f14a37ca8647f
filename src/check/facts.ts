/**
 * What is known at a program point on one path: locks, mapped ptes, page-table walks, new tables, entry values.
 *
 * The resource part (locks, maps, walks, tables) distinguishes states; where two paths meet with equal resources
 * the rest is joined (joins.ts).
 */
import type { Loc } from "../c/ir.ts";
import type { Level, LockClass } from "../rulebook/schema.ts";
import type { KindSet } from "./kinds.ts";
import { memoOfLast } from "../util/memo.ts";
import { asNumber, isMovedUp, splitMove } from "./symbols.ts";

export interface LockFact {
  /** Symbol of the lock's address. */
  readonly id: string;
  readonly class: LockClass;
  readonly mode: "read" | "write";
  readonly at: Loc;
  /** Name of the function that took it (a helper run in place, perhaps). */
  readonly by: string;
  /** Taken by this function, or held when it started (by context or assumed). */
  readonly origin: "taken" | "entry";
  /** False when unseen code may have released it. */
  readonly certain: boolean;
  /** Held at entry and to be released before the function returns. */
  readonly owed?: true;
  /** Taken by a call that waits for it. */
  readonly waited?: true;
  /** Who tells that it is held at entry, where that is nothing in the function, its head or the rules. */
  readonly told?: string;
}

/** A lock that callers hold. */
export interface EntryLock extends Pick<LockFact, "class" | "mode"> {
  /** Code out of view may have released it. */
  readonly uncertain?: true;
  /** A spinlock that a fault's description points to (vmf->ptl): that of the entry. */
  readonly ofEntry?: true;
  /** Held for the caller that calls with it, too: it says so and takes it not. */
  readonly given?: true;
}

export interface MapFact {
  readonly pointer: string;
  /** The pmd pointer the table was reached through. */
  readonly of: string;
  /** Name of the function that mapped it. */
  readonly by: string;
  readonly at: Loc;
  readonly certain: boolean;
  /** On some path the pointer was advanced and not used since: it may stand one past the table. */
  readonly pastUse: boolean;
}

export interface TableFact {
  /** "filled": initialised, not ordered; "ordered": a write barrier came after; "published". */
  readonly state: "filled" | "ordered" | "published";
  readonly at: Loc;
}

/** Something that this path has opened and must close, or owes (duties.ts). */
export interface Duty {
  /** How far it is: what distinguishes states. */
  readonly state: string;
  readonly at: Loc;
  /** Name of the function that took it on (a helper run in place, perhaps). */
  readonly by: string;
  /** The call that did, as in the source. */
  readonly text: string;
  /** The entry value it hangs on, "" for none. */
  readonly value: string;
  /** Pointer to the entry it hangs on. */
  readonly entry?: string;
  /** Level of the entry it hangs on. */
  readonly level?: Level;
}

export interface ValueFact {
  readonly entry: string;
  readonly level: Level;
  readonly how: "plain" | "once" | "lockless" | "locked";
  readonly kinds: KindSet;
  /** Kinds that a test made for them has shown on a path that leads here: whoever wrote it expects them. */
  readonly shown: KindSet;
  /** Whether every kind in `kinds` is known to be possible here (else the caller may have excluded some). */
  readonly real: boolean;
  /** The kinds are a contract's word alone; code that tests for others all the same is not taken for dead. */
  readonly claimed?: true;
  /** The path hangs on a test of it that no contract explains (pte_same() with a value from elsewhere, a flag worked out from predicates): it may exclude more. */
  readonly otherwise?: true;
  /** Ids of the locks under which it was read and which are still held; "" for none. */
  readonly under: string;
  readonly at: Loc;
}

export interface EntryFact {
  /** A value read before the locks now held were taken has decided the path. */
  readonly decided: Loc | null;
  /** A value read under a lock now held has been tested, or this CPU wrote the entry under it. */
  readonly rechecked: boolean;
}

/** Reverse list of notable places on the path. */
export interface Trail {
  readonly loc: Loc;
  readonly text: string;
  readonly before: Trail | null;
}

export interface Facts {
  locks: readonly LockFact[];
  maps: readonly MapFact[];
  /** Started and not finished page_vma_mapped_walk()s: address of the walk structure -> where. */
  walks: ReadonlyMap<string, Loc>;
  tables: ReadonlyMap<string, TableFact>;
  /** Locks this path has released: id -> where. */
  released: ReadonlyMap<string, Loc>;
  /** Pointers whose mapping this path has ended: pointer -> where. */
  unmapped: ReadonlyMap<string, Loc>;
  /** Results of map calls that are NULL on this path; such a path stays apart from those that need no mapping. */
  failed: ReadonlySet<string>;
  /** Entry pointers handed in whose entry may be of any kind (callbacks of table walks). */
  anyKind: ReadonlySet<string>;
  /** Flushes owed, sections and ranges open, tables detached: by kind, or kind and object. */
  duties: ReadonlyMap<string, Duty>;
  /** Lock classes that no caller holds. */
  free: ReadonlySet<LockClass>;
  /** Unseen code may have taken locks. */
  unseenLocks: boolean;
  memory: ReadonlyMap<string, string>;
  /** expression -> known truth ("is not zero"). */
  truths: ReadonlyMap<string, boolean>;
  values: ReadonlyMap<string, ValueFact>;
  entries: ReadonlyMap<string, EntryFact>;
  /** Result of a call -> entry value it was computed from. */
  derived: ReadonlyMap<string, string>;
  /** Arguments of the calls whose results speak of them (predicates, comparisons). */
  calls: ReadonlyMap<string, readonly string[]>;
  trail: Trail | null;
}

export function emptyFacts(): Facts {
  return {
    locks: [],
    maps: [],
    walks: new Map(),
    tables: new Map(),
    released: new Map(),
    unmapped: new Map(),
    failed: new Set(),
    anyKind: new Set(),
    duties: new Map(),
    free: new Set(),
    unseenLocks: false,
    memory: new Map(),
    truths: new Map(),
    values: new Map(),
    entries: new Map(),
    derived: new Map(),
    calls: new Map(),
    trail: null,
  };
}

/**
 * The facts, some of them replaced. Written out, so that all facts are objects of one shape: a copy by `...` has another shape for each
 * place that makes it, which V8 then copies and reads field by field at every step.
 */
export function updated(facts: Facts, to: Partial<Facts>): Facts {
  return {
    locks: to.locks ?? facts.locks,
    maps: to.maps ?? facts.maps,
    walks: to.walks ?? facts.walks,
    tables: to.tables ?? facts.tables,
    released: to.released ?? facts.released,
    unmapped: to.unmapped ?? facts.unmapped,
    failed: to.failed ?? facts.failed,
    anyKind: to.anyKind ?? facts.anyKind,
    duties: to.duties ?? facts.duties,
    free: to.free ?? facts.free,
    unseenLocks: to.unseenLocks ?? facts.unseenLocks,
    memory: to.memory ?? facts.memory,
    truths: to.truths ?? facts.truths,
    values: to.values ?? facts.values,
    entries: to.entries ?? facts.entries,
    derived: to.derived ?? facts.derived,
    calls: to.calls ?? facts.calls,
    trail: to.trail ?? facts.trail,
  };
}

/** Two states with this text equal are joined where they meet. Made at every block on every path, where most of it is as it was at the block before. */
export function resourceKey(facts: Facts): string {
  return `${locksText(facts.locks)}|${dutiesText(facts.duties)}|${mapsText(facts.maps)}|${walksText(facts.walks)}|${tablesText(facts.tables)}|${unmappedText(facts.unmapped)}|${failedText(facts.failed)}|${facts.unseenLocks}`;
}

const locksText = memoOfLast((locks: Facts["locks"]) => sorted(locks, (l) => `${l.id}:${l.mode}:${l.origin}:${l.certain}`));
const dutiesText = memoOfLast((duties: Facts["duties"]) => sorted(duties, ([key, duty]) => `${key}:${duty.state}`));
const mapsText = memoOfLast((maps: Facts["maps"]) => maps.map((m) => `${m.pointer}:${m.certain}`).join());
const walksText = memoOfLast((walks: Facts["walks"]) => Array.from(walks.keys()).join());
const tablesText = memoOfLast((tables: Facts["tables"]) => sorted(tables, ([table, t]) => `${table}:${t.state}`));
const unmappedText = memoOfLast((unmapped: Facts["unmapped"]) => sorted(unmapped.keys(), (key) => key));
const failedText = memoOfLast((failed: Facts["failed"]) => sorted(failed, (key) => key));

function sorted<T>(items: Iterable<T>, text: (item: T) => string): string {
  return Array.from(items, text).sort().join();
}

/** The first so many of a map, in its order. */
export function firstOf<V>(map: ReadonlyMap<string, V>, count: number): Map<string, V> {
  const first = new Map<string, V>();
  map.forEach((value, key) => {
    if (first.size < count) first.set(key, value);
  });
  return first;
}

/** Whether a value is known to be (not) zero. */
export function truthOf(symbol: string, facts: Facts): boolean | undefined {
  const value = asNumber(symbol);
  if (value !== null) return value !== 0n;
  if (symbol.startsWith("&") || isErrorCode(symbol)) return true;
  const known = facts.truths.get(symbol);
  if (known !== undefined) return known;
  const inner = comparedWithZero(symbol) ?? negatedBy(symbol);
  if (inner !== null) {
    const truth = truthOf(inner, facts);
    return truth === undefined ? undefined : !truth;
  }
  const { root } = splitMove(symbol);
  if (root !== symbol && facts.truths.get(root) === true) return true;
  return symbol.startsWith("lock(") || isMovedUp(symbol) ? true : undefined;
}

/** X of `(#0==X)`, or null. */
export function comparedWithZero(symbol: string): string | null {
  return symbol.startsWith("(#0==") && symbol.endsWith(")") ? symbol.slice(5, -1) : null;
}

/** X of `(!X)`, or null. */
export function negatedBy(symbol: string): string | null {
  return symbol.startsWith("(!") && symbol.endsWith(")") ? symbol.slice(2, -1) : null;
}

/** -ENOMEM and the like. */
function isErrorCode(symbol: string): boolean {
  return symbol.startsWith("(-g:E") && /^\(-g:E[A-Z0-9]+\)$/.test(symbol);
}

export function note(facts: Facts, loc: Loc, text: string): Trail {
  return { loc, text, before: facts.trail };
}
