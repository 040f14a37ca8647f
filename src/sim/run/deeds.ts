/**
 * What threads do to what they share, as the search keeps account of it. A deed is one thread's touch of one resource while it holds
 * certain locks. Deeds are numbered, so that what lies behind a state is a set of bits, and so is what a deed conflicts with.
 *
 * Two deeds of different threads conflict when their touches do (see Touch), unless a lock keeps them apart: the second thread can't
 * come to where its deed is next as long as the first one stands before its own.
 */
import type { Pending, Touch } from "./system.ts";

/** Bits of deeds, 32 to a number; what is beyond the end is not in it. */
export type DeedSet = number[];

interface Deed {
  readonly number: number;
  readonly thread: number;
  readonly touch: Touch;
  readonly locks: Locks;
  readonly conflicts: DeedSet;
}

type Locks = Pick<Pending, "holds" | "alone">;

/** What a thread does in one step. */
export interface Act {
  readonly deeds: readonly Deed[];
  /** The same deeds as a set. */
  readonly all: DeedSet;
}

/** Bits of the modes that conflict with a mode: see Touch. */
const conflicting: readonly number[] = [0b110, 0b101, 0b111];

/** Whether touches of one resource conflict. */
function clash(a: Touch, b: Touch): boolean {
  return (conflicting[a & 3]! & (1 << (b & 3))) !== 0;
}

/** What one thread touched that conflicts with what another touched; both as Deeds.touched() gives it, by names that mean the same on both sides. */
export function conflictsOf<Name>(a: ReadonlyMap<Name, number>, threadA: number, b: ReadonlyMap<Name, number>, threadB: number): Name[] {
  return [...a].flatMap(([resource, bitsA]) => {
    const other = (b.get(resource) ?? 0) >> (threadB * 3);
    const clashes = conflicting.some((modes, mode) => (bitsA >> (threadA * 3)) & (1 << mode) && other & modes & 7);
    return clashes ? [resource] : [];
  });
}

/** Whether two threads can't hold both at a time. */
function exclude(a: Locks, b: Locks): boolean {
  return (a.alone & b.holds) !== 0 || (a.holds & b.alone) !== 0;
}

export function addTo(set: DeedSet, more: DeedSet): void {
  for (let at = 0; at < more.length; at++) set[at] = (set[at] ?? 0) | more[at]!;
}

function put(set: DeedSet, number: number): void {
  while (set.length <= number >> 5) set.push(0);
  set[number >> 5]! |= 1 << (number & 31);
}

/** Acts by what they are made of, number by number: one is looked up twice in each state. */
interface Branch {
  act: Act | null;
  readonly next: Map<number, Branch>;
}

function follow(branch: Branch, number: number): Branch {
  let next = branch.next.get(number);
  if (next === undefined) {
    next = { act: null, next: new Map() };
    branch.next.set(number, next);
  }
  return next;
}

export class Deeds {
  private readonly list: Deed[] = [];
  private readonly byKey = new Map<string, Deed>();
  private readonly byResource = new Map<number, Deed[]>();
  private readonly acts: Branch = { act: null, next: new Map() };
  /** The last one of each thread: a thread that did not move stands before the same one again. */
  private readonly last: (Locks & { readonly footprint: readonly Touch[]; readonly act: Act })[] = [];

  act(thread: number, { footprint, holds, alone }: Pending): Act {
    const last = this.last[thread];
    if (last !== undefined && last.footprint === footprint && last.holds === holds && last.alone === alone) return last.act;
    const act = this.actOf(thread, { footprint, holds, alone });
    this.last[thread] = { footprint, holds, alone, act };
    return act;
  }

  private actOf(thread: number, { footprint, holds, alone }: Omit<Pending, "enabled">): Act {
    let branch = follow(follow(follow(this.acts, thread), holds), alone);
    for (const touch of footprint) branch = follow(branch, touch);
    branch.act ??= this.newAct(thread, footprint, { holds, alone });
    return branch.act;
  }

  /** Threads, as a set, with deeds among `behind` that the act conflicts with. */
  opponents(act: Act, behind: DeedSet): number {
    let threads = 0;
    for (const { conflicts } of act.deeds) {
      for (let at = Math.min(conflicts.length, behind.length) - 1; at >= 0; at--) {
        for (let hit = conflicts[at]! & behind[at]!; hit !== 0; hit &= hit - 1) threads |= 1 << this.list[at * 32 + 31 - Math.clz32(hit & -hit)]!.thread;
      }
    }
    return threads;
  }

  /** The deeds of a set, by resource: for each thread three bits, one a mode, starting at bit 3 * thread. */
  touched(set: DeedSet): Map<number, number> {
    const touched = new Map<number, number>();
    for (const { number, thread, touch } of this.list) {
      if (((set[number >> 5] ?? 0) & (1 << (number & 31))) !== 0) touched.set(touch >> 2, (touched.get(touch >> 2) ?? 0) | (1 << (thread * 3 + (touch & 3))));
    }
    return touched;
  }

  private newAct(thread: number, footprint: readonly Touch[], locks: Locks): Act {
    const deeds = footprint.map((touch) => this.deed(thread, touch, locks));
    const all: DeedSet = [];
    for (const { number } of deeds) put(all, number);
    return { deeds, all };
  }

  private deed(thread: number, touch: Touch, locks: Locks): Deed {
    const key = `${thread} ${locks.holds} ${locks.alone} ${touch}`;
    let deed = this.byKey.get(key);
    if (deed !== undefined) return deed;
    deed = { number: this.list.length, thread, touch, locks, conflicts: [] };
    this.byKey.set(key, deed);
    this.list.push(deed);
    const same = this.byResource.get(touch >> 2);
    if (same === undefined) this.byResource.set(touch >> 2, [deed]);
    for (const other of same ?? []) {
      if (other.thread === thread || !clash(touch, other.touch) || exclude(locks, other.locks)) continue;
      put(deed.conflicts, other.number);
      put(other.conflicts, deed.number);
    }
    same?.push(deed);
    return deed;
  }
}
