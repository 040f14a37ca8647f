/** Which findings of two images are the same defect. */
import { describe, expect, it } from "vitest";
import { type FunctionCheck, fingerprint } from "../check/index.ts";
import { compareFindings } from "./compare.ts";
import type { Finding } from "../core/finding.ts";

function finding(line: number, message: string, part: Partial<Finding> = {}): Finding {
  return {
    rule: "map-failure", severity: "error", confidence: "likely", status: "introduced", file: "mm/a.c", line, column: 1, function: "walk", message,
    why: "", fix: "", requires: [], held: [], assumed: [], path: [], trace: null, fixConfirmed: null, references: [], fingerprint: "walk map-failure", ...part,
  };
}

/** A function without obligations: what was proved and no longer is has tests of its own. */
function checks(...findings: readonly Finding[]): FunctionCheck[] {
  return [{ fn: { name: "walk", file: "mm/a.c" }, obligations: [], findings, evidence: [], limit: "" } as unknown as FunctionCheck];
}

function compare(pre: readonly Finding[], post: readonly Finding[], changed: readonly number[] = []): [number, string][] {
  return compareFindings(checks(...pre), checks(...post), new Set(changed)).map((one) => [one.line, one.status]);
}

describe("compareFindings", () => {
  it("sees one defect on lines that moved", () => {
    expect(compare([finding(10, "the result of line 9 is used")], [finding(30, "the result of line 29 is used")])).toEqual([[30, "pre-existing"]]);
  });

  it("sees one defect that the patch reworded", () => {
    expect(compare([finding(10, "used by ptep_get()")], [finding(10, "used by set_pte_at()")], [10])).toEqual([[10, "pre-existing"]]);
  });

  it("takes the one that the patch wrote for the new one", () => {
    expect(compare([finding(10, "used by a()")], [finding(10, "used by b()"), finding(20, "used by c()")], [10])).toEqual([[10, "introduced"], [20, "pre-existing"]]);
    expect(compare([finding(10, "used by a()")], [finding(10, "used by b()"), finding(20, "used by c()")], [20])).toEqual([[10, "pre-existing"], [20, "introduced"]]);
  });

  it("prefers what says the same, wherever it is", () => {
    expect(compare([finding(10, "used by a()")], [finding(20, "used by b()"), finding(30, "used by a()")], [30])).toEqual([[20, "introduced"], [30, "pre-existing"]]);
  });

  it("tells apart functions, files and demands", () => {
    const post = [finding(1, "x", { function: "other", fingerprint: "o" }), finding(2, "x", { file: "mm/b.c", fingerprint: "b" }), finding(3, "x", { rule: "stale-read", fingerprint: "s" })];
    expect(compare([finding(9, "x")], post)).toEqual([[1, "introduced"], [2, "introduced"], [3, "introduced"], [9, "fixed"]]);
  });

  it("knows a demand that was broken before under the finding of another use of the value", () => {
    const [before] = checks(finding(10, "used by a()"));
    const dirty = { rule: "entry-kind", what: "pte_dirty: leaf", line: 20, column: 1, note: "" } as const;
    const print = fingerprint(before!.fn, dirty.rule, dirty.what);
    const status = (outcome: "violated" | "unknown", changed: readonly number[]): string[] =>
      compareFindings([{ ...before!, obligations: [{ ...dirty, outcome }] }], checks(finding(10, "used by a()"), finding(25, "used by b()", { fingerprint: print })), new Set(changed)).map((one) => one.status);
    expect(status("violated", [10])).toEqual(["pre-existing", "pre-existing"]);
    expect(status("violated", [25])).toEqual(["pre-existing", "introduced"]);
    expect(status("unknown", [10])).toEqual(["pre-existing", "introduced"]);
  });

  it("counts: two that become one leave one fixed, one that becomes two brings one", () => {
    expect(compare([finding(1, "x"), finding(2, "x")], [finding(3, "x")])).toEqual([[3, "pre-existing"], [2, "fixed"]]);
    expect(compare([finding(1, "x")], [finding(2, "x"), finding(3, "x")], [3])).toEqual([[2, "pre-existing"], [3, "introduced"]]);
  });
});
