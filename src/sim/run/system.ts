/**
 * What the explorer asks of the thing that it explores: threads that each stand before one visible operation. Nothing
 * here knows of page tables, so that the search can be tested on systems whose state space is counted by hand.
 */

/**
 * One resource that an operation touches, and how: `resource * 4 + mode`. Two footprints of different threads conflict
 * when they name one resource with modes that do not commute: read with read commutes, and so does add with add (both
 * only put something into a set); every other pair conflicts.
 */
export type Touch = number;

export const touchRead = 0;
export const touchAdd = 1;
export const touchWrite = 2;

export type TouchMode = typeof touchRead | typeof touchAdd | typeof touchWrite;

export function touch(resource: number, mode: TouchMode): Touch {
  return resource * 4 + mode;
}

/**
 * An operation that waits and the operation that lets it go on are never enabled together, so they need no touch in
 * common: a lock has one resource that takers share and another for those who look at it without waiting.
 */
export interface Pending {
  /** False while the operation waits: a lock held by another thread, a grace period that has not ended. */
  readonly enabled: boolean;
  readonly footprint: readonly Touch[];
  /** Locks that the thread holds while it stands here, and those of them that no other thread can hold meanwhile: sets of bits. */
  readonly holds: number;
  readonly alone: number;
}

/** One way in which a step may end. More than one where the thread met a test whose result is not known. */
export interface Outcome<State, Fault> {
  readonly state: State;
  /** The property that the step broke, or null. The search does not go on behind a broken property. */
  readonly fault: Fault | null;
}

export interface System<State, Fault> {
  readonly threads: number;
  readonly initial: readonly Outcome<State, Fault>[];
  /** The visible operation that the thread stands before; null when it has finished. */
  pending(state: State, thread: number): Pending | null;
  step(state: State, thread: number): readonly Outcome<State, Fault>[];
  /** Equal for states that behave alike. */
  key(state: State): string | number;
  /** Told that a state which step() gave was known already and is not used any more; with what key() says of it. */
  forget?(state: State, key: string | number): void;
  /** Asked where every thread has finished. */
  atEnd(state: State): Fault | null;
  /** Asked where no thread can go on although some have not finished. */
  atDeadlock(state: State): Fault;
  /** Asked for a round that nothing leads out of; the thread is the first that has not finished. */
  atLivelock(state: State, thread: number): Fault;
  /** Faults with the same key are one fault. */
  faultKey(fault: Fault): string;
}
