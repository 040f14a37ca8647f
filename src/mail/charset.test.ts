import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText } from "./charset.ts";

const bytes = (...values: number[]): Buffer => Buffer.from(values);

describe("decodeText", () => {
  it("reads all 32 special bytes of windows-1252", () => {
    // Code points from the WHATWG index of windows-1252.
    const expected = [0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
      0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178];
    const all = Buffer.from(Array.from({ length: 32 }, (_, i) => 0x80 + i));
    expect(Array.from(decodeText(all, "windows-1252"), (char) => char.codePointAt(0))).toEqual(expected);
  });

  it("prefers UTF-8 to a single-byte declaration when the bytes are UTF-8", () => {
    expect(decodeText(bytes(0xc3, 0xa9), "iso-8859-1")).toBe("é");
    expect(decodeText(bytes(0xe9), "iso-8859-1")).toBe("é");
  });

  it("believes a multi-byte declaration even where the bytes would be ASCII", () => {
    // ISO-2022-JP writes kana as ASCII bytes between escapes.
    expect(decodeText(Buffer.from("\u001b$B$\"\u001b(B", "latin1"), "iso-2022-jp")).toBe("あ");
  });

  it("reads single broken lines of UTF-8 as windows-1252 and keeps the others", () => {
    const mixed = Buffer.concat([Buffer.from("é\n"), bytes(0xe9, 10), Buffer.from("ü")]);
    expect(decodeText(mixed, "utf-8")).toBe("é\né\nü");
  });

  it("is UTF-8's inverse whatever is declared, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("", "utf-8", "us-ascii", "iso-8859-15", "nonsense"), (text, label) => {
        const encoded = Buffer.from(text, "utf8");
        expect(decodeText(encoded, label)).toBe(encoded.toString("utf8"));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (data, label) => {
        expect(typeof decodeText(Buffer.from(data), label)).toBe("string");
      }),
    );
  });
});
