/** Rule files are data: literals are read exactly, everything else is refused at its place, and nothing ever runs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.ts";
import { readLiterals } from "./read-literals.ts";

function refusal(text: string): string {
  try {
    readLiterals("pack.ts", text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("readLiterals", () => {
  it("reads what JSON can say, and `as const`, `satisfies`, names and spreads of constants", () => {
    const text = `
      import type { Contract } from "mmreview";
      const doc = { file: "mm/memory.c", version: "6.12" } as const;
      const kinds = ["leaf", "devmap"] as const;
      export const contracts = [{ name: "f", refs: [doc], in: ["none", ...kinds], n: -1, deep: { ...doc, ok: true } }] satisfies readonly Contract[];
    `;
    expect(JSON.parse(JSON.stringify(readLiterals("pack.ts", text).get("contracts")))).toEqual([
      {
        name: "f",
        refs: [{ file: "mm/memory.c", version: "6.12" }],
        in: ["none", "leaf", "devmap"],
        n: -1,
        deep: { file: "mm/memory.c", version: "6.12", ok: true },
      },
    ]);
  });

  it.each([
    ["export const a = run();", "1:18"],
    ["export const a = 1;\nprocess.exit(7);", "2:1"],
    ['import { x } from "./x.ts";\nexport const a = x;', "1:1"],
    ["export const a = `${1}`;", "1:18"],
    ["export const a = { get x() { return 1; } };", "1:20"],
    ["export const a = { [b]: 1 };", "1:20"],
    ["export const a = (() => 1)();", "1:18"],
    ["export const a = [...f()];", "1:22"],
    ["export const a = new Date();", "1:18"],
    ["export const a = b;", "1:18"],
    ["export let a = 1;", "1:1"],
  ])("refuses %j at %s", (text, place) => {
    expect(refusal(text)).toContain(`pack.ts:${place}: `);
  });

  it("does not run a pack", () => {
    const mark = "mmreviewPackRan";
    refusal(`export const a = (globalThis.${mark} = 1);`);
    refusal(`globalThis.${mark} = 1;\nexport const contracts = [];`);
    expect(mark in globalThis).toBe(false);
  });

  it("ends on constants that refer to each other", () => {
    expect(refusal("export const a = [b]; const b = [a];")).toContain("refers to itself");
  });

  it("gives back any JSON value", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        const value: unknown = JSON.parse(json);
        fc.pre(!json.includes("__proto__"));
        const read = readLiterals("pack.ts", `export const a = ${JSON.stringify(value)};`).get("a");
        expect(JSON.parse(JSON.stringify(read ?? null))).toEqual(value);
      }),
      { numRuns: 40 },
    );
  });
});
