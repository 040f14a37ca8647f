/** Work in slices gives what it gives at once, and lets others have their turn. */
import { describe, expect, it } from "vitest";
import { atOnce, inSlices, pause } from "./slices.ts";

function* counting(to: number): Generator<void, number> {
  let sum = 0;
  for (let i = 1; i <= to; i++) {
    sum += i;
    yield;
  }
  return sum;
}

/** Takes so many milliseconds however fast the machine is. */
function busy(time: number): void {
  const start = performance.now();
  while (performance.now() - start < time);
}

/** Takes some 200 ms. */
function* slow(): Generator<void, string> {
  for (let i = 0; i < 20; i++) {
    busy(10);
    yield;
  }
  return "done";
}

/** Is over before its slice is. */
function* short(): Generator<void, string> {
  busy(10);
  yield;
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

  it("counts short works one after the other as one", async () => {
    let others = 0;
    setImmediate(() => others++);
    for (let i = 0; i < 20; i++) await inSlices(short());
    expect(others).toBe(1);
  });

  it("lets others in between steps of a loop that waits for nothing", async () => {
    let others = 0;
    setImmediate(() => others++);
    for (let i = 0; i < 20; i++) {
      busy(10);
      await pause();
    }
    expect(others).toBe(1);
  });

  it("rejects with what the work throws", async () => {
    function* failing(): Generator<void, number> {
      yield;
      throw new RangeError("no");
    }
    await expect(inSlices(failing())).rejects.toThrow(RangeError);
  });
});
