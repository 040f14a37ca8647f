/** Atomic operations on variables that threads share: counters and flags that a scenario or a new lock is built from. */
import { touchTable, type Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { quiet, type Operation, type OperationMaker } from "./operation.ts";
import { touch, touchAdd, touchRead, touchWrite, type TouchMode } from "./system.ts";

/** A cell that was never written holds 0. */
export function cellValue(turn: Turn, cell: number): Value {
  const id = turn.data[turn.layout.cell + cell]!;
  return id === 0 ? turn.values.zero : turn.values.get(id);
}

function setCell(turn: Turn, cell: number, value: Value): void {
  turn.data[turn.layout.cell + cell] = value.id;
}

/** `change` gives the new value, or null to leave the cell alone; `result` is what the call gives. */
function onCell(
  at: number, change: (old: Value, args: readonly Value[], turn: Turn) => Value | null, result: (old: Value, next: Value, turn: Turn) => Value | null,
  mode: TouchMode = touchWrite,
): OperationMaker {
  return (world, args, cellOf): Operation | null => {
    const address = args[at];
    const cell = address?.k === "place" ? cellOf(address.root, address.path) : address?.k === "name" ? cellOf(`G:${address.text}`, "") : undefined;
    // A counter that nothing here depends on.
    if (cell === undefined) return quiet(() => null);
    // A counter in the descriptor of a table lives as long as the table.
    const inTable = address?.k === "place" ? /^@table:(\d+)$/.exec(address.root) : null;
    const table = inTable === null ? -1 : Number(inTable[1]);
    const life = table < 0 ? [] : [touch(world.resources.life(table), touchRead)];
    return {
      footprint: () => [touch(world.resources.cell(cell), mode), ...life],
      run: (turn) => {
        if (table >= 0 && !touchTable(turn, table, "uses the counter of")) return world.values.zero;
        const old = cellValue(turn, cell);
        const next = change(old, args, turn);
        if (next !== null) setCell(turn, cell, next);
        if (next !== null && next !== old) turn.note?.(`${describe(old)} -> ${describe(next)}`);
        return result(old, next ?? old, turn);
      },
    };
  };
}

function describe(value: Value): string {
  return value.k === "int" ? value.value.toString() : value.k;
}

function plus(value: Value, by: bigint, turn: Turn): Value {
  return value.k === "int" ? turn.values.int(value.value + by) : value;
}

const isZero = (value: Value, turn: Turn): Value => turn.values.bool(value.k === "int" && value.value === 0n);
const amount = (value: Value | undefined): bigint => (value?.k === "int" ? value.value : 0n);
const nothing = (): null => null;

const table: Record<string, OperationMaker> = {
  read: onCell(0, nothing, (old) => old, touchRead),
  set: onCell(0, (_, args) => args[1] ?? null, nothing),
  inc: onCell(0, (old, _, turn) => plus(old, 1n, turn), nothing, touchAdd),
  dec: onCell(0, (old, _, turn) => plus(old, -1n, turn), nothing, touchAdd),
  inc_return: onCell(0, (old, _, turn) => plus(old, 1n, turn), (_, next) => next),
  dec_return: onCell(0, (old, _, turn) => plus(old, -1n, turn), (_, next) => next),
  dec_and_test: onCell(0, (old, _, turn) => plus(old, -1n, turn), (_, next, turn) => isZero(next, turn)),
  inc_not_zero: onCell(0, (old, _, turn) => (amount(old) === 0n ? null : plus(old, 1n, turn)), (old, _, turn) => turn.values.bool(amount(old) !== 0n)),
  add: onCell(1, (old, args, turn) => plus(old, amount(args[0]), turn), nothing),
  sub: onCell(1, (old, args, turn) => plus(old, -amount(args[0]), turn), nothing),
  cmpxchg: onCell(0, (old, args) => (old === args[1] ? (args[2] ?? null) : null), (old) => old),
  xchg: onCell(0, (_, args) => args[1] ?? null, (old) => old),
};

const named: [string, OperationMaker][] = ["atomic", "atomic_long", "refcount"].flatMap((family) =>
  Object.entries(table).map(([name, make]): [string, OperationMaker] => [`${family}_${name}`, make]),
);

export const atomicOperations: Readonly<Record<string, OperationMaker>> = {
  ...Object.fromEntries(named),
  cmpxchg: table["cmpxchg"]!,
  xchg: table["xchg"]!,
  cpu_relax: () => quiet(() => null),
};
