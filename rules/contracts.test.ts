/** The rule data as a whole: references everywhere, eras that are not empty, arguments that exist, one contract a name and era. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileRules } from "../src/rulebook/compile.ts";
import type { Contract } from "../src/rulebook/schema.ts";
import { checkPack } from "../src/rulebook/check-pack.ts";
import { type Literal, Places } from "../src/rulebook/read-literals.ts";
import { packageRoot } from "../src/util/package-root.ts";
import { compareVersions, inEra } from "../src/util/version.ts";

const rules = compileRules(join(packageRoot(), "rules"));

/** Names of arguments that a contract's requirements, effects and results speak of. */
function spokenOf(contract: Contract): string[] {
  const words = ["entry", "pointer", "of", "value", "table", "walk", "to", "below", "like", "is"];
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (words.includes(key) && typeof inner === "string") found.push(inner);
      else visit(inner);
    }
  };
  visit([contract.requires, contract.effects, contract.returns]);
  return found;
}

describe("rules/contracts", () => {
  it("speaks the schema's words, as packs must", () => {
    expect(() => checkPack("rules", new Map([["contracts", rules.contracts as unknown as Literal]]), new Places())).not.toThrow();
  });

  it("names its source and an era that is not empty", () => {
    const bad = rules.contracts.filter((c) => c.references.length === 0 || (c.since && c.until && compareVersions(c.since, c.until) > 0));
    expect(bad.map((c) => c.name)).toEqual([]);
  });

  it("speaks only of its own arguments", () => {
    const bad = rules.contracts.flatMap((c) => spokenOf(c).filter((name) => name !== "return" && !name.startsWith("&") && !c.params.includes(name.split(".")[0]!)).map((name) => `${c.name}: ${name}`));
    expect(bad).toEqual([]);
  });

  it("has one contract for a name in an era", () => {
    const twice = rules.eras.flatMap(({ version }) => {
      const names = rules.contracts.filter((c) => inEra(version, c)).flatMap((c) => [c.name, ...(c.aliases ?? [])]);
      return names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} in ${version}`);
    });
    expect(twice).toEqual([]);
  });

  it("lists the eras in order, with dates in order", () => {
    const { eras } = rules;
    expect(eras.map((e) => e.version)).toEqual(eras.map((e) => e.version).toSorted(compareVersions));
    const dates = eras.map((e) => e.released).filter((d) => d !== "");
    expect(dates).toEqual(dates.toSorted());
    expect(eras[0]!.version).toBe("4.18");
  });
});
