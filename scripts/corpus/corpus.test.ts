/** The measurement measures what it says: on reports, diffs and trees of our own. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Finding, FunctionReport, PatchReport } from "../../src/index.ts";
import { dropOne, dropOneUnasked } from "../../fixtures/review/harness.ts";
import { type KnownBug, readCorpus } from "./entries.ts";
import { causesOf } from "./causes.ts";
import { judge } from "./judge.ts";
import { copyKernelFiles, findKernelSource } from "./kernel-trees.ts";
import { type Measured, measureAlone, measureOnTree } from "./measure-known.ts";
import { measureReviewed } from "./measure-reviewed.ts";
import { knownReport } from "./report-known.ts";
import { reasons } from "./out-of-reach.ts";
import { reviewedReport } from "./report-reviewed.ts";
import { reverseDiff } from "./reverse-diff.ts";
import { withPatch } from "./scratch-tree.ts";
import { table } from "./table.ts";

const made: string[] = [];

/** Beside the project; null where it is not. */
const stored = readCorpus(join(import.meta.dirname, "../../../shared/corpus"));

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), "mmreview-corpus-test-"));
  made.push(path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const makefile = "VERSION = 6\nPATCHLEVEL = 12\n";

/** Text of a patch that turns one file into another, as git writes it. */
function diff(from: string, to: string, path = "mm/drop.c"): string {
  const dir = folder({ [`a/${path}`]: from, [`b/${path}`]: to });
  const text = spawnSync("git", ["diff", "--no-index", "--no-prefix", `a/${path}`, `b/${path}`], { cwd: dir, encoding: "utf8" }).stdout;
  expect(text).toContain("@@");
  return text;
}

function mail(subject: string, text: string): string {
  return `From: A Tester <tester@example.org>\nSubject: [PATCH] ${subject}\nMessage-ID: <${subject.replace(/\W+/g, "-")}@example.org>\nDate: Sun, 1 Dec 2024 12:00:00 +0000\n\nWords.\n---\n${text}-- \n2.39.5\n`;
}

function bug(part: Partial<KnownBug>): KnownBug {
  return { id: "a-bug", classes: ["unchecked-null"], rules: ["map-failure"], functions: ["drop_one"], mail: null, reintroduce: [], ...part };
}

describe("judge", () => {
  const finding = (part: Partial<Finding>): Finding => ({ rule: "map-failure", function: "drop_one", status: "introduced", severity: "error", ...part }) as Finding;
  const fn = (part: Partial<FunctionReport>): FunctionReport => ({ name: "drop_one", coverage: "full", unknowns: [], ...part }) as FunctionReport;
  const report = (findings: readonly Finding[], functions: readonly FunctionReport[] = []): PatchReport[] => [{ findings, functions } as unknown as PatchReport];
  const place = { functions: ["drop_one", "drop_two"], rules: ["map-failure"] };

  it("counts the right rule in the right function by its status", () => {
    const judged = judge(report([finding({}), finding({ status: "fixed", function: "drop_two" }), finding({ status: "pre-existing" })]), place);
    expect([judged.introduced.length, judged.remaining.length, judged.fixed.length, judged.others.length]).toEqual([1, 2, 1, 0]);
  });

  it("counts nothing else, and no note", () => {
    const judged = judge(report([finding({ rule: "stale-read" }), finding({ function: "other" }), finding({ severity: "note" })]), place);
    expect([judged.introduced.length, judged.remaining.length, judged.fixed.length, judged.others.length]).toEqual([0, 0, 0, 2]);
  });

  it("knows questions under the right rule, and how much was in view", () => {
    const question = { rule: "map-failure", line: 1, text: "?" };
    expect(judge(report([], [fn({ unknowns: [question, { ...question, rule: "stale-read" }] })]), place).asked).toEqual([question]);
    expect(judge(report([], [fn({ name: "other", unknowns: [question] })]), place)).toMatchObject({ asked: [], view: "absent" });
    expect(judge(report([], [fn({ coverage: "skipped" }), fn({ name: "drop_two", coverage: "partial" })]), place).view).toBe("partial");
  });
});

describe("causesOf", () => {
  const place = { functions: ["drop_one"], rules: ["map-failure"] };
  const fn = (part: Partial<FunctionReport>): FunctionReport => ({ name: "drop_one", coverage: "full", reason: "", unknowns: [], proofs: [], ...part }) as FunctionReport;
  const causes = (functions: readonly FunctionReport[], text = ""): string[] => causesOf([{ findings: [], functions } as unknown as PatchReport], place, text, (name) => name === "pte_unmap");

  it("says what was lacking, by kind", () => {
    expect(causes([])).toEqual(["function: the patch changes no line of the labelled functions that can be placed"]);
    expect(causes([fn({ name: "other" })])[0]).toMatch(/^function: .*; it changes other\(\)$/);
    expect(causes([fn({ coverage: "skipped", reason: "no page-table steps" })])).toEqual(["function: drop_one() was skipped, no page-table steps"]);
    expect(causes([fn({ coverage: "partial", reason: "only hunks" })])).toEqual(["context: drop_one(): only hunks"]);
    expect(causes([fn({ unknowns: [{ rule: "map-failure", line: 3, text: "who knows" }, { rule: "tlb-flush", line: 4, text: "other" }] })])).toEqual(["context: open in line 3: who knows"]);
    expect(causes([fn({ proofs: [{ rule: "map-failure", line: 5, text: "tested" }] })])).toEqual(["fact: held as shown in line 5: tested"]);
    expect(causes([fn({})])).toEqual(["fact: map-failure ask nothing of these lines that could be decided"]);
  });

  it("names the calls of changed lines of which nothing is known", () => {
    const text = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@ head(void)\n-\tpte_unmap(pte);\n+\tif (find_it(mm, drop_one(pte)))\n+\t/* told(so) */\n \tkept(pte);\n";
    expect(causes([fn({})], text)).toEqual(["contract: none for find_it() on the changed lines"]);
  });
});

describe("reverseDiff", () => {
  it("takes back what the patch did, as git sees it", () => {
    const there = mail("x", diff(dropOne, dropOneUnasked));
    const dir = folder({ "mm/drop.c": dropOne, there, back: reverseDiff(there) });
    const apply = (name: string): void => expect(spawnSync("git", ["apply", "-p1", name], { cwd: dir, env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(dir) } }).status).toBe(0);
    apply("there");
    expect(readFileSync(join(dir, "mm/drop.c"), "utf8")).toBe(dropOneUnasked);
    apply("back");
    expect(readFileSync(join(dir, "mm/drop.c"), "utf8")).toBe(dropOne);
  });

  it("keeps lines that look like headers within hunks", () => {
    const text = "diff --git a/x b/x\nindex 111..222 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ head\n--- old\n+++ new\n same\n";
    expect(reverseDiff(text)).toBe("diff --git a/x b/x\nindex 222..111 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ head\n+-- old\n-++ new\n same\n");
  });
});

