/** What a finding says once a trace explains it. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "./c/index.ts";
import type { Finding } from "./core/finding.ts";
import type { ReplayTrace } from "./sim/index.ts";
import { explained, placeWithin } from "./trace-match.ts";
import { unseen } from "./versions/change.ts";

beforeAll(() => initC());

const finding: Finding = {
  rule: "entry-lock", severity: "warning", confidence: "possible", status: "introduced", file: "mm/x.c", line: 5, column: 1, function: "f", message: "m", why: "", fix: "",
  requires: [], held: [], assumed: [unseen.whole, unseen.hunks, "its callers hold mmap"], path: [], trace: null, fixConfirmed: null, references: [], fingerprint: "0",
};
const trace = { assumed: [], trace: { steps: [] }, line: 5, rule: "entry-lock", property: "p" } as unknown as ReplayTrace;

describe("a finding that a trace explains", () => {
  it("no longer says that nothing is known of callers, where no caller prevents the trace", () => {
    expect(explained(finding, trace, true, null).assumed).toEqual(["its callers hold mmap"]);
    expect(explained(finding, trace, false, null).assumed).toEqual([unseen.whole, unseen.hunks, "its callers hold mmap", "the trace needs callers that hold no more than what it shows"]);
  });
});

describe("a trace that is a finding by itself", () => {
  const text = "static void sets(int *p)\n{\n\t*p = 1;\n}\nstatic void passes(int *p)\n{\n\tsets(p);\n}\nvoid f(spinlock_t *ptl, int *p)\n{\n\tspin_lock(ptl);\n\tspin_unlock(ptl);\n\tother(p);\n\tpasses(p);\n}\n";
  const lines = text.split("\n");
  const lineOf = (part: string): number => lines.findIndex((line) => line.includes(part)) + 1;
  const endingAt = (line: number): ReplayTrace => ({ ...trace, line, trace: { steps: [{ cpu: 0, file: "mm/x.c", line: lineOf("spin_unlock(") }] } }) as unknown as ReplayTrace;

  it.each([["*p = 1", "passes(p);"], ["other(p)", "other(p)"], ["nowhere", "spin_unlock("]])("that ends at %s stands at %s", (end, place) => {
    const unit = lowerText("mm/x.c", text);
    const f = unit.functions.find((fn) => fn.name === "f")!;
    expect(placeWithin(f, endingAt(lineOf(end)), unit)).toBe(lineOf(place));
  });
});
