import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sanitize, sanitizeAll } from "./sanitize.ts";

/** Written down independently of the implementation: what Unicode calls control, format, surrogate or unassigned-for-ever. */
function harmful(point: number): boolean {
  if (point === 0x09 || point === 0x0a) return false;
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return true;
  const bidi = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];
  return bidi.includes(point) || point === 0x2028 || point === 0x2029 || (point >= 0xd800 && point <= 0xdfff);
}

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

describe("sanitize", () => {
  it("shows what it took away", () => {
    expect(sanitize("\u001b[31mred\u0007")).toBe("<U+001B>[31mred<U+0007>");
    expect(sanitize("a\u202eb")).toBe("a<U+202E>b");
    expect(sanitize("a\r\nb")).toBe("a<U+000D>\nb");
    expect(sanitize("\u009b2J")).toBe("<U+009B>2J");
    expect(sanitize("\ud800x")).toBe("<U+D800>x");
    expect(sanitize("\u{e0041}")).toBe("<U+E0041>");
  });

  it("leaves code, names and emoji alone", () => {
    const text = "\tif (a < b)\n\t\t/* Größe, 漢字, 😀 */";
    expect(sanitize(text)).toBe(text);
  });

  it("lets nothing harmful through, whatever comes in", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(Array.from(sanitize(text)).filter((char) => harmful(char.codePointAt(0)!))).toEqual([]);
      }),
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sanitize(sanitize(text))).toBe(sanitize(text));
      }),
    );
  });

  it("reaches every string of a tree and no key or number", () => {
    const value = { a: ["\u0000", { b: "\u202e", c: 1, d: null, e: true }] };
    expect(sanitizeAll(value)).toEqual({ a: ["<U+0000>", { b: "<U+202E>", c: 1, d: null, e: true }] });
  });
});
