/** User packs: their contracts hold over the built-in ones; what is not in the schema's words is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
    [`{ name: "f", params: "mm", references: [${reference}] }`, "bad.ts:1:40: contracts[0], params: a list is needed"],
    [`{ name: "f", params: [], effects: [{ do: "aquire", lock: { pointer: "l" } }], references: [${reference}] }`, 'unknown do "aquire"'],
    [`{ name: "f", params: [], effects: [{ do: "release", lok: 1 }], references: [${reference}] }`, "lock is missing"],
    [`{ name: "f", params: ["v"], requires: [{ need: "kind", value: "v", in: [], of: 1 }], references: [${reference}] }`, "unknown word of"],
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

  /** Line, column and message of each problem of a contract; what it is written into takes no column. */
  function problemsIn(contract: string): string[] {
    return packProblems("p.ts", `export const contracts = [\n${contract}\n];\n`).map(({ line, column, message }) => `${line}:${column} ${message}`);
  }

  it("lists all problems, in the order of the file, each at its place and with what may be meant", () => {
    expect(
      problemsIn(`{
  name: "f",
  params: ["mm", "pmd"],
  since: "six",
  effects: [
    { do: "aquire", lock: { class: "pmd-ptl", of: "pmd" } },
    { do: "acquire", lock: { class: "pmd-plt", of: "pmd" } },
    { do: "release", lok: 1 },
    { do: "map", of: "pdm" },
  ],
  returns: { mayFailSince: 6.5 },
  references: [],
}`),
    ).toEqual([
      '5:3 contract f: since is a version such as 6.5, not "six"',
      '7:7 contracts[0], effects[0]: unknown do "aquire": did you mean acquire?',
      '8:30 contracts[0], effects[1] (acquire), lock, class: unknown word "pmd-plt": did you mean pmd-ptl?',
      "9:5 contracts[0], effects[2] (release): lock is missing",
      "9:22 contracts[0], effects[2] (release): unknown word lok: did you mean lock?",
      '10:18 contract f, of: "pdm" is no argument (these are: mm, pmd, return)',
      "12:14 contracts[0], returns, mayFailSince: a text is needed",
    ]);
  });

  it("finds what a spread brings along, and what stands in a constant where it stands", () => {
    const text = 'const lock = { class: "pmd", of: "pmd" } as const;\nexport const contracts = [{ name: "f", params: ["pmd"], effects: [{ do: "acquire", lock }], references: [] }];';
    expect(packProblems("p.ts", text)).toEqual([expect.objectContaining({ line: 1, column: 16, message: expect.stringMatching(/class: unknown word "pmd"/) as string })]);
  });

  it("knows every part of the rules but the kernel versions", () => {
    expect(packProblems("p.ts", "export const eras = [];")[0]!.message).toMatch(/^eras: no part of a rule pack \(these are: contracts, /);
    for (const file of ["callbacks.ts", "catalogue.ts", "field-types.ts", "sleepers.ts", "lock-order.ts", "wording.ts"]) {
      expect(packProblems(file, readFileSync(join(packageRoot(), "rules", file), "utf8"))).toEqual([]);
    }
  });

  it("does not run a pack, whatever is in it", () => {
    const told = join(folder, "told");
    const write = `require("node:fs").writeFileSync(${JSON.stringify(told)}, "ran")`;
    const packs = [
      `${write};`,
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(told)}, "");`,
      `export const contracts = (() => { ${write}; return []; })();`,
      `export const contracts = [{ get name() { ${write}; return "f"; }, params: [], references: [] }];`,
      `export const contracts = [{ name: \`\${${write}}\`, params: [], references: [] }];`,
      `export const contracts = [{ [${write}]: 1 }];`,
      `export default eval(${JSON.stringify(write)});`,
      `export class A { static { ${write}; } }`,
      `/// <reference types="x" />\nexport enum A { b = ${write} }`,
    ];
    for (const text of packs) expect(packProblems("p.ts", text)).toEqual([expect.objectContaining({ line: expect.any(Number) as number, message: expect.stringMatching(/literal|computed/) as string })]);
    expect(existsSync(told)).toBe(false);
  });
});
