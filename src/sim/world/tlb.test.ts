/** Which CPU holds what: fills reach every CPU that runs the program, flushes only those that they name. */
import { describe, expect, it } from "vitest";
import { buildWorld, type Settings } from "./build.ts";
import { storeEntry } from "./entries.ts";
import { disableInterrupts, enableInterrupts, flushEverywhere, ipiDone } from "./sections.ts";
import { cpuName, fill, flush, holdersOf, mayBeWalked, staleFor } from "./tlb.ts";
import { pageBits } from "./translate.ts";
import type { Turn } from "./turn.ts";

const settings: Settings = { vma: "anon", pmd: "table", pte: "page,none" };

/** Turns of two threads at one world: CPU 0, CPU 1, and CPU 2 for all others. */
function turns(more: Settings = {}): readonly [Turn, Turn] {
  const world = buildWorld({ ...settings, ...more }, 2);
  const data = Int32Array.from(world.initial);
  const turn = (thread: number): Turn => ({
    layout: world.layout, data, mine: data, values: world.values, thread,
    fail: (property, text) => {
      throw new Error(`${property}: ${text}`);
    },
  });
  return [turn(0), turn(1)];
}

/** The PTE table is the fourth that the world makes: pgd, pud, pmd, pte. */
const pte = 3;

function clear(turn: Turn): void {
  turn.data[turn.layout.observed + (turn.thread * turn.layout.tables + pte) * 2] = turn.data[turn.layout.entry + pte * 2]!;
  storeEntry(turn, pte, 0, turn.values.none, true);
}

describe("the TLBs", () => {
  it("all hold what the tables give at the start", () => {
    const [turn] = turns();
    expect(holdersOf(turn, 0, pageBits(0))).toBe(0b111);
    expect(staleFor(turn, -1)).toEqual([]);
    expect(mayBeWalked(turn, pte)).toBe(true);
  });

  it("keep what was taken away until a flush reaches them", () => {
    const [turn] = turns();
    clear(turn);
    expect(staleFor(turn, -1)).toEqual([{ page: 0, cpus: 0b111 }]);
    flush(turn, 1, 0b001);
    expect(staleFor(turn, -1)).toEqual([{ page: 0, cpus: 0b110 }]);
    expect(turn.data[turn.layout.unflushed]).toBe(0b01);
    flush(turn, 1, 0b110);
    expect(staleFor(turn, -1)).toEqual([]);
    expect(turn.data[turn.layout.unflushed]).toBe(0);
  });

  it("hold nothing where the program does not run", () => {
    const [turn] = turns({ runs: "nowhere" });
    expect(holdersOf(turn, 0, -1)).toBe(0);
    turn.data[turn.layout.runs] = 0b010;
    fill(turn, 0, -1);
    expect(holdersOf(turn, 0, pageBits(0))).toBe(0b010);
    clear(turn);
    expect(cpuName(turn, staleFor(turn, -1)[0]!.cpus)).toBe("CPU1");
  });

  it("are flushed by an IPI when interrupts are on again", () => {
    const [turn, other] = turns();
    disableInterrupts(other);
    clear(turn);
    flushEverywhere(turn, 1, true);
    expect(staleFor(turn, -1)).toEqual([{ page: 0, cpus: 0b010 }]);
    expect(ipiDone(turn)).toBe(false);
    enableInterrupts(other);
    expect(staleFor(turn, -1)).toEqual([]);
    expect(ipiDone(turn)).toBe(true);
  });

  it("are flushed at once where flushes need no IPI", () => {
    const [turn, other] = turns();
    disableInterrupts(other);
    clear(turn);
    flushEverywhere(turn, 1, false);
    expect(staleFor(turn, -1)).toEqual([]);
  });
});
