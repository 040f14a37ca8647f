/** Solving for what reads return. */
import { describe, expect, it } from "vitest";
import { Equations } from "./equations.ts";
import type { Term } from "./term.ts";

const read = (event: number): Term => ({ k: "read", event });
const plusOne = (of: Term): Term => ({ k: "binary", operator: "+", left: of, right: 1n });
const start = (): Equations => Equations.start(4, (location) => (location === "x" ? 7n : 0n));

describe("equations", () => {
  it("pass values on through copies and sums", () => {
    const solved = start().extend([
      { k: "same", left: read(1), right: plusOne(read(0)) },
      { k: "same", left: read(2), right: read(1) },
      { k: "initial", event: 0, address: "x" },
    ])!;
    expect([0, 1, 2].map((event) => solved.valueOf(event))).toEqual([7n, 8n, 8n]);
    expect(solved.settled).toBe(true);
  });

  it("contradict", () => {
    expect(start().extend([{ k: "same", left: read(0), right: 1n }, { k: "truth", term: read(0), expected: false }])).toBeNull();
    expect(start().extend([{ k: "same", left: 2n, right: 1n }])).toBeNull();
  });

  it("leave a cycle of copies without value, but settled", () => {
    const solved = start().extend([{ k: "same", left: read(0), right: read(1) }, { k: "same", left: read(1), right: read(0) }])!;
    expect(solved.settled).toBe(true);
    expect(solved.valueOf(0)).toBeUndefined();
  });

  it("never settle a cycle with arithmetic in it", () => {
    const solved = start().extend([{ k: "same", left: read(0), right: plusOne(read(1)) }, { k: "same", left: read(1), right: read(0) }])!;
    expect(solved.settled).toBe(false);
  });

  it("know that an open value equals itself, and leaves nothing of itself after ^", () => {
    const copies = start().extend([{ k: "same", left: read(0), right: read(1) }, { k: "same", left: read(1), right: read(0) }])!;
    expect(copies.evaluate({ k: "binary", operator: "==", left: read(0), right: read(1) })).toBe(1n);
    expect(copies.evaluate(plusOne({ k: "binary", operator: "^", left: read(0), right: read(1) }))).toBe(1n);
    expect(copies.evaluate({ k: "binary", operator: "-", left: read(0), right: read(1) })).toBeUndefined();
    expect(copies.evaluate({ k: "binary", operator: "==", left: read(0), right: read(2) })).toBeUndefined();
  });

  it("do not change what they were extended from", () => {
    const before = start();
    before.extend([{ k: "same", left: read(0), right: 1n }]);
    expect(before.valueOf(0)).toBeUndefined();
  });

  it("read the initial value where a pointer leads", () => {
    const solved = start().extend([{ k: "initial", event: 1, address: read(0) }, { k: "same", left: read(0), right: "x" }])!;
    expect(solved.valueOf(1)).toBe(7n);
  });
});
