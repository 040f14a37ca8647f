/**
 * Events: what the statements of a thread do to memory, and the paths that a thread can take.
 *
 * Names are those of tools/memory-model/Documentation/herd-representation.txt. Initial writes are not events here: a
 * read of the initial value has no source, and comes before every write of its location.
 */
import type { FenceKind, ReadOrder, WriteOrder } from "./program.ts";
import type { Term } from "./term.ts";

/**
 * R, W: read, write. F: fence. LKR, LKW: the two halves of taking a spinlock. UL: its release. LF: a failed trylock.
 * RL, RU: spin_is_locked() that says yes, no. SRCU: synchronize_srcu().
 */
export type EventKind = "R" | "W" | "F" | "LKR" | "LKW" | "UL" | "LF" | "RL" | "RU" | "SRCU";

/** noreturn: the read of an atomic operation without result, which smp_rmb() does not order. */
export type EventTag = ReadOrder | WriteOrder | FenceKind | "noreturn" | "sync-srcu" | "lock";

export interface Event {
  readonly kind: EventKind;
  readonly tag: EventTag;
  /** null for fences. */
  readonly address: Term | null;
  /** What is read or written; null for fences and lock events. */
  readonly value: Term | null;
  /** Part of a read-modify-write (herd7's R* and W*). */
  readonly atomic: boolean;
  readonly line: number;
}

export type Pair = readonly [number, number];

/** What must hold for a path to be taken. */
export type Requirement =
  /** The term is true (not 0), or false. */
  | { readonly k: "truth"; readonly term: Term; readonly expected: boolean }
  /** Both have the same value; if one is open, it takes the value of the other. */
  | { readonly k: "same"; readonly left: Term; readonly right: Term };

/** One way through a thread. Events are numbered from 0 in the order of evaluation. */
export interface Path {
  readonly events: readonly Event[];
  /** Program order. Total between statements; within one statement only what is computed first comes first. */
  readonly po: readonly Pair[];
  readonly addr: readonly Pair[];
  readonly data: readonly Pair[];
  readonly ctrl: readonly Pair[];
  readonly rmw: readonly Pair[];
  readonly requirements: readonly Requirement[];
  /** Values of the registers at the end. */
  readonly registers: ReadonlyMap<string, Term>;
  /** True when a loop was cut because it went round too often; such a path is no execution. */
  readonly cut: boolean;
}
