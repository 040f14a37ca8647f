/** Short texts are digested by our own code, long ones by node:crypto: both must say the same. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha1 } from "./digest.ts";

describe("SHA-1", () => {
  // FIPS 180-4's own examples.
  it.each([
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ])("of %j", (text, expected) => {
    expect(sha1(text)).toBe(expected);
    expect(sha1(Buffer.from(text))).toBe(expected);
  });

  it("is that of node:crypto at every length around a block, and for any text", () => {
    const theirs = (text: string): string => createHash("sha1").update(text).digest("hex");
    for (let length = 0; length < 200; length++) expect(sha1("x".repeat(length))).toBe(theirs("x".repeat(length)));
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        expect(sha1(text)).toBe(theirs(text));
      }),
    );
  });
});
