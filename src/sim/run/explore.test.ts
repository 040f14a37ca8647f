/** The search against a toy machine whose interleavings can be counted by hand, and with reduction against without. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explore, exploring } from "./explore.ts";
import { atOnce } from "../../util/slices.ts";
import { shortest } from "./shortest.ts";
import { touch, touchAdd, touchRead, touchWrite, type Outcome, type Pending, type System } from "./system.ts";

type Op =
  | { readonly op: "read" | "incr"; readonly cell: number }
  | { readonly op: "write"; readonly cell: number; readonly value: number }
  /** Copies the cell unless it is 0: what it touches depends on the state, by what it touches in any. */
  | { readonly op: "copy"; readonly cell: number; readonly to: number }
  | { readonly op: "lock" | "unlock" | "try"; readonly lock: number }
  | { readonly op: "choose" }
  /** Goes back to the start of the thread as long as the cell is 0. */
  | { readonly op: "spin"; readonly cell: number }
  | { readonly op: "check"; readonly cell: number; readonly not: number };

interface Toy {
  readonly at: readonly number[];
  readonly seen: readonly string[];
  readonly cells: readonly number[];
  readonly owners: readonly number[];
}

function touches(op: Op, state: Toy): Pick<Pending, "enabled" | "footprint"> {
  switch (op.op) {
    case "read": case "check": case "spin":
      return { enabled: true, footprint: [touch(op.cell, touchRead)] };
    case "incr":
      return { enabled: true, footprint: [touch(op.cell, touchAdd)] };
    case "write":
      return { enabled: true, footprint: [touch(op.cell, touchWrite)] };
    case "copy":
      return { enabled: true, footprint: [touch(op.cell, touchRead), ...(state.cells[op.cell] === 0 ? [] : [touch(op.to, touchWrite)])] };
    case "lock":
      return { enabled: state.owners[op.lock] === -1, footprint: [touch(10 + op.lock, touchWrite)] };
    case "try":
      return { enabled: true, footprint: [touch(10 + op.lock, touchWrite), touch(20 + op.lock, touchRead)] };
    case "unlock":
      return { enabled: true, footprint: [touch(20 + op.lock, touchAdd)] };
    case "choose":
      return { enabled: true, footprint: [] };
  }
}

function toy(threads: readonly (readonly Op[])[]): System<Toy, string> {
  const set = <T>(list: readonly T[], i: number, value: T): T[] => list.map((old, k) => (k === i ? value : old));
  return {
    threads: threads.length,
    initial: [{ state: { at: threads.map(() => 0), seen: threads.map(() => ""), cells: [0, 0, 0], owners: [-1, -1] }, fault: null }],
    pending(state, thread) {
      const op = threads[thread]![state.at[thread]!];
      const held = state.owners.reduce((set, owner, n) => (owner === thread ? set | (1 << n) : set), 0);
      return op === undefined ? null : { ...touches(op, state), holds: held, alone: held };
    },
    step(state, thread): Outcome<Toy, string>[] {
      const op = threads[thread]![state.at[thread]!]!;
      const next = { ...state, at: set(state.at, thread, state.at[thread]! + 1) };
      const note = (text: string): Toy => ({ ...next, seen: set(state.seen, thread, state.seen[thread]! + text) });
      const good = (to: Toy): Outcome<Toy, string>[] => [{ state: to, fault: null }];
      switch (op.op) {
        case "read":
          return good(note(String(state.cells[op.cell])));
        case "check":
          return [{ state: next, fault: state.cells[op.cell] === op.not ? `cell ${op.cell} is ${op.not}` : null }];
        case "spin":
          return good(state.cells[op.cell] === 0 ? { ...next, at: set(state.at, thread, 0), seen: set(state.seen, thread, "") } : next);
        case "incr":
          return good({ ...next, cells: set(state.cells, op.cell, state.cells[op.cell]! + 1) });
        case "write":
          return good({ ...next, cells: set(state.cells, op.cell, op.value) });
        case "copy":
          return good(state.cells[op.cell] === 0 ? next : { ...next, cells: set(state.cells, op.to, state.cells[op.cell]!) });
        case "lock":
          return good({ ...next, owners: set(state.owners, op.lock, thread) });
        case "try":
          return good(state.owners[op.lock] === -1 ? { ...note("t"), owners: set(state.owners, op.lock, thread) } : note("f"));
        case "unlock":
          return good(state.owners[op.lock] === thread ? { ...next, owners: set(state.owners, op.lock, -1) } : next);
        case "choose":
          return [{ state: note("y"), fault: null }, { state: note("n"), fault: null }];
      }
    },
    key: (state) => JSON.stringify(state),
    atEnd: (state) => `end ${JSON.stringify(state)}`,
    atDeadlock: (state) => `deadlock ${state.at.join()}`,
    atLivelock: (_, thread) => `livelock ${thread}`,
    faultKey: (fault) => fault,
  };
}

const read = (cell: number): Op => ({ op: "read", cell });
const write = (cell: number, value: number): Op => ({ op: "write", cell, value });
const lock = (n: number): Op => ({ op: "lock", lock: n });
const unlock = (n: number): Op => ({ op: "unlock", lock: n });
const all = { states: 100_000, faults: 100_000 };

/** Faults as a set, with end states among them. */
const faults = (system: System<Toy, string>, reduce: boolean): string[] =>
  explore(system, { ...all, reduce }).found.map((f) => f.fault).toSorted();

