/** Numbers of states: equal ones share one, whatever arrays they are in. */
import { describe, expect, it } from "vitest";
import { StateIds } from "./state-ids.ts";

describe("state numbers", () => {
  it("are equal for equal worlds and standings only", () => {
    const ids = new StateIds();
    const world = Int32Array.of(1, 2, 3);
    const [a, b] = [{ id: 0 }, { id: 1 }];
    const first = ids.of(world, [a, b]);
    expect(ids.of(Int32Array.of(1, 2, 3), [{ id: 0 }, { id: 1 }])).toBe(first);
    expect(ids.of(world, [b, a])).not.toBe(first);
    expect(ids.of(Int32Array.of(1, 2, 4), [a, b])).not.toBe(first);
    expect(ids.keeps(first, world)).toBe(true);
    expect(ids.keeps(first, Int32Array.of(1, 2, 3))).toBe(false);
  });

  it("stay when the table grows", () => {
    const ids = new StateIds();
    const worlds = Array.from({ length: 5000 }, (_, n) => Int32Array.of(n % 7, n));
    const numbers = worlds.map((w) => ids.of(w, []));
    expect(new Set(numbers).size).toBe(5000);
    expect(worlds.map((w) => ids.of(Int32Array.from(w), []))).toEqual(numbers);
  });
});
