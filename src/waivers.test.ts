/** Findings that are waived, by the project's baseline or in the mail: shown with their reason, counted nowhere, failing nothing. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../fixtures/cli/harness.ts";
import { removeFolders, reviewInputs, temporaryFolder, writeFiles } from "../fixtures/review/harness.ts";
import { readBaseline } from "./baseline.ts";
import { type Report, type ReviewRequest, review } from "./index.ts";
import { baselineText } from "./report/baseline.ts";
import { formatNames, renderReport } from "./report/formats.ts";

const mbox = readFileSync(join(import.meta.dirname, "../fixtures/mail/prefill-v1.mbox"), "utf8");
const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../schemas/baseline-1.json"), "utf8"));
const validate = new Ajv2020({ allErrors: true }).compile(schema as object);
const plain = { colour: false, width: 100, verbose: false, quiet: false, rules: [] };

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(removeFolders);

/** The series of the fixture, with lines of the sender's below the "---" of its second patch. */
function series(...lines: readonly string[]): string {
  const [before, second] = mbox.split(/(?<=\n)(?=From mboxrd@z .*\n(?:\S.*\n)*Subject: \[PATCH 2\/2\])/);
  return before! + second!.replace("\n---\n", `\n---\n${lines.map((line) => `${line}\n`).join("")}`);
}

function reviewed(text: string, entries: readonly object[] | null = null, options: Partial<ReviewRequest> = {}): Promise<Report> {
  const files = { mbox: text, ...(entries === null ? {} : { "known.json": baseline(entries) }) };
  writeFiles(folder, files);
  return reviewInputs({ inputs: ["mbox"], cwd: folder, ...(entries === null ? {} : { baseline: "known.json" }), ...options });
}

function baseline(entries: readonly object[]): string {
  return JSON.stringify({ schema: "mmreview/baseline@1", findings: entries });
}

const waivers = (report: Report): unknown[] => report.patches.flatMap((patch) => patch.findings.map(({ rule, waiver }) => [rule, waiver?.by ?? null, waiver?.expired ?? null]));
const notes = (report: Report): string[] => report.patches.flatMap((patch) => patch.notes);

const mapFailure = { rule: "map-failure", function: "prefill_ptes", reason: "the caller holds the mmap lock for write" };

describe("the baseline", () => {
  it("waives what agrees with all that an entry names", async () => {
    expect(waivers(await reviewed(mbox, [mapFailure]))).toEqual([["publish-order", null, null], ["map-failure", "baseline", false]]);
    expect(waivers(await reviewed(mbox, [{ ...mapFailure, file: "mm/other.c" }, { ...mapFailure, function: "other" }]))).toEqual([["publish-order", null, null], ["map-failure", null, null]]);
  });

  it("knows a finding by its fingerprint, also when its lines have moved", async () => {
    const first = await reviewed(mbox);
    const moved = mbox.replaceAll(/^((?:> )?@@ -)(\d+)(,\d+ \+)(\d+)/gm, (_all, a: string, from: string, b: string, to: string) => `${a}${Number(from) + 100}${b}${Number(to) + 100}`);
    const entries = first.patches.flatMap((patch) => patch.findings.map(({ fingerprint }) => ({ fingerprint, reason: "known" })));
    const second = await reviewed(moved, entries);
    expect(second.patches[0]!.findings[0]!.line).toBe(first.patches[0]!.findings[0]!.line + 100);
    expect(waivers(second)).toEqual([["publish-order", "baseline", false], ["map-failure", "baseline", false]]);
    expect(second.summary.findings).toEqual({ error: 0, warning: 0, note: 0 });
  });

  it("holds through its last day and not beyond, and says so", async () => {
    const entry = { ...mapFailure, expires: "2026-06-30" };
    const on = async (today: string): Promise<Report> => reviewed(mbox, [entry], { today });
    // The other error of the mail (publish-order) is not in the baseline.
    const last = await on("2026-06-30");
    expect(waivers(last)[1]).toEqual(["map-failure", "baseline", false]);
    expect(last.summary.findings.error).toBe(1);
    const late = await on("2026-07-01");
    expect(waivers(late)[1]).toEqual(["map-failure", "baseline", true]);
    expect(late.summary.findings.error).toBe(2);
    expect(await renderReport("text", late, plain)).toContain("waiver   baseline, expired on 2026-06-30: the caller holds the mmap lock for write");
  });

  it("prefers an entry that still holds", async () => {
    const report = await reviewed(mbox, [{ ...mapFailure, expires: "2020-01-01" }, mapFailure], { today: "2026-01-01" });
    expect(waivers(report)[1]).toEqual(["map-failure", "baseline", false]);
  });

  it.each([
    ["{", /^known\.json:1:2: this is not JSON: /],
    ["[]", /^known\.json:1:1: this is not a JSON object$/],
    ['{"schema": "mmreview/baseline@2", "findings": []}', /"schema" is not "mmreview\/baseline@1"/],
    ['{"schema": "mmreview/baseline@1"}', /"findings" is not an array/],
    [baseline([{ rule: "map-failure", function: "f" }]), /findings\[0\] has no reason/],
    [baseline([{ rule: "map-failure", reason: "x" }]), /names neither a fingerprint nor a rule and a function/],
    [baseline([{ rule: "map-failures", function: "f", reason: "x" }]), /there is no rule 'map-failures'/],
    [baseline([{ fingerprint: "0", reason: "x", until: "2026-01-01" }]), /has the unknown word 'until'/],
    [baseline([{ fingerprint: "0", reason: "x", expires: "2026-02-30" }]), /"expires" is not a day like/],
    [baseline([{ fingerprint: 7, reason: "x" }]), /"fingerprint" is not a text/],
  ])("%s is wrong usage", async (text, expected) => {
    writeFiles(folder, { "known.json": text });
    await expect(readBaseline("known.json", folder)).rejects.toThrow(expected);
    if (text !== "{" && !text.includes("02-30") && !text.includes("map-failures")) expect(validate(JSON.parse(text))).toBe(false);
  });

  it("that is not there is an input that can't be read", async () => {
    writeFiles(folder, { mbox });
    const { code, stderr } = await runCli(["--baseline", "gone.json", "mbox"], { cwd: folder, library: { review } });
    expect({ code, stderr }).toEqual({ code: 3, stderr: "mmreview: gone.json: cannot read gone.json: there is no such file\n" });
  });
});

