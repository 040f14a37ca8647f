/** What a finding says once a trace explains it. */
import { describe, expect, it } from "vitest";
import type { Finding } from "./core/finding.ts";
import type { ReplayTrace } from "./sim/index.ts";
import { explained } from "./trace-match.ts";
import { unseen } from "./versions/change.ts";

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