describe("explore", () => {
  it("visits (n+1)^2 states of two threads of n independent steps without reduction and one interleaving with it", () => {
    const system = toy([[read(0), read(0), read(0)], [read(1), read(1), read(1)]]);
    expect(explore(system, { ...all, reduce: false }).states).toBe(16);
    expect(explore(system, all)).toMatchObject({ states: 7, executions: 1, complete: true });
  });

  it("does not take a step again behind steps that it does not conflict with", () => {
    // Five steps behind the first state; once more with the write last, where it is not tried before the read of its cell.
    const system = toy([[write(0, 1)], [read(1), read(1), read(1), read(0)]]);
    expect(explore(system, all)).toMatchObject({ states: 11, executions: 2, complete: true });
  });

  it("takes two steps under one lock to be ordered by it", () => {
    const under = (value: number): Op[] => [lock(0), write(0, value), read(0), unlock(0)];
    // Each goes first once; nothing of one is tried in the middle of the other.
    expect(explore(toy([under(1), [read(1), ...under(2)]]), all)).toMatchObject({ executions: 2, complete: true });
    expect(explore(toy([under(1), [read(1), ...under(2).slice(1)]]), all).executions).toBeGreaterThan(2);
  });

  it("finds all outcomes of the store-buffer test under sequential consistency: not both 0", () => {
    const ends = faults(toy([[write(0, 1), read(1)], [write(1, 1), read(0)]]), true).map((f) => JSON.parse(f.slice(4)).seen);
    expect(ends).toEqual([["0", "1"], ["1", "0"], ["1", "1"]]);
  });

  it("finds the deadlock of two locks in opposite order and the interleaving that leads there", () => {
    const system = toy([[lock(0), lock(1), unlock(1), unlock(0)], [lock(1), lock(0), unlock(0), unlock(1)]]);
    const dead = explore(system, all).found.find((f) => f.fault.startsWith("deadlock"));
    expect(dead?.fault).toBe("deadlock 1,1");
    expect(dead?.moves.map((m) => m.thread).toSorted()).toEqual([0, 1]);
  });

  it("reports a round that nothing leads out of as a livelock, and none when the other thread ends it", () => {
    expect(faults(toy([[{ op: "spin", cell: 0 }], [{ op: "spin", cell: 1 }]]), true)).toEqual(["livelock 0"]);
    expect(faults(toy([[{ op: "spin", cell: 0 }], [lock(0), lock(0)]]), true).filter((f) => f.startsWith("livelock"))).toEqual(["livelock 0"]);
    expect(faults(toy([[{ op: "spin", cell: 0 }], [read(1)]]), true)).toContain("livelock 0");
    expect(faults(toy([[{ op: "spin", cell: 0 }], [write(0, 1)]]), true).filter((f) => f.startsWith("livelock"))).toEqual([]);
  });

  it("says that it is not complete when the bound is reached, and then stops", () => {
    const result = explore(toy([[read(0), write(0, 1)], [read(0), write(0, 2)]]), { states: 3 });
    expect(result).toMatchObject({ complete: false, states: 3 });
  });

  it("stops when it is cancelled", () => {
    expect(explore(toy([[read(0)]]), { states: 100, cancelled: () => true })).toMatchObject({ complete: false, states: 0 });
  });

  it("takes the interleaving with the fewest changes of CPU when asked for the shortest", () => {
    const system = toy([[read(1), write(0, 1), read(1), write(0, 0)], [read(2), { op: "check", cell: 0, not: 1 }]]);
    expect(atOnce(shortest(system, "cell 0 is 1", 1000))?.moves.map((m) => m.thread)).toEqual([0, 0, 1, 1]);
  });
});

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constantFrom("read" as const, "incr" as const), cell: fc.nat(2) }),
  fc.record({ op: fc.constant("write" as const), cell: fc.nat(2), value: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ op: fc.constant("copy" as const), cell: fc.nat(2), to: fc.nat(2) }),
  fc.record({ op: fc.constantFrom("lock" as const, "unlock" as const, "try" as const), lock: fc.nat(1) }),
  fc.record({ op: fc.constant("spin" as const), cell: fc.nat(2) }),
  fc.constant({ op: "choose" as const }),
);

/** The third thread's step is found to matter only behind one that sleeps. */
const lateForAll: Op[][] = [[{ op: "incr", cell: 0 }, { op: "incr", cell: 0 }], [read(2), write(0, 1)], [read(0), write(2, 1)]];

describe("the reduction", () => {
  it("finds the same ends, deadlocks and livelocks as the search of everything, for two and three threads", () => {
    const program = fc.oneof(
      fc.array(fc.array(op, { maxLength: 5 }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.array(op, { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(program, (threads) => {
        const counted = threads.map((ops) => ops.filter((o, i) => o.op !== "incr" || !ops.slice(i).some((later) => later.op === "spin")));
        expect(faults(toy(counted), true)).toEqual(faults(toy(counted), false));
      }),
      { numRuns: 4000, examples: [[lateForAll]] },
    );
  });
});

describe("a long search", () => {
  it("pauses after some dozens of steps, each of which may take milliseconds", () => {
    const ops = Array.from({ length: 8 }, (): Op => ({ op: "write", cell: 0, value: 1 }));
    const system = toy([ops, ops, ops]);
    let [steps, most, total] = [0, 0, 0];
    const counted: System<Toy, string> = { ...system, step: (state, thread) => (steps++, total++, system.step(state, thread)) };
    for (const work = exploring(counted, all); work.next().done !== true; steps = 0) most = Math.max(most, steps);
    expect(total).toBeGreaterThan(500);
    expect(most).toBeLessThan(100);
  });
});
