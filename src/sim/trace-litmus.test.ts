/**
 * The interleavings that break the scenarios of fixtures/scenarios, as litmus tests: the memory model allows each of them,
 * and herd7 says so, too (MMREVIEW_HERD7, see weak-scenario.test.ts).
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import type { ScenarioResult } from "../core/sim-report.ts";
import type { SourceText } from "./library.ts";
import { runLitmus } from "./litmus/index.ts";
import { simulate } from "./scenario-file.ts";

const root = join(import.meta.dirname, "../..");
const herd = process.env["MMREVIEW_HERD7"] ?? "";

function textsOf(folder: string): SourceText[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(".c")).toSorted()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
}

let broken: readonly ScenarioResult[] = [];

beforeAll(async () => {
  await initC();
  const options = { models: textsOf("rules/models"), actors: textsOf("rules/actors"), kernel: null, bound: 300_000 };
  broken = textsOf("fixtures/scenarios").flatMap(({ path, text }) => simulate(path, text, options).results).filter((result) => result.trace !== null);
}, 60_000);

describe("interleavings as litmus tests", () => {
  it("are there for all but those that no interleaving of whole entries shows, or in which one CPU alone comes by entries", () => {
    const cpus = (result: ScenarioResult): number => new Set(result.trace!.steps.filter((s) => /\[\d\] of T\d/.test(s.effect)).map((s) => s.cpu)).size;
    const without = broken.filter((result) => result.trace!.litmus === null && cpus(result) > 1).map((result) => result.rule);
    expect(broken.length).toBeGreaterThan(15);
    expect(without.every((rule) => rule === "publish-order" || rule === "lockless-read")).toBe(true);
  });

  it("are allowed by the memory model", () => {
    for (const { name, trace } of broken) {
      if (trace!.litmus === null) continue;
      const result = runLitmus(name, trace!.litmus);
      expect("verdict" in result && [result.observation, result.flags], name).toEqual(["Sometimes", []]);
    }
  });

  it.skipIf(herd === "")("are allowed by herd7 (MMREVIEW_HERD7)", () => {
    const folder = mkdtempSync(join(tmpdir(), "mmreview-"));
    try {
      const texts = broken.flatMap(({ trace }) => trace!.litmus ?? []);
      const files = texts.map((text, i) => {
        writeFileSync(join(folder, `${i}.litmus`), text);
        return join(folder, `${i}.litmus`);
      });
      const said = execFileSync(herd, files, { encoding: "utf8" });
      expect(said.match(/^Observation \S+ Sometimes /gm)).toHaveLength(texts.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 180_000);
});
