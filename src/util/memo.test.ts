/** An answer is worked out once, also when it is null or false, and for each object by itself. */
import { describe, expect, it } from "vitest";
import { memoByObject, memoByValue, memoOfLast } from "./memo.ts";

describe("what is asked again", () => {
  it("is not worked out again, whatever the answer was", () => {
    const asked: unknown[] = [];
    const told = memoByValue((key: string) => (asked.push(key), { none: null, no: false, nothing: "" }[key] ?? null));
    expect(["none", "no", "nothing", "none", "no", "nothing"].map(told)).toEqual([null, false, "", null, false, ""]);
    expect(asked).toEqual(["none", "no", "nothing"]);
  });

  it("is another question of another object that looks the same, and of each in its own nested one", () => {
    let made = 0;
    const told = memoByObject((_outer: object) => memoByValue((inner: string) => `${inner} ${made++}`));
    const [a, b] = [{}, {}];
    expect([told(a)("x"), told(a)("y"), told(b)("x"), told(a)("x"), told(b)("x")]).toEqual(["x 0", "y 1", "x 2", "x 0", "x 2"]);
  });

  it("is worked out again behind another question where only the last answer is kept", () => {
    let made = 0;
    const told = memoOfLast((_key: object) => (made++ === 0 ? null : made));
    const [a, b] = [{}, {}];
    expect([told(a), told(a), told(b), told(b), told(a)]).toEqual([null, null, 2, 2, 3]);
  });
});
