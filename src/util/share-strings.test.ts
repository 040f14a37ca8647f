import { describe, expect, it } from "vitest";
import { SharedStrings } from "./share-strings.ts";

describe("SharedStrings", () => {
  it("keeps the data as it is", () => {
    const data = { a: ["x", 1, null, { b: "x", c: true }], d: "y".repeat(500), e: [] };
    expect(new SharedStrings().share(structuredClone(data))).toEqual(data);
  });
});