describe("--write-baseline", () => {
  it("writes what is found; with it the same input is clean", async () => {
    writeFiles(folder, { mbox });
    expect((await runCli(["mbox"], { cwd: folder, library: { review } })).code).toBe(1);
    expect((await runCli(["--write-baseline", "known.json", "mbox"], { cwd: folder, library: { review } })).code).toBe(0);
    const written = JSON.parse(readFileSync(join(folder, "known.json"), "utf8")) as { findings: { rule: string; reason: string }[] };
    expect(validate(written)).toBe(true);
    expect(written.findings.map(({ rule }) => rule)).toEqual(["publish-order", "map-failure"].toSorted((a, b) => (a < b ? 1 : -1)));
    const { code, stdout } = await runCli(["--baseline", "known.json", "--fail-on", "note", "mbox"], { cwd: folder, library: { review } });
    expect(code).toBe(0);
    expect(stdout).toContain("No finding but 2 waived");
  });

  it("keeps reasons and expiry of entries that still match, and drops the others", async () => {
    const report = await reviewed(mbox, [{ ...mapFailure, expires: "2030-01-01" }, { fingerprint: "gone", reason: "x" }], { today: "2026-01-01" });
    const { findings } = JSON.parse(baselineText(report, "2026-01-01")) as { findings: object[] };
    expect(findings).toHaveLength(2);
    expect(findings).toContainEqual(expect.objectContaining({ rule: "map-failure", reason: mapFailure.reason, expires: "2030-01-01" }));
    expect(findings).toContainEqual(expect.objectContaining({ rule: "publish-order", reason: expect.stringMatching(/^known on 2026-01-01: /) as string, expires: null }));
  });

  it("writes nothing when the input could not be read", async () => {
    const { code } = await runCli(["--write-baseline", "known.json", "gone"], { cwd: folder, library: { review } });
    expect(code).toBe(3);
    expect(() => readFileSync(join(folder, "known.json"))).toThrow("ENOENT");
  });
});

