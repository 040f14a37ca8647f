/** Work in slices gives what it gives at once, and lets others have their turn. */
import { describe, expect, it } from "vitest";
import { atOnce, inSlices } from "./slices.ts";

function* counting(to: number): Generator<void, number> {
  let sum = 0;
  for (let i = 1; i <= to; i++) {
    sum += i;
    yield;
  }
  return sum;
}

/** Takes some 200 ms however fast the machine is. */
function* slow(): Generator<void, string> {
  const start = performance.now();
  while (performance.now() - start < 200) yield;
  return "done";
}

describe("work in slices", () => {
  it("gives the same", async () => {
    expect(atOnce(counting(100))).toBe(5050);
    expect(await inSlices(counting(100))).toBe(5050);
  });

  it("lets the event loop run before it is done", async () => {
    const order: string[] = [];
    setImmediate(() => order.push("other"));
    order.push(await inSlices(slow()));
    expect(order).toEqual(["other", "done"]);
  });

  it("rejects with what the work throws", async () => {
    function* failing(): Generator<void, number> {
      yield;
      throw new RangeError("no");
    }
    await expect(inSlices(failing())).rejects.toThrow(RangeError);
  });
});
