/** Values: C's operators on 32-bit integers, and the few that addresses have. */
import { describe, expect, it } from "vitest";
import { applyBinary, applyUnary, compareValues, IllegalOperation } from "./value.ts";

describe("values", () => {
  it("wrap at 32 bits, with sign", () => {
    expect(applyBinary("+", 2n ** 31n - 1n, 1n)).toBe(-(2n ** 31n));
    expect(applyUnary("-", -(2n ** 31n))).toBe(-(2n ** 31n));
  });

  it("divide towards zero and refuse to divide by it", () => {
    expect(applyBinary("/", -7n, 2n)).toBe(-3n);
    expect(applyBinary("%", -7n, 2n)).toBe(-1n);
    expect(() => applyBinary("/", 1n, 0n)).toThrow(IllegalOperation);
    expect(() => applyBinary("<<", 1n, 32n)).toThrow(IllegalOperation);
  });

  it("compare addresses, and add nothing to them but zero", () => {
    expect(applyBinary("==", "x", "x")).toBe(1n);
    expect(applyBinary("==", "x", 0n)).toBe(0n);
    expect(applyBinary("!=", "x", "y")).toBe(1n);
    expect(applyBinary("+", 0n, "x")).toBe("x");
    expect([applyBinary(">", "x", 0n), applyBinary("<", "x", 0n), applyBinary("<", 0n, "x")]).toEqual([1n, 0n, 1n]);
    expect(applyBinary("^", "x", "x")).toBe(0n);
    expect(() => applyBinary("+", "x", 8n)).toThrow(IllegalOperation);
  });

  it("sort numbers by size, before addresses", () => {
    expect(["y", 10n, "x", -1n, 9n].toSorted(compareValues)).toEqual([-1n, 9n, 10n, "x", "y"]);
  });
});
