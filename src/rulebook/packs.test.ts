/** User packs: their contracts hold over the built-in ones; what is not in the schema's words is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError, UsageError } from "../core/errors.ts";
import { packageRoot } from "../util/package-root.ts";
import { packProblems } from "./check-pack.ts";
import { compileRules } from "./compile.ts";
import { withPacks } from "./packs.ts";
import { rulebookFor } from "./rulebook.ts";

const reference = '{ file: "mm/x.c", where: "f()", version: "6.12" }';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-packs-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pack(name: string, contracts: string): string {
  writeFileSync(join(folder, name), `export const contracts = [${contracts}];\n`);
  return name;
}

describe("withPacks", () => {
  const rules = compileRules(join(packageRoot(), "rules"));

  it("lays a pack over the built-in contracts", async () => {
    const path = pack("over.ts", `{ name: "pmd_lock", params: ["mm", "pmd"], references: [${reference}] }, { name: "my_lock", since: "6.6", params: [], references: [${reference}] }`);
    const merged = await withPacks(rules, [path], folder);
    expect(rulebookFor(merged, "6.12").contract("pmd_lock")?.effects).toBeUndefined();
    expect(rulebookFor(rules, "6.12").contract("pmd_lock")?.effects).toHaveLength(2);
    expect(rulebookFor(merged, "6.12").contract("my_lock")).toBeDefined();
    expect(rulebookFor(merged, "6.1").contract("my_lock")).toBeUndefined();
  });

  it.each([
    ['{ name: "f", params: [] }', "references is missing"],
    [`{ name: "f", params: "mm", references: [${reference}] }`, "params is not a list of names"],
    [`{ name: "f", params: [], effects: [{ do: "aquire", lock: { pointer: "l" } }], references: [${reference}] }`, 'unknown do "aquire"'],
    [`{ name: "f", params: [], effects: [{ do: "release", lok: 1 }], references: [${reference}] }`, "lock is missing"],
    [`{ name: "f", params: [], requires: [{ need: "kind", value: "v", in: [], of: 1 }], references: [${reference}] }`, "unknown word of"],
  ])("refuses %s", async (contract, reason) => {
    await expect(withPacks(rules, [pack("bad.ts", contract)], folder)).rejects.toThrow(reason);
    await expect(withPacks(rules, ["bad.ts"], folder)).rejects.toBeInstanceOf(UsageError);
  });

  it("names a pack that is not there", async () => {
    await expect(withPacks(rules, ["absent.ts"], folder)).rejects.toBeInstanceOf(InputError);
  });
});

describe("packProblems", () => {
  it("places a problem, and has none for a good pack", () => {
    expect(packProblems("p.ts", "export const contracts = [\n  f(),\n];")).toEqual([
      expect.objectContaining({ file: "p.ts", line: 2, column: 3 }),
    ]);
    expect(packProblems("p.ts", `export const contracts = [{ name: "f", params: [], references: [${reference}] }];`)).toEqual([]);
  });
});
