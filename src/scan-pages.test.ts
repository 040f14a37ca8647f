/**
 * docs/scan-6.12.md and docs/scan-6.1.md list what a scan of two whole kernels finds, with a verdict each. Here the scan is
 * run again where the kernels are (MMREVIEW_TREE_6_12, MMREVIEW_TREE_6_1): a finding that the page does not list has been
 * judged by nobody, and one that is gone must go from the page.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scan } from "./index.ts";
import { packageRoot } from "./util/package-root.ts";

const tenMinutes = 600_000;

const pages: readonly { readonly version: string; readonly tree: string | undefined }[] = [
  { version: "6.12", tree: process.env["MMREVIEW_TREE_6_12"] },
  { version: "6.1", tree: process.env["MMREVIEW_TREE_6_1"] },
];

interface Row {
  /** "mm/rmap.c:899 folio_referenced_one() entry-kind warning" */
  readonly finding: string;
  readonly verdict: string;
}

function rowsOf(page: string): Row[] {
  return page.split("\n").flatMap((line): Row[] => {
    const cells = line.split("|").map((cell) => cell.trim());
    return /^[\w/.-]+:\d+$/.test(cells[1] ?? "") ? [{ finding: cells.slice(1, 5).join(" "), verdict: cells[5]! }] : [];
  });
}

function pageOf(version: string): string {
  return readFileSync(join(packageRoot(), "docs", `scan-${version}.md`), "utf8");
}

describe.each(pages)("the page of $version", ({ version, tree }) => {
  it("counts its own rows by verdict, at most five of them false", () => {
    const verdicts = rowsOf(pageOf(version)).map((row) => row.verdict);
    const number = (verdict: string): number => verdicts.filter((each) => each === verdict).length;
    const said = /\*\*(\d+) true, (none|\d+) false(?:, (\d+) cannot tell)?\*\*/.exec(pageOf(version))!.slice(1).map((text) => Number(text === "none" ? 0 : (text ?? 0)));
    expect(said).toEqual([number("true"), number("false"), number("cannot tell")]);
    expect(said.reduce((a, b) => a + b)).toBe(verdicts.length);
    expect(number("false")).toBeLessThanOrEqual(5);
  });

  const present = tree !== undefined && existsSync(join(tree, "Makefile"));
  it.runIf(present)("lists what the scan finds, finding by finding", async () => {
    const request = { tree: tree!, paths: [], kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false, cwd: process.cwd() };
    const { units } = await scan(request);
    const found = units!.flatMap((unit) => unit.findings.filter((f) => f.severity !== "note").map((f) => `${f.file}:${f.line} ${f.function}() ${f.rule} ${f.severity}`));
    expect(found.toSorted()).toEqual(rowsOf(pageOf(version)).map((row) => row.finding).toSorted());
  }, tenMinutes);

  it.skipIf(present)(`is not held against the kernel: MMREVIEW_TREE_${version.replace(".", "_")} is not there`, () => {});
});
