/** Arrays cut from shared chunks do not share contents. */
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";

describe("the arena", () => {
  it("gives arrays that do not overlap, over many chunks", () => {
    const arena = new Arena(3);
    const arrays = Array.from({ length: 500 }, (_, n) => arena.take().fill(n));
    expect(arrays.every((array, n) => array.length === 3 && array.every((word) => word === n))).toBe(true);
  });

  it("copies, and uses again what was given back", () => {
    const arena = new Arena(2);
    const original = Int32Array.of(1, 2);
    const copy = arena.copyOf(original);
    copy[0] = 9;
    expect(Array.from(original)).toEqual([1, 2]);
    arena.giveBack(copy);
    const again = arena.copyOf(original);
    expect(again).toBe(copy);
    expect(Array.from(again)).toEqual([1, 2]);
    arena.giveBack(again);
    expect(Array.from(arena.take())).toEqual([0, 0]);
  });

  it("gives arrays of length 0", () => {
    expect(new Arena(0).take()).toHaveLength(0);
  });
});
