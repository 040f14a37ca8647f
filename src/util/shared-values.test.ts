import { describe, expect, it } from "vitest";
import { SharedValues } from "./shared-values.ts";

describe("SharedValues", () => {
  it("keeps the data as it is, in fewer objects", () => {
    const data = { a: ["x", 1, null, { b: "x", c: true }], d: "y".repeat(500), e: [] };
    const shared = new SharedValues();
    const [one, two] = [shared.share(structuredClone({ n: { x: 1 }, e: [] })), shared.share({ n: { x: 1 }, e: [] })];
    expect(one.n).toBe(two.n);
    expect(one.e).toBe(two.e);
    expect(new SharedValues().share(structuredClone(data))).toEqual(data);
  });
});