describe("a waiver in the mail", () => {
  const line = "Mmreview-waive: map-failure prefill_ptes -- the caller holds the mmap lock for write";

  it("waives the finding of its own patch, with the sender's reason", async () => {
    const report = await reviewed(series(line));
    expect(waivers(report)).toEqual([["publish-order", null, null], ["map-failure", "trailer", false]]);
    expect(await renderReport("text", report, { ...plain, width: 1000 })).toMatch(/waived +mm\/prefill\.c:67: prefill_ptes\(\): .* \[map-failure\] \(by the patch's own mail: the caller holds the mmap lock for write\)/);
  });

  it("does not reach into other patches, rules or functions", async () => {
    const lines = ["Mmreview-waive: publish-order prefill_pte_table -- not mine", "Mmreview-waive: map-failure prefill_pmd_range -- elsewhere"];
    expect(waivers(await reviewed(series(...lines)))).toEqual([["publish-order", null, null], ["map-failure", null, null]]);
  });

  it("is told when it is not understood, and then waives nothing", async () => {
    for (const bad of ["Mmreview-waive: map-failure prefill_ptes", "Mmreview-waive: map-failure prefill_ptes --", "Mmreview-waive: everything prefill_ptes -- x"]) {
      const report = await reviewed(series(bad));
      expect(waivers(report)[1]).toEqual(["map-failure", null, null]);
      expect(notes(report)).toEqual([`the waiver "${bad.slice(16)}" is not understood: Mmreview-waive: RULE FUNCTION -- REASON`]);
    }
  });

  it("is not counted by a bot that says so", async () => {
    const report = await reviewed(series(line), null, { ignoreWaivers: true });
    expect(waivers(report)[1]).toEqual(["map-failure", null, null]);
    expect(notes(report)[0]).toMatch(/ is not counted here$/);
  });

  it("counts for nothing in someone else's answer, in a quote or in the code", async () => {
    const answer = mbox.replace(/\nI think|\n> From|$/, `\n${line}\n`);
    const quoted = series(`> ${line}`);
    const code = mbox.replaceAll("\n+\tpte = start_pte;", `\n+\tpte = start_pte; /* ${line} */`);
    expect(code).not.toBe(mbox);
    for (const text of [answer, quoted, code]) expect(waivers(await reviewed(text))[1]).toEqual(["map-failure", null, null]);
  });
});

describe("formats", () => {
  it("that fail or annotate leave out what is waived; those for people show it", async () => {
    const report = await reviewed(series("Mmreview-waive: map-failure prefill_ptes -- SURE OF IT"));
    for (const format of formatNames.report) {
      const text = await renderReport(format, report, plain);
      const shows = ["text", "nipa", "json", "markdown", "html", "sarif"].includes(format);
      expect([format, text.includes("SURE OF IT")]).toEqual([format, shows]);
      if (!shows && format !== "junit") expect([format, text.includes("without a test for NULL")]).toEqual([format, false]);
    }
  });

  it("JSON with waivers satisfies its schema", async () => {
    const known = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(join(import.meta.dirname, "../schemas/report-1.json"), "utf8")) as object);
    known(JSON.parse(await renderReport("json", await reviewed(mbox, [{ ...mapFailure, expires: "2030-01-01" }], { today: "2026-01-01" }), plain)));
    expect(known.errors ?? []).toEqual([]);
  });

  it("SARIF has it as an accepted suppression", async () => {
    const report = await reviewed(mbox, [mapFailure]);
    const log = JSON.parse(await renderReport("sarif", report, plain)) as { runs: { results: { ruleId: string; suppressions?: object[] }[] }[] };
    expect(log.runs[0]!.results.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
      ["publish-order", undefined],
      ["map-failure", [{ kind: "external", status: "accepted", justification: mapFailure.reason }]],
    ]);
  });
});

describe("--fail-on confirmed", () => {
  it("fails on nothing less than a confirmed error", async () => {
    writeFileSync(join(folder, "mbox"), mbox);
    const as = (change: object): Promise<{ code: number }> =>
      runCli(["--fail-on", "confirmed", "mbox"], {
        cwd: folder,
        library: {
          review: async (request) => {
            const report = await review(request);
            return { ...report, patches: report.patches.map((patch) => ({ ...patch, findings: patch.findings.map((finding) => ({ ...finding, ...change })) })) };
          },
        },
      });
    expect((await as({ severity: "error", confidence: "likely" })).code).toBe(0);
    expect((await as({ severity: "warning", confidence: "confirmed" })).code).toBe(0);
    expect((await as({ severity: "error", confidence: "confirmed" })).code).toBe(1);
    expect((await as({ severity: "error", confidence: "confirmed", waiver: { by: "baseline", reason: "x", expires: null, expired: false } })).code).toBe(0);
  });
});
