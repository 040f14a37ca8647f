/** A visible operation: one step of a thread that others can see or that may have to wait for others. */
import type { World } from "../world/build.ts";
import { wholeAt, type Turn } from "../world/turn.ts";
import { writerOf } from "../world/locks.ts";
import type { RefValue, Value } from "../world/value.ts";
import { touch, touchAdd, touchRead, touchWrite, type Touch } from "./system.ts";

export interface Operation {
  /** What it touches in this state; how it may depend on the state is said in explore.ts. */
  footprint(turn: Turn): readonly Touch[];
  /** False while it must wait; absent for one that never waits. */
  enabled?(turn: Turn): boolean;
  /** Whether no other thread can notice: it is then no step of its own. May only ask what the thread itself has done. */
  local?(turn: Turn): boolean;
  /** Does it, and gives the result; null for none. */
  run(turn: Turn): Value | null;
}

/** The number of the cell that holds what threads share at an address (root and path), or undefined when it is private. */
export type CellOf = (root: string, path: string) => number | undefined;

export type OperationMaker = (world: World, args: readonly Value[], cellOf: CellOf) => Operation | null;

/** Makes an operation on an object of the kind; other first arguments are not modelled. */
export function onRef(object: RefValue["object"], make: (world: World, n: number, args: readonly Value[]) => Operation): OperationMaker {
  return (world, args) => (args[0]?.k === "ref" && args[0].object === object ? make(world, args[0].n, args) : null);
}

/** Footprint of a load of an entry. */
export function entryRead(world: World, table: number, index: number): Touch[] {
  const { resources } = world;
  return [touch(resources.entry(table, index), touchRead), touch(resources.life(table), touchRead)];
}

/**
 * Footprint of a change of an entry: a table that it points to before or after changes its life, translations change. A change of one just above adds
 * what the other leaves or not, which the table's life tells; of one further above only the translations do.
 */
export function entryWrite(world: World, turn: Turn, table: number, index: number, value: Value | null): Touch[] {
  const { resources, layout } = world;
  const level = layout.levels[table];
  const list = [touch(resources.entry(table, index), touchWrite), touch(resources.life(table), touchRead), touch(resources.tlb, level === "pte" || level === "pmd" ? touchAdd : touchWrite)];
  if (level === "pte") return list;
  const old = index >= 0 && index < 2 ? wholeAt(turn, table, index) : null;
  for (const entry of [old, value]) {
    if (entry?.k === "entry" && entry.kind === "table") list.push(touch(resources.life(entry.target), touchWrite));
  }
  return list;
}

/** Whether the thread holds the lock under which entries of the table are changed. */
export function holdsEntryLock(world: World, turn: Turn, table: number): boolean {
  const level = world.layout.levels[table]!;
  const names = level === "pte" || level === "pmd" ? [ptlName(world, table)] : [pageTableLockName(0), pageTableLockName(1)];
  return names.some((name) => {
    const lock = world.locks.known(name);
    return lock !== undefined && writerOf(turn, lock) === turn.thread;
  });
}

export function ptlName(world: World, table: number): string {
  const level = world.layout.levels[table]!;
  const split = world.options.splitLocks && !world.options.kernel && (level === "pte" || level === "pmd");
  return split ? `the ${level} lock of T${table}` : pageTableLockName(0);
}

export function pageTableLockName(mm: number): string {
  return mm === 0 ? "page_table_lock" : `page_table_lock of mm${mm}`;
}

/** An operation that only this thread can notice. */
export function quiet(run: (turn: Turn) => Value | null): Operation {
  return { footprint: () => [], local: () => true, run };
}
