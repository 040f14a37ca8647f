import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, columns, expandTabs, hanging, wrap } from "./wrap.ts";

describe("wrap", () => {
  it("breaks at words, keeps line feeds, cuts what is too long", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("one\n\ntwo", 10)).toEqual(["one", "", "two"]);
    expect(wrap("abcdefgh ij", 3)).toEqual(["abc", "def", "gh", "ij"]);
    expect(wrap("", 10)).toEqual([""]);
  });

  it("never exceeds the width and loses no letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrap(text, width);
        expect(Math.max(...lines.map(columns))).toBeLessThanOrEqual(width);
        expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
    );
  });

  it("hangs further lines under the first", () => {
    expect(hanging("  why", "one two three", 6, 13)).toEqual(["  why one two", "      three"]);
  });
});

describe("expandTabs", () => {
  it("goes to the next multiple of eight", () => {
    expect(expandTabs("\tx")).toBe("        x");
    expect(expandTabs("abc\tx")).toBe("abc     x");
    expect(expandTabs("12345678\tx")).toBe("12345678        x");
  });
});

describe("clip", () => {
  it("says that it cut", () => {
    expect(clip("abcdef", 6)).toBe("abcdef");
    expect(clip("abcdefg", 6)).toBe("abc...");
  });
});
