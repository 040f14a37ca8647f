import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutEnds, withoutTail } from "./ends.ts";

describe("the ends of a text", () => {
  it.each([
    ["a-b--", "a-b", "a-b"],
    ["--a", "--a", "a"],
    ["", "", ""],
    ["---", "", ""],
    [".-a.-", ".-a", "a"],
  ])("%j loses what was asked for", (text, tail, ends) => {
    expect([withoutTail(text, "-."), withoutEnds(text, "-.")]).toEqual([tail, ends]);
  });

  it("are cut as the expressions say that they stand for", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "-", ".", "\n") }), (text) => {
        expect(withoutTail(text, "-.")).toBe(text.replace(/[-.]+$/, ""));
        expect(withoutEnds(text, "-.")).toBe(text.replace(/^[-.]+|[-.]+$/g, ""));
      }),
    );
  });
});