describe("withPatch", () => {
  it("applies, works and takes back, also when the work fails", async () => {
    const dir = folder({ "mm/drop.c": dropOne });
    const patch = join(folder({ p: diff(dropOne, dropOneUnasked) }), "p");
    const text = (): string => readFileSync(join(dir, "mm/drop.c"), "utf8");
    await withPatch(dir, patch, async () => expect(text()).toBe(dropOneUnasked));
    expect(text()).toBe(dropOne);
    await expect(withPatch(dir, patch, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(text()).toBe(dropOne);
  });

  it("says when the patch does not apply", async () => {
    const patch = join(folder({ p: diff(dropOne, dropOneUnasked) }), "p");
    await expect(withPatch(folder({ "mm/drop.c": "int x;\n" }), patch, () => Promise.resolve())).rejects.toThrow(/does not apply/);
  });
});

describe("kernel sources", () => {
  it("are what the environment names, then the unpacked package, then its archive", () => {
    const packages = folder({ "linux-source-6.12/Makefile": makefile, "linux-source-6.12.tar.xz": "", "linux-source-6.1.tar.xz": "" });
    const named = folder({ Makefile: makefile });
    expect(findKernelSource("6.12", { MMREVIEW_TREE_6_12: named }, packages)).toEqual({ kind: "directory", path: named });
    expect(findKernelSource("6.12", {}, packages)).toEqual({ kind: "directory", path: join(packages, "linux-source-6.12") });
    expect(findKernelSource("6.1", {}, packages)).toEqual({ kind: "archive", path: join(packages, "linux-source-6.1.tar.xz"), top: "linux-source-6.1" });
  });

  it("that are absent say what to do", () => {
    expect(findKernelSource("6.12", {}, folder())).toMatchObject({ kind: "absent", why: expect.stringMatching(/install .*linux-source-6\.12, or set MMREVIEW_TREE_6_12/) as string });
    expect(findKernelSource("6.1", { MMREVIEW_TREE_6_1: folder() }, folder())).toMatchObject({ kind: "absent", why: expect.stringContaining("no kernel tree") as string });
  });

  const tree = { "linux-source-6.12/Makefile": makefile, "linux-source-6.12/mm/drop.c": dropOne, "linux-source-6.12/fs/dax.c": "int x;\n", "linux-source-6.12/net/big.c": "int y;\n" };
  const expectNeeded = (target: string): void => {
    expect(["Makefile", "mm/drop.c", "fs/dax.c"].filter((path) => !existsSync(join(target, path)))).toEqual([]);
    expect(existsSync(join(target, "net/big.c"))).toBe(false);
  };

  it("are copied as far as they are needed", () => {
    const target = join(folder(), "copy");
    copyKernelFiles({ kind: "directory", path: join(folder(tree), "linux-source-6.12") }, ["fs/dax.c", "mm/drop.c", "arch/none.c"], target);
    expectNeeded(target);
  });

  it.runIf(spawnSync("xz", ["--version"]).status === 0)("are unpacked as far as they are needed", () => {
    const packages = folder(tree);
    spawnSync("tar", ["-cJf", "linux-source-6.12.tar.xz", "linux-source-6.12"], { cwd: packages });
    const target = join(folder(), "copy");
    copyKernelFiles({ kind: "archive", path: join(packages, "linux-source-6.12.tar.xz"), top: "linux-source-6.12" }, ["fs/dax.c", "arch/none.c"], target);
    expectNeeded(target);
    expect(() => copyKernelFiles({ kind: "archive", path: join(packages, "none.tar.xz"), top: "x" }, [], join(folder(), "copy"))).toThrow(/can't be unpacked/);
  });
});

describe("readCorpus", () => {
  it("gives absolute paths, and joins two reviews of one mail", () => {
    const dir = folder({
      "known.jsonl": `${JSON.stringify({ ...bug({}), mail: "corpus/known/a.mbox", reintroduce: [{ tree: "6.12", patch: "corpus/known/a.patch", files: ["mm/drop.c"], kind: "manual" }] })}\n\n`,
      "reviewed.jsonl": ["one", "two"].map((id) => JSON.stringify({ id, patch_mail: "corpus/reviewed/1.mbox", findings: [{ function: id, class: "x", rule: "stale-read", outcome: "raised", text: "" }] })).join("\n"),
    });
    const corpus = readCorpus(dir)!;
    expect(corpus.known).toEqual([bug({ mail: join(dir, "known/a.mbox"), reintroduce: [{ tree: "6.12", patch: join(dir, "known/a.patch"), files: ["mm/drop.c"] }] })]);
    expect(corpus.reviewed).toEqual([{ id: "one", mail: join(dir, "reviewed/1.mbox"), labels: ["one", "two"].map((name) => ({ function: name, rule: "stale-read", outcome: "raised" })) }]);
    expect(readCorpus(folder())).toBeNull();
  });
});

describe("the measurement", () => {
  it("sees a bug put back, taken out, and fixed by its mail with and without a tree", async () => {
    const dir = folder({ Makefile: makefile, "mm/drop.c": dropOne });
    const files = folder({ "put.patch": mail("mm: tidy up", diff(dropOne, dropOneUnasked)), "fix.mbox": mail("mm: test the map", diff(dropOneUnasked, dropOne)) });
    const known = bug({ mail: join(files, "fix.mbox"), reintroduce: [{ tree: "6.12", patch: join(files, "put.patch"), files: ["mm/drop.c"] }, { tree: "6.1", patch: "nowhere", files: [] }] });
    const measured = await measureOnTree(known, { version: "6.12", tree: dir, scratch: dir });
    expect(measured.map((one) => [one.setting, one.tree, one.flagged, one.clean, one.applied])).toEqual([
      ["put back", "6.12", true, true, true],
      ["taken out", "6.12", true, true, true],
      ["fix on tree", "6.12", true, true, true],
    ]);
    expect(readFileSync(join(dir, "mm/drop.c"), "utf8")).toBe(dropOne);
    expect(await measureAlone(known)).toMatchObject({ setting: "fix alone", flagged: true, clean: true, view: "partial" });
    expect(await measureAlone(bug({}))).toBeNull();
  });

  it("does not take a fix that leaves the bug for clean, nor another rule for the right one", async () => {
    const half = dropOneUnasked.replace("ptep_clear_flush(", "ptep_get_and_clear(vma->vm_mm, addr, pte);\n\tflush_tlb_page(vma, addr);\n\tuse(");
    const files = folder({ "fix.mbox": mail("mm: flush apart", diff(dropOneUnasked, half)) });
    expect(await measureAlone(bug({ mail: join(files, "fix.mbox") }))).toMatchObject({ flagged: false, clean: false });
    const whole = folder({ "fix.mbox": mail("mm: test the map", diff(dropOneUnasked, dropOne)) });
    expect(await measureAlone(bug({ mail: join(whole, "fix.mbox"), rules: ["lock-balance"] }))).toMatchObject({ flagged: false, clean: true });
  });

  it("tells labelled from other findings in reviewed patches", async () => {
    const files = folder({ "one.mbox": mail("mm: trust the map", diff(dropOne, dropOneUnasked)) });
    const labels = [{ function: "drop_one", rule: "map-failure", outcome: "confirmed" }, { function: "drop_one", rule: "stale-read", outcome: "raised" }] as const;
    const both = await measureReviewed({ id: "one", mail: join(files, "one.mbox"), labels });
    expect(both.labels.map((one) => one.hit)).toEqual([true, false]);
    expect(both.others.filter((finding) => finding.rule === "map-failure")).toEqual([]);
    const none = await measureReviewed({ id: "one", mail: join(files, "one.mbox"), labels: labels.slice(1) });
    expect(none.others.map((finding) => finding.rule)).toContain("map-failure");
  });
});

describe("the report", () => {
  const measured = (part: Partial<Measured>): Measured => ({ bug: bug({}), setting: "put back", tree: "6.12", flagged: true, asked: true, clean: true, view: "full", applied: true, causes: [], remaining: [], others: [], ...part });

  it("counts by class and rule and lists each miss once", () => {
    const text = knownReport([measured({}), measured({ bug: bug({ id: "b", rules: ["tlb-flush"], classes: ["tlb-flush"] }), flagged: false, asked: false }), measured({ bug: bug({ id: "c" }), flagged: false, view: "partial", causes: ["context: not in view"] })], new Set(["map-failure"]));
    expect(text).toMatch(/^class unchecked-null +1\/2 +2\/2 /m);
    expect(text).toMatch(/^rule tlb-flush \(not checked\) +0\/1 /m);
    expect(text).toMatch(/^all of checked rules +1\/2 /m);
    expect(text).toMatch(/^all +1\/3 /m);
    expect(text.match(/^- .*/gm)).toEqual(["- c: map-failure in drop_one"]);
    expect(text).toContain("    put back, 6.12: asked only, function partial\n        context: not in view\n");
  });

  it("holds a flagged bug that is none against the tool", () => {
    const disputed = measured({ bug: bug({ id: "pagemap-scan-order" }), setting: "fix alone", tree: "" });
    const text = knownReport([disputed], new Set(["map-failure"]));
    expect(text).toMatch(/^all +- +- /m);
    expect(text).toContain("- pagemap-scan-order, fix alone: flagged, which is disputed");
  });

  it("holds a label that was shown to be no bug against the tool when it is hit", () => {
    const label = (outcome: "confirmed" | "refuted", hit: boolean): Parameters<typeof reviewedReport>[0][number]["labels"][number] => ({ label: { function: `${outcome}_${hit}`, rule: "map-balance", outcome }, hit, asked: hit, view: "full", causes: [] });
    const text = reviewedReport([{ patch: { id: "p", mail: "", labels: [] }, labels: [label("confirmed", true), label("confirmed", false), label("refuted", true), label("refuted", false)], others: [] }], new Set(["map-balance"]));
    expect(text).toMatch(/^map-balance +1\/2 +- +- +1\/2$/m);
    expect(text.match(/^- .*/gm)).toEqual(["- p: map-balance in confirmed_false (confirmed)", "- p: map-balance in refuted_true (refuted)"]);
  });

  it("prints the reason of a label that is out of reach and counts it", () => {
    const { id, why, ...label } = reasons[0]!;
    const labels = [{ label: { ...label, outcome: "confirmed" as const }, hit: false, asked: false, view: "partial" as const, causes: [] }];
    const text = reviewedReport([{ patch: { id, mail: "", labels: [] }, labels, others: [] }], new Set([label.rule]));
    expect(text).toContain(`    out of reach: ${why}`);
    expect(text).toContain("(1; of them out of reach, counted all the same: 1)");
    expect(text).toMatch(/^all under checked rules +0\/1/m);
  });

  it.skipIf(stored === null)("gives reasons for labels of the corpus alone", () => {
    const labels = stored!.reviewed.flatMap((patch) => patch.labels.map((label) => `${patch.id} ${label.function} ${label.rule}`));
    expect(reasons.map((one) => `${one.id} ${one.function} ${one.rule}`).filter((name) => !labels.includes(name))).toEqual([]);
  });

  it("keeps its columns", () => {
    expect(table(["name", "n"], [["a", "10"], ["longer", "1"]])).toBe("name     n\n------  --\na       10\nlonger   1");
  });
});
