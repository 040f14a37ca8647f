/**
 * Locks and sections under the names that the kernel gives the lowest calls (spin_lock, down_read, rcu_read_lock); all
 * others are C models on top. rwsems are fair enough for what is asked here: no order among waiters.
 */
import { isHelped, isIgnored, type World } from "../world/build.ts";
import { life } from "../world/layout.ts";
import { isFree, mightSleep, readersOf, releaseLock, takeLock, writerOf, holds, type LockKind, type LockMode } from "../world/locks.ts";
import { disableInterrupts, enableInterrupts, enterRcu, ipiDone, leaveRcu, sendIpi } from "../world/sections.ts";
import { readers, waitingFor } from "../world/tables.ts";
import { everyCpu, flush } from "../world/tlb.ts";
import { touchTable, type Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { show } from "./eval.ts";
import { pageTableLockName, ptlName, quiet, type Operation, type OperationMaker } from "./operation.ts";
import { touch, touchAdd, touchRead, touchWrite, type Touch } from "./system.ts";

interface Lock {
  readonly n: number;
  /** Table whose descriptor holds the lock, or -1. */
  readonly table: number;
}

/** The lock at an address; each address is a lock of its own. Null for NULL. */
function lockAt(world: World, address: Value, kind: LockKind): Lock | null {
  if (address.k === "int" && address.value === 0n) return null;
  const name = lockName(world, address);
  if (address.k === "ref" && address.object === "ptl") return { n: world.locks.of(name, "spin"), table: name.includes(`T${address.n}`) ? address.n : -1 };
  return { n: world.locks.of(name, kind), table: -1 };
}

/** How the lock at an address is called; equal for addresses of one lock. */
export function lockName(world: World, address: Value): string {
  if (address.k === "ref" && address.object === "ptl") return ptlName(world, address.n);
  if (address.k !== "place") return show(address);
  const object = /^@(\w+):(\d+)$/.exec(address.root);
  if (object === null) return show(address);
  const [, kind, number] = object as unknown as [string, string, string];
  const field = address.path.slice(1);
  if (field === "page_table_lock") return pageTableLockName(Number(number));
  const suffix = number === "0" && kind !== "page" ? "" : ` of ${kind === "page" ? "P" : kind}${number}`;
  return `${fieldNames[`${kind}.${field}`] ?? field}${suffix}`;
}

/** Locks whose field says too little. */
const fieldNames: Readonly<Record<string, string>> = { "anon_vma.rwsem": "anon_vma lock", "vma.vm_lock": "VMA lock", "page.lock": "folio lock" };

function taker(kind: LockKind, mode: LockMode, tries: boolean): OperationMaker {
  return (world, [address]) => {
    const lock = address === undefined ? null : lockAt(world, address, kind);
    if (lock === null) return null;
    const { values, resources } = world;
    const local = (turn: Turn): boolean => isIgnored(world, turn.thread, world.locks.names[lock.n]!);
    const tableLife: Touch[] = lock.table < 0 ? [] : [touch(resources.life(lock.table), touchRead)];
    const take = touch(resources.take(lock.n), mode === "write" ? touchWrite : touchRead);
    const alive = (turn: Turn): boolean => lock.table < 0 || touchTable(turn, lock.table, "takes the lock in");
    if (tries) {
      return {
        footprint: () => [take, touch(resources.look(lock.n), touchRead), ...tableLife],
        local,
        run: (turn) => {
          if (local(turn)) return values.one;
          const free = alive(turn) && isFree(turn, lock.n, mode) && !holds(turn, lock.n, "any");
          if (free) takeLock(turn, world.locks, lock.n, mode);
          else turn.note?.(`${world.locks.names[lock.n]} is taken`);
          return values.bool(free);
        },
      };
    }
    return {
      footprint: () => [take, ...tableLife],
      // One that spins on a lock in a freed table goes on, to be told so.
      enabled: (turn) => isFree(turn, lock.n, mode) || (lock.table >= 0 && turn.data[turn.layout.life + lock.table] === life.freed),
      local,
      run: (turn) => {
        if (local(turn)) return values.zero;
        if (!alive(turn)) return null;
        if (kind === "sleeping" && !isHelped(world, turn.thread, "sleep")) mightSleep(turn, world.locks, `taking ${world.locks.names[lock.n]}`);
        takeLock(turn, world.locks, lock.n, mode);
        return values.zero;
      },
    };
  };
}

function releaser(kind: LockKind, mode: LockMode): OperationMaker {
  return (world, [address]) => {
    const lock = address === undefined ? null : lockAt(world, address, kind);
    if (lock === null) return null;
    const { resources } = world;
    const list = [touch(resources.look(lock.n), touchAdd)];
    if (world.weakened.helped.has("flush")) list.push(touch(resources.tlb, touchWrite));
    if (lock.table >= 0) list.push(touch(resources.life(lock.table), touchRead));
    const local = (turn: Turn): boolean => isIgnored(world, turn.thread, world.locks.names[lock.n]!);
    return {
      footprint: () => list,
      local,
      run: (turn) => {
        if (local(turn)) return null;
        if (lock.table >= 0 && isHelped(world, turn.thread, "flush")) flush(turn, -1, everyCpu(world.layout));
        if (lock.table < 0 || touchTable(turn, lock.table, "releases the lock in")) releaseLock(turn, world.locks, lock.n, mode);
        return null;
      },
    };
  };
}

const downgrade: OperationMaker = (world, [address]) => {
  const lock = address === undefined ? null : lockAt(world, address, "sleeping");
  return lock && {
    footprint: () => [touch(world.resources.look(lock.n), touchAdd)],
    local: (turn) => isIgnored(world, turn.thread, world.locks.names[lock.n]!),
    run: (turn) => {
      if (isIgnored(world, turn.thread, world.locks.names[lock.n]!)) return null;
      releaseLock(turn, world.locks, lock.n, "write");
      takeLock(turn, world.locks, lock.n, "read");
      return null;
    },
  };
};

/** Releases every VMA of the mm that this thread has locked for writing: world_vmas_end_write(mm). */
const endVmaWrite: OperationMaker = (world, [mm]) => {
  const own = (turn: Turn): number[] => world.vmas.flatMap((vma, n) => {
    const lock = world.locks.known(lockName(world, world.values.place(`@vma:${n}`, ".vm_lock")));
    return mm?.k === "ref" && vma.mm === mm.n && lock !== undefined && writerOf(turn, lock) === turn.thread ? [lock] : [];
  });
  return {
    footprint: (turn) => own(turn).map((lock) => touch(world.resources.look(lock), touchAdd)),
    local: (turn) => own(turn).length === 0,
    run: (turn) => {
      for (const lock of own(turn)) releaseLock(turn, world.locks, lock, "write");
      return null;
    },
  };
};

/** 0 when nobody holds the lock. Takers for reading pass each other over, but not who looks: looking is no reading of what they share. */
function isLocked(kind: LockKind): OperationMaker {
  return (world, [address]) => {
    const lock = address === undefined ? null : lockAt(world, address, kind);
    return lock && {
      footprint: () => [touch(world.resources.take(lock.n), touchAdd), touch(world.resources.look(lock.n), touchRead)],
      run: (turn) => world.values.bool(writerOf(turn, lock.n) >= 0 || readersOf(turn, lock.n) !== 0),
    };
  };
}

/** Whether this thread holds the lock: for world_holds(&lock), which no other thread can change. */
const isHeld: OperationMaker = (world, [address]) => {
  const lock = address === undefined ? undefined : world.locks.known(lockName(world, address));
  return quiet((turn) => world.values.bool(lock !== undefined && holds(turn, lock, "any")));
};

function section(name: "rcu" | "irq", change: (turn: Turn) => void, ends: boolean): OperationMaker {
  return (world) => ({
    local: (turn) => isIgnored(world, turn.thread, name),
    footprint: (turn) => {
      const own = touch(world.resources[name](turn.thread), touchWrite);
      if (!ends) return [own];
      const flushes = world.options.flushByIpi && name === "irq" ? [touch(world.resources.tlb, touchWrite)] : [];
      return [own, ...flushes, ...waitingFor(turn).map((table) => touch(world.resources.life(table), touchWrite))];
    },
    run: (turn) => {
      if (!isIgnored(world, turn.thread, name)) change(turn);
      return null;
    },
  });
}

function ofAll(world: World, resource: (thread: number) => number): Touch[] {
  return Array.from({ length: world.layout.threads }, (_, thread) => touch(resource(thread), touchRead));
}

/** What an IPI that is sent now looks at. */
function ipiTouches(world: World): Touch[] {
  return ofAll(world, world.resources.irq);
}

/** What a grace period that starts now looks at: readers(). */
export function graceTouches(world: World): Touch[] {
  return [...ofAll(world, world.resources.rcu), ...ipiTouches(world)];
}

/** What a flush of all CPUs changes, and looks at: flushEverywhere() and walkUnderWay(). */
export function flushTouches(world: World): Touch[] {
  return [touch(world.resources.tlb, touchWrite), ...ofAll(world, world.resources.walking), ...(world.options.flushByIpi ? ipiTouches(world) : [])];
}

function walking(value: 0 | 1): OperationMaker {
  return (world) => ({
    footprint: (turn) => [touch(world.resources.walking(turn.thread), touchWrite)],
    run: (turn) => {
      turn.data[turn.layout.walking + turn.thread] = value;
      return null;
    },
  });
}

const ipi: OperationMaker = (world) => ({
  footprint: () => ipiTouches(world),
  local: (turn) => isIgnored(world, turn.thread, "ipi"),
  run: (turn) => {
    if (!isIgnored(world, turn.thread, "ipi")) sendIpi(turn);
    return null;
  },
});

/** Until every CPU has taken the IPI that this thread has sent, alone or with a flush. */
const ipiWait: OperationMaker = (world) => ({
  footprint: () => [],
  enabled: ipiDone,
  local: (turn) => isIgnored(world, turn.thread, "ipi"),
  run: () => null,
});

/** Waits until no other thread is in a read section: stronger than a grace period, which lets new readers in. */
const synchronize: OperationMaker = (world): Operation => ({
  footprint: () => graceTouches(world),
  enabled: (turn) => (readers(turn) & ~(1 << turn.thread)) === 0,
  run: (turn) => {
    mightSleep(turn, world.locks, "synchronize_rcu()");
    return null;
  },
});

const sleeps: OperationMaker = (world) =>
  quiet((turn) => {
    if (!isHelped(world, turn.thread, "sleep")) mightSleep(turn, world.locks, "this");
    return null;
  });

/** The same under the names of variants that differ in what lockdep or interrupts are told, not in who is excluded. */
function variants(name: string, make: OperationMaker, suffixes: readonly string[]): Record<string, OperationMaker> {
  return Object.fromEntries(suffixes.map((suffix) => [`${name}${suffix}`, make]));
}

export const lockOperations: Readonly<Record<string, OperationMaker>> = {
  ...variants("spin_lock", taker("spin", "write", false), ["_nested", "_nest_lock", "_bh", "_irq", "_irqsave"]),
  ...variants("spin_unlock", releaser("spin", "write"), ["_bh", "_irq", "_irqrestore"]),
  ...variants("down_read", taker("sleeping", "read", false), ["_nested", "_killable", "_interruptible"]),
  ...variants("down_write", taker("sleeping", "write", false), ["_nested", "_nest_lock", "_killable"]),
  ...variants("mutex_lock", taker("sleeping", "write", false), ["_nested", "_killable", "_interruptible"]),
  raw_spin_lock: taker("spin", "write", false), raw_spin_unlock: releaser("spin", "write"),
  local_irq_save: section("irq", disableInterrupts, false), local_irq_restore: section("irq", enableInterrupts, true),
  spin_lock: taker("spin", "write", false), spin_trylock: taker("spin", "write", true), spin_unlock: releaser("spin", "write"),
  read_lock: taker("spin", "read", false), read_unlock: releaser("spin", "read"),
  write_lock: taker("spin", "write", false), write_unlock: releaser("spin", "write"),
  down_read: taker("sleeping", "read", false), down_read_trylock: taker("sleeping", "read", true), up_read: releaser("sleeping", "read"),
  down_write: taker("sleeping", "write", false), down_write_trylock: taker("sleeping", "write", true), up_write: releaser("sleeping", "write"),
  downgrade_write: downgrade, world_vmas_end_write: endVmaWrite,
  mutex_lock: taker("sleeping", "write", false), mutex_trylock: taker("sleeping", "write", true), mutex_unlock: releaser("sleeping", "write"),
  spin_is_locked: isLocked("spin"), rwsem_is_locked: isLocked("sleeping"), world_holds: isHeld,
  rcu_read_lock: section("rcu", enterRcu, false), rcu_read_unlock: section("rcu", leaveRcu, true),
  local_irq_disable: section("irq", disableInterrupts, false), local_irq_enable: section("irq", enableInterrupts, true),
  world_walk_begin: walking(1), world_walk_end: walking(0), world_send_ipi: ipi, world_wait_ipi: ipiWait, synchronize_rcu: synchronize, might_sleep: sleeps,
};
