/**
 * Every rule against fixtures/check: a line marked `expect: ID` must be a violation of that rule, and no other line may
 * be one. The first line names the era.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { compileRules } from "../rulebook/compile.ts";
import { rulebookFor } from "../rulebook/rulebook.ts";
import type { RuleData } from "../rulebook/schema.ts";
import { packageRoot } from "../util/package-root.ts";
import { checkUnit } from "./index.ts";
import { rules } from "./rules/index.ts";

const folder = join(packageRoot(), "fixtures", "check");
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".c")).toSorted();
let data: RuleData;

beforeAll(async () => {
  data = compileRules(join(packageRoot(), "rules"));
  await initC();
});

function expected(text: string): string[] {
  return text.split("\n").flatMap((line, i) => Array.from(line.matchAll(/expect: ([a-z-]+)/g), (m) => `${i + 1} ${m[1]}`));
}

function found(name: string, text: string): string[] {
  const era = /era: (\d+\.\d+)/.exec(text)![1]!;
  const checks = checkUnit(lowerText(name, text), rulebookFor(data, era));
  expect(checks.filter((check) => check.limit !== "")).toEqual([]);
  const violated = checks.flatMap((check) => check.obligations.filter((o) => o.outcome === "violated").map((o) => `${o.line} ${o.rule}`));
  return Array.from(new Set(violated)).toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

describe("rules on fixtures", () => {
  it.each(fixtures)("%s", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(found(name, text)).toEqual(expected(text));
  });

  it("has a firing and a quiet function for every rule", () => {
    const fired = new Set(fixtures.flatMap((name) => expected(readFileSync(join(folder, name), "utf8")).map((e) => e.split(" ")[1])));
    expect(rules.map((rule) => rule.id).filter((id) => !fired.has(id))).toEqual([]);
  });
});
