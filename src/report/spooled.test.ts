/** Every format says the same of patches that lie on disk as of those in memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PatchReport, Report } from "../core/report.ts";
import { Spool } from "../util/spool.ts";
import { baselineText } from "./baseline.ts";
import { formatNames, renderReport } from "./formats.ts";
import type { ReportOptions } from "./options.ts";

const plain: ReportOptions = { colour: false, width: 100, verbose: true, quiet: false, rules: [] };

function patchesOf(name: string): readonly PatchReport[] {
  return (JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/report", `${name}.json`), "utf8")) as Report).patches;
}

/** Patches with errors, warnings, notes, hostile texts and nothing at all, mixed. */
const patches = Array.from({ length: 12 }, (_none, copy) => ["race", "clean", "hostile"].flatMap(patchesOf).map((patch) => ({ ...patch, subject: `${patch.subject} ${copy}` }))).flat();

const report: Report = {
  schema: "mmreview/report@1",
  tool: { name: "mmreview", version: "1.0.0", rules: 1 },
  kernel: { version: "6.12", from: "--kernel" },
  inputs: [{ path: "box", messages: patches.length, patches: patches.length, skipped: [], troubles: [] }],
  patches,
  summary: { patches: patches.length, functions: 0, findings: { error: 0, warning: 0, note: 0 }, obligations: { proved: 0, violated: 0, unknown: 0 }, elapsedMs: 0 },
};

function spooled<Item>(items: readonly Item[]): Spool<Item> {
  const spool = new Spool<Item>(3);
  for (const item of items) spool.add(item);
  return spool;
}

const skipped = Array.from({ length: 20 }, (_none, n) => ({ messageId: `m${n}@example.org`, subject: n === 7 ? "" : `Re: talk ${n} \n "inputs": []`, reason: n % 3 === 0 ? "reply without a diff" : "empty message" }));
/** Two inputs, of which one has messages that were not reviewed. */
const inputs: Report["inputs"] = [...report.inputs, { path: "talk", messages: 30, patches: 10, skipped, troubles: ["cut", '"skipped": []'], failed: "cut" }];

describe("a spooled report", () => {
  it.each(formatNames["report"]!)("is the same in %s", async (name) => {
    const spool = spooled(patches);
    const left = spooled(skipped);
    const view = { ...report, patches: spool, inputs: [report.inputs[0]!, { ...inputs[1]!, skipped: left }] };
    for (const options of [plain, { ...plain, verbose: false }, { ...plain, quiet: true }]) {
      expect(await renderReport(name, view, options)).toBe(await renderReport(name, { ...report, inputs }, options));
    }
    spool.close();
    left.close();
  });

  it("is JSON as JSON.stringify() writes it, with and without patches", async () => {
    for (const some of [patches, patches.slice(0, 1), []]) {
      const text = await renderReport("json", { ...report, inputs, patches: some }, plain);
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
      expect((JSON.parse(text) as Report).patches).toHaveLength(some.length);
      expect((JSON.parse(text) as Report).inputs).toEqual(inputs);
    }
    expect(await renderReport("json", { ...report, inputs: [] }, plain)).toContain('\n  "inputs": [],\n');
  });

  it("gives the same baseline", () => {
    const spool = spooled(patches);
    expect(baselineText({ ...report, patches: spool }, "2026-01-01")).toBe(baselineText(report, "2026-01-01"));
    spool.close();
  });
});
