/**
 * Locks of the world by name: the kernel's own ("mmap_lock of mm0"), and any that a scenario declares. A lock is a
 * number in the state: writer + 1, plus the set of readers shifted by 8.
 */
import type { RuleId } from "../../core/finding.ts";
import type { Layout } from "./layout.ts";
import { NoRoom } from "./no-room.ts";
import { enableInterrupts, leaveRcu } from "./sections.ts";
import type { Turn } from "./turn.ts";

/** Spinlocks forbid sleeping while held; taking a sleeping lock may sleep. */
export type LockKind = "spin" | "sleeping";

export class LockNames {
  readonly names: string[] = [];
  readonly kinds: LockKind[] = [];
  /** How often somebody asked for a name that no lock had. */
  unknown = 0;
  private readonly byName = new Map<string, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** The lock's number; the first caller decides its kind. Throws NoRoom when the world has no room for another. */
  of(name: string, kind: LockKind): number {
    let lock = this.byName.get(name);
    if (lock === undefined) {
      lock = this.names.length;
      if (lock >= this.most) throw new NoRoom(`more than ${this.most} locks`);
      this.names.push(name);
      this.kinds.push(kind);
      this.byName.set(name, lock);
    }
    return lock;
  }

  known(name: string): number | undefined {
    const lock = this.byName.get(name);
    if (lock === undefined) this.unknown++;
    return lock;
  }
}

export type LockMode = "write" | "read";

export function writerOf(turn: Turn, lock: number): number {
  return (turn.data[turn.layout.lock + lock]! & 0xff) - 1;
}

export function readersOf(turn: Turn, lock: number): number {
  return turn.data[turn.layout.lock + lock]! >> 8;
}

export function holds(turn: Turn, lock: number, mode: LockMode | "any"): boolean {
  if (writerOf(turn, lock) === turn.thread) return true;
  return mode !== "write" && (readersOf(turn, lock) & (1 << turn.thread)) !== 0;
}

/** Whether the thread could take the lock now; a lock that it holds itself counts as free, so that takeLock() can say so. */
export function isFree(turn: Turn, lock: number, mode: LockMode): boolean {
  if (holds(turn, lock, "any")) return true;
  return writerOf(turn, lock) < 0 && (mode === "read" || readersOf(turn, lock) === 0);
}

/** The lock as a member of a set; of locks beyond what a set has room for no account is kept. */
function bitOf(lock: number): number {
  return lock < 31 ? 1 << lock : 0;
}

/** The thread has the lock from now on, in this mode whatever it had before. */
export function giveLock(layout: Layout, data: Int32Array, thread: number, lock: number, mode: LockMode): void {
  const bit = bitOf(lock);
  data[layout.lock + lock] = mode === "write" ? thread + 1 : (data[layout.lock + lock]! & ~0xff) | (1 << (thread + 8));
  data[layout.holds + thread]! |= bit;
  data[layout.holdsAlone + thread] = (data[layout.holdsAlone + thread]! & ~bit) | (mode === "write" ? bit : 0);
}

export function takeLock(turn: Turn, locks: LockNames, lock: number, mode: LockMode): void {
  const { layout, data } = turn;
  const name = locks.names[lock]!;
  if (holds(turn, lock, "any")) {
    turn.fail("lock-twice", `takes ${name}, which it holds already`);
    return;
  }
  giveLock(layout, data, turn.thread, lock, mode);
  const seen = data[(mode === "write" ? layout.lockSeesAlone : layout.lockSees) + lock]!;
  for (let table = 0; table < layout.tables; table++) if (seen & (1 << table)) data[layout.ordered + table]! |= 1 << turn.thread;
  turn.note?.(mode === "write" ? `takes ${name}` : `takes ${name} for reading`);
}

export function releaseLock(turn: Turn, locks: LockNames, lock: number, mode: LockMode): void {
  const { layout, data } = turn;
  const name = locks.names[lock]!;
  const held = mode === "write" ? writerOf(turn, lock) === turn.thread : (readersOf(turn, lock) & (1 << turn.thread)) !== 0;
  if (!held) {
    turn.fail("not-held", `releases ${name}, which it does not hold${mode === "read" ? " for reading" : ""}`);
    return;
  }
  data[layout.lock + lock]! -= mode === "write" ? turn.thread + 1 : 1 << (turn.thread + 8);
  data[layout.holds + turn.thread]! &= ~bitOf(lock);
  data[layout.holdsAlone + turn.thread]! &= ~bitOf(lock);
  let seen = 0;
  for (let table = 0; table < layout.tables; table++) if (data[layout.ordered + table]! & (1 << turn.thread)) seen |= 1 << table;
  data[layout.lockSeesAlone + lock]! |= seen;
  if (mode === "write") data[layout.lockSees + lock]! |= seen;
  turn.note?.(`releases ${name}`);
}

/** Names of the locks that the thread holds, in the order of their numbers. */
export function heldBy(turn: Turn, locks: LockNames): string[] {
  return locks.names.flatMap((name, lock) => {
    if (writerOf(turn, lock) === turn.thread) return [name];
    return readersOf(turn, lock) & (1 << turn.thread) ? [`${name} (read)`] : [];
  });
}

/** Fails when the thread may not sleep. `rule` for callers that report it elsewhere. */
export function mightSleep(turn: Turn, locks: LockNames, what: string, rule?: RuleId): void {
  const { layout, data } = turn;
  const spin = locks.names.find((_, lock) => locks.kinds[lock] === "spin" && holds(turn, lock, "any"));
  const why = spin !== undefined ? `under ${spin}` : data[layout.rcu + turn.thread]! > 0 ? "inside an RCU read section" : data[layout.irq + turn.thread]! > 0 ? "with interrupts off" : "";
  if (why !== "") turn.fail("atomic-sleep", `${what} may sleep ${why}`, rule);
}

/** Leaves every lock and section that the thread is still in: what its caller does after it has returned. */
export function dropAll(turn: Turn, locks: LockNames): void {
  const { layout, data } = turn;
  for (const lock of locks.names.keys()) {
    if (writerOf(turn, lock) === turn.thread) releaseLock(turn, locks, lock, "write");
    if (readersOf(turn, lock) & (1 << turn.thread)) releaseLock(turn, locks, lock, "read");
  }
  while (data[layout.rcu + turn.thread]! > 0) leaveRcu(turn);
  while (data[layout.irq + turn.thread]! > 0) enableInterrupts(turn);
}
