/** Held against mailparser, which shares nothing with it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "./limits.ts";
import { readLeaves } from "./mime-leaves.ts";
import { transferDecoded } from "./transfer.ts";

async function byMailparser(encoding: string, body: Buffer): Promise<string> {
  const leaves = await readLeaves("text/plain", encoding, "", body, defaultLimits);
  return typeof leaves === "string" ? leaves : Buffer.concat(leaves.map((leaf) => leaf.bytes)).toString("latin1");
}

const piece = fc.oneof(
  fc.constantFrom("=", "==", "=\n", "=\r\n", "= \n", " ", "\t", "   ", "\n", "\r\n", "\r", "=3D", "=0a", "=E2=82=AC", "=G1", "=4", "a", "word", "\xe9", "+", "-", "."),
  fc.string({ unit: fc.constantFrom("=", "A", "f", "0", " ", "\n"), maxLength: 8 }),
);

describe("a body that is encoded for its way", () => {
  it("is decoded from quoted-printable as mailparser does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 30 }), async (pieces) => {
        const body = Buffer.from(pieces.join(""), "latin1");
        expect(transferDecoded("quoted-printable", body)!.toString("latin1")).toBe(await byMailparser("quoted-printable", body));
      }),
      { numRuns: 1500 },
    );
  });

  it("is decoded from base64 as mailparser does, or left to it", async () => {
    let taken = 0;
    const lines = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 4, max: 80 }), fc.constantFrom("\n", "\r\n"), fc.constantFrom("", "=", "-", " ", "AB", "QUJD\n"));
    await fc.assert(
      fc.asyncProperty(lines, async ([bytes, width, end, more]) => {
        const text = Buffer.from(bytes).toString("base64");
        const body = Buffer.from(Array.from({ length: Math.ceil(text.length / width) }, (_, i) => text.slice(i * width, (i + 1) * width) + end).join("") + more, "latin1");
        const decoded = transferDecoded("base64", body);
        if (decoded === null) return;
        taken++;
        expect(decoded.toString("latin1")).toBe(await byMailparser("base64", body));
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it("is left to a MIME parser when it is in another encoding", () => {
    expect(transferDecoded("x-uuencode", Buffer.from("begin"))).toBeNull();
  });

  // What takes the square of the length would run into the time limit of a test.
  it.each([
    [" ", 0, null],
    ["=", 999_999, null],
    ["=\n", 0, null],
    [" \n", 1_000_000, null],
    ["= ", 1_999_998, null],
    [" A", 2_000_000, null],
    ["A", 1_000_000, 750_000],
    ["A\n", 2_000_000, 750_000],
  ])("ends for a million times %j", (unit, printable, base64) => {
    const body = Buffer.from(unit.repeat(1_000_000));
    expect(transferDecoded("quoted-printable", body)?.length).toBe(printable);
    expect(transferDecoded("base64", body)?.length ?? null).toBe(base64);
  });
});
