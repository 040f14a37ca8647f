/** Each format against its golden files in fixtures/report, which were read line by line before they were kept. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Finding } from "../core/finding.ts";
import type { Report } from "../core/report.ts";
import { ruleIds } from "../core/rule-ids.ts";
import { formatNames, renderReport } from "./formats.ts";
import type { ReportOptions } from "./options.ts";
import { columns } from "./wrap.ts";

const root = join(import.meta.dirname, "../..");
const samples = ["race", "clean", "no-patch", "nothing-to-check", "many-skipped", "scan", "hostile"] as const;
const plain: ReportOptions = { colour: false, width: 100, verbose: false, quiet: false, rules: [] };

function source(name: string): string {
  return readFileSync(join(root, "fixtures/report", `${name}.json`), "utf8");
}

function sample(name: string): Report {
  return JSON.parse(source(name)) as Report;
}

function schema(name: string): ValidateFunction {
  return new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(join(root, "schemas", name), "utf8")) as object);
}

describe("text", () => {
  it.each(samples)("%s", async (name) => {
    const text = await renderReport("text", sample(name), plain);
    await expect(text).toMatchFileSnapshot(join(root, "fixtures/report", `${name}.txt`));
  });

  it.each(samples)("%s stays within 100 columns", async (name) => {
    const text = await renderReport("text", sample(name), plain);
    expect(text.split("\n").filter((line) => columns(line) > 100)).toEqual([]);
  });

  it("colours only when asked", async () => {
    const colour = await renderReport("text", sample("race"), { ...plain, colour: true });
    expect(colour).toContain("\u001b[31merror:\u001b[39m");
    expect(stripVTControlCharacters(colour)).toBe(await renderReport("text", sample("race"), plain));
  });

  it("lists everything when verbose", async () => {
    const text = await renderReport("text", sample("many-skipped"), { ...plain, verbose: true });
    expect(text).toContain("Re: question 7 <m7@example.org>");
    expect(text).not.toContain("more message");
  });

  it("prints findings alone when quiet, and nothing when there is none", async () => {
    expect(await renderReport("text", sample("clean"), { ...plain, quiet: true })).toBe("");
    const text = await renderReport("text", sample("race"), { ...plain, quiet: true });
    expect(text.startsWith("mm/demo_walk.c:45:9: error:")).toBe(true);
    expect(text).not.toContain("not reviewed");
  });

  it("counts the findings of a scan by rule, most first, and those of a review not", async () => {
    const scanned = sample("scan");
    const [first, second] = scanned.units!.flatMap((unit) => unit.findings) as [Finding, Finding];
    const many = { ...scanned, units: [{ ...scanned.units![0]!, findings: [first, { ...second, rule: "tlb-flush" as const }, { ...second, rule: "tlb-flush" as const, severity: "error" as const }] }] };
    expect(await renderReport("text", many, plain)).toContain("\nFindings by rule:\n  tlb-flush    1 error, 1 warning\n  map-failure  1 note\n\n");
    expect(await renderReport("markdown", many, plain)).toContain("\nBy rule:\n\n- `tlb-flush`: 1 error, 1 warning\n- `map-failure`: 1 note\n");
    expect(await renderReport("text", { ...many, units: [{ ...many.units[0]!, findings: [] }] }, plain)).not.toContain("by rule");
    expect(await renderReport("text", sample("race"), plain)).not.toContain("by rule");
  });

  it("says no finding only of what was reviewed", async () => {
    for (const name of ["no-patch", "nothing-to-check", "many-skipped"]) {
      expect(await renderReport("text", sample(name), plain)).not.toMatch(/no finding/i);
    }
  });
});

describe("json", () => {
  const validate = schema("report-1.json");

  it.each(samples)("%s satisfies its schema", async (name) => {
    validate(JSON.parse(await renderReport("json", sample(name), plain)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(samples.filter((name) => name !== "hostile"))("%s is printed as the golden file has it", async (name) => {
    expect(await renderReport("json", sample(name), plain)).toBe(source(name));
  });

  it("has one key order, whatever the order of the input", async () => {
    const reversed = reverseKeys(sample("race")) as Report;
    expect(await renderReport("json", reversed, plain)).toBe(source("race"));
  });

  it("refuses what the schema does not name", () => {
    expect(validate({ ...sample("clean"), extra: 1 })).toBe(false);
    expect(validate({ ...sample("clean"), schema: "mmreview/report@2" })).toBe(false);
    const { kernel: _kernel, ...rest } = sample("clean");
    expect(validate(rest)).toBe(false);
  });

  it("knows every rule id", () => {
    for (const name of ["report-1.json", "sim-1.json"]) {
      const parsed = JSON.parse(readFileSync(join(root, "schemas", name), "utf8")) as { $defs: { rule: { enum: string[] } } };
      expect(parsed.$defs.rule.enum).toEqual(ruleIds);
    }
  });
});

describe("every format", () => {
  it.each(formatNames.report)("%s lets no control code, bidi mark or lone surrogate of the input out", async (name) => {
    const text = await renderReport(name, sample("hostile"), plain);
    expect(text).not.toMatch(/(?!\n|\t)\p{Cc}/u);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u);
  });

  it.each(formatNames.report)("%s gives the same bytes twice", async (name) => {
    expect(await renderReport(name, sample("race"), plain)).toBe(await renderReport(name, sample("race"), plain));
  });

  it("refuses an unknown name", async () => {
    await expect(renderReport("constructor", sample("race"), plain)).rejects.toThrow("no format named");
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, item]) => [key, reverseKeys(item)]));
}
