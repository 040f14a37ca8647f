/**
 * docs/wild.md lists what is found in the mails of a kernel list, with a verdict each. Here they are reviewed again where
 * they are (../shared/corpus): a finding that the page does not list has been judged by nobody.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";
import { packageRoot } from "./util/package-root.ts";

const mailbox = join(import.meta.dirname, "../../shared/corpus/wild-dev.mbox");
const fiveMinutes = 300_000;

interface Row {
  /** "ID mm/x.c:12 f() tlb-flush introduced note" */
  readonly finding: string;
  readonly status: string;
  readonly severity: string;
  readonly verdict: string;
}

const page = readFileSync(join(packageRoot(), "docs/wild.md"), "utf8");

const rows = page.split("\n").flatMap((line): Row[] => {
  const cells = line.split("|").map((cell) => cell.trim());
  return /^[\w/.-]+:\d+$/.test(cells[2] ?? "") ? [{ finding: cells.slice(1, 7).join(" "), status: cells[5]!, severity: cells[6]!, verdict: cells[7]! }] : [];
});

afterEach(removeFolders);

describe("the page of mails", () => {
  it("counts its own rows by verdict, false ones in at most 1 of 50 patches and none of them more than a note", () => {
    const said = Array.from(page.matchAll(/\*\*(\d+) true, (\d+) false\*\*/g), (m) => [Number(m[1]), Number(m[2])]);
    const number = (status: string, verdict: string): number => rows.filter((row) => row.status === status && row.verdict === verdict).length;
    expect(said).toEqual(["introduced", "fixed"].map((status) => [number(status, "true"), number(status, "false")]));
    expect(said.flat().reduce((a, b) => a + b)).toBe(rows.length);
    const patches = Number(/\((\d+) patches/.exec(page)![1]);
    expect(rows.filter((row) => row.verdict === "false").length * 50).toBeLessThanOrEqual(patches);
    expect(rows.filter((row) => row.verdict === "false" && row.status === "introduced").map((row) => row.severity).filter((severity) => severity !== "note")).toEqual([]);
  });

  it.runIf(existsSync(mailbox))("lists what a review of them finds", async () => {
    const { patches } = await reviewInputs({ inputs: [mailbox], cwd: temporaryFolder() });
    const found = patches.flatMap((patch) => patch.findings.filter((f) => f.status !== "pre-existing").map((f) => `${patch.messageId} ${f.file}:${f.line} ${f.function}() ${f.rule} ${f.status} ${f.severity}`));
    expect(found.toSorted()).toEqual(rows.map((row) => row.finding).toSorted());
    expect(patches.length).toBe(Number(/\((\d+) patches/.exec(page)![1]));
  }, fiveMinutes);

  it.skipIf(existsSync(mailbox))("is not held against the mails: ../shared/corpus is not there", () => {});
});
