import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["fromat", "format", 1],
    ["ca", "abc", 3],
  ])("%s to %s", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it("is a distance: symmetric, zero only for equals, at most the longer length", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe("nearest", () => {
  it("offers what was probably meant, and nothing rather than nonsense", () => {
    expect(nearest("reveiw", ["review", "scan"])).toBe("review");
    expect(nearest("scna", ["review", "scan"])).toBe("scan");
    expect(nearest("mailbox", ["review", "scan"])).toBeNull();
    expect(nearest("x", [])).toBeNull();
    expect(nearest("a".repeat(1_000_000), ["review"])).toBeNull();
  });
});
