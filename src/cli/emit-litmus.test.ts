/** `--emit-litmus DIR`: files for traces and scenarios, and none of anybody else's touched. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyReport, runCli } from "../../fixtures/cli/harness.ts";
import type { Finding } from "../core/finding.ts";
import { litmusMark } from "../core/litmus-report.ts";
import type { Report } from "../core/report.ts";
import type { ScenarioResult, SimReport } from "../core/sim-report.ts";
import type { Context } from "./context.ts";
import { emitFindings } from "./emit-litmus.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "mmreview-emit-"));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const litmus = (name: string): string => `C ${name}\n\n(*\n * ${litmusMark}\n *)\n\n{}\n\nP0(int *x)\n{\n\tWRITE_ONCE(*x, 1);\n}\n\nexists (x=1)\n`;

function scenario(name: string, text: string | undefined): ScenarioResult {
  return {
    path: "a.c", name, verdict: "holds", reason: "", bound: 1, bounded: false, states: 1, executions: 1, elapsedMs: 0, property: null, rule: null,
    trace: null, ...(text === undefined ? {} : { litmus: text }),
  };
}

async function sim(scenarios: readonly ScenarioResult[], folder = "out"): Promise<{ readonly code: number; readonly stderr: string }> {
  const simulate = async (): Promise<SimReport> => ({ schema: "mmreview/sim@1", tool: { name: "mmreview", version: "0" }, scenarios });
  const { code, stderr } = await runCli(["sim", "a.c", "--emit-litmus", folder], { cwd, library: { simulate } });
  return { code, stderr };
}

describe("--emit-litmus", () => {
  it("writes the test of each scenario that has one, under a name that stays in the folder", async () => {
    const names = ["a table, published", "../../up", "", "a table. published", "no test"];
    const scenarios = names.map((name, i) => scenario(name, name === "no test" ? undefined : litmus(`t${i}`)));
    expect(await sim(scenarios)).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(join(cwd, "out")).toSorted()).toEqual(["a-table-published.litmus", "a-table.-published.litmus", "test.litmus", "up.litmus"]);
    expect(readFileSync(join(cwd, "out", "up.litmus"), "utf8")).toBe(litmus("t1"));
    expect(readdirSync(cwd)).toEqual(["out"]);
  });

  it("gives equal names a number and writes over its own files", async () => {
    await sim([scenario("a", litmus("one")), scenario("a", litmus("two"))]);
    expect(await sim([scenario("a", litmus("three")), scenario("a", litmus("four"))])).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(join(cwd, "out")).toSorted()).toEqual(["a-2.litmus", "a.litmus"]);
    expect(readFileSync(join(cwd, "out", "a-2.litmus"), "utf8")).toBe(litmus("four"));
  });

  it("touches nothing when one of the files is somebody else's", async () => {
    await sim([scenario("b", litmus("one"))]);
    writeFileSync(join(cwd, "out", "a.litmus"), "C mine\n");
    const ran = await sim([scenario("b", litmus("two")), scenario("a", litmus("two")), scenario("c", litmus("two"))]);
    expect(ran).toEqual({ code: 2, stderr: `mmreview: --emit-litmus: '${join("out", "a.litmus")}' is there and was not written by mmreview\n` });
    expect(readFileSync(join(cwd, "out", "a.litmus"), "utf8")).toBe("C mine\n");
    expect(readFileSync(join(cwd, "out", "b.litmus"), "utf8")).toBe(litmus("one"));
    expect(existsSync(join(cwd, "out", "c.litmus"))).toBe(false);
  });

  it("follows no link", async () => {
    await sim([scenario("b", litmus("one"))]);
    writeFileSync(join(cwd, "target"), litmus("target"));
    symlinkSync(join(cwd, "target"), join(cwd, "out", "a.litmus"));
    expect((await sim([scenario("a", litmus("two"))])).code).toBe(2);
    expect(readFileSync(join(cwd, "target"), "utf8")).toBe(litmus("target"));
  });

  it("says before the work that the folder can't be one", async () => {
    writeFileSync(join(cwd, "file"), "");
    const work = { cwd, library: {} };
    expect((await runCli(["sim", "a.c", "--emit-litmus", "file"], work)).stderr).toBe("mmreview: --emit-litmus: 'file' is no folder\n");
    expect((await runCli(["sim", "a.c", "--emit-litmus", "no/where"], work)).stderr).toBe("mmreview: --emit-litmus: there is no folder 'no'\n");
  });

  it("writes the tests of findings with a trace, of a review and of a scan", () => {
    const trace = { scenario: "s", actor: "a", era: "6.12", steps: [], litmus: litmus("t") };
    const finding = { rule: "publish-order", function: "fill", fingerprint: "0123456789abcdef", severity: "note", trace } as unknown as Finding;
    const context = { args: { values: new Map([["emit-litmus", ["out"]]]) }, cwd } as unknown as Context;
    emitFindings(emptyReport({ units: [{ file: "mm/a.c", functions: [], findings: [finding, { ...finding, trace: null }] }] }), context);
    const patch = { findings: [{ ...finding, function: "../x" }] } as unknown as Report["patches"][number];
    emitFindings(emptyReport({ patches: [patch] }), context);
    expect(readdirSync(join(cwd, "out")).toSorted()).toEqual(["publish-order-..-x-01234567.litmus", "publish-order-fill-01234567.litmus"]);
  });
});
