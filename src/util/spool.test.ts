/** Values that lie in a file: the same ones in the same order, as often as they are asked for, and no file left. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Spool } from "./spool.ts";

let folder = "";
const usual = process.env["TMPDIR"];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-test-"));
  process.env["TMPDIR"] = folder;
});
afterEach(() => {
  if (usual === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = usual;
  rmSync(folder, { recursive: true, force: true });
});

function filled<T>(values: readonly T[], most: number): Spool<T> {
  const spool = new Spool<T>(most);
  for (const value of values) spool.add(value);
  return spool;
}

/** More than one write of it. */
const large = Array.from({ length: 40 }, (_none, i) => ({ i, text: `${i} é \u2028 ${"x".repeat(20_000)}` }));

describe("a spool", () => {
  it("gives back what came, in order, again and again", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 0, max: 5 }), (given, most) => {
        // -0 is no JSON.
        const values = JSON.parse(JSON.stringify(given)) as unknown[];
        const spool = filled(values, most);
        expect(spool.length).toBe(values.length);
        expect(Array.from(spool)).toEqual(values);
        expect(Array.from(spool)).toEqual(values);
        expect(values.map((_value, i) => spool.at(i))).toEqual(values);
        spool.close();
      }),
    );
  });

  it("goes through a file, leaves none and takes more in between", () => {
    const spool = filled(large, 2);
    expect(Array.from(spool)).toEqual(large);
    expect(readdirSync(folder)).toEqual([]);
    spool.add({ i: -1, text: "one more" });
    expect(Array.from(spool).at(-1)).toEqual({ i: -1, text: "one more" });
    const [first, second] = [spool[Symbol.iterator](), spool[Symbol.iterator]()];
    for (let i = 0; i < 5; i++) expect(first.next().value).toEqual(large[i]);
    expect(second.next().value).toEqual(large[0]);
    spool.close();
  });

  it("does without a file where none can be made", () => {
    process.env["TMPDIR"] = join(folder, "not there");
    const spool = filled([...large, ...large], 2);
    expect(Array.from(spool)).toEqual([...large, ...large]);
    expect(spool.length).toBe(80);
    spool.close();
  });
});
