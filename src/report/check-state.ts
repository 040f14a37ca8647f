/** The one state that a check has for protocols that know three: a finding with a trace or a certain path fails, another warns. */
import type { Finding } from "../core/finding.ts";
import type { PatchReport, ReportView } from "../core/report.ts";
import { worst } from "./order.ts";
import { summaryText } from "./text.ts";

export type CheckState = "pass" | "warn" | "fail";

export function checkState(findings: readonly Finding[]): CheckState {
  const severity = worst(findings);
  return severity === "error" ? "fail" : severity === "warning" ? "warn" : "pass";
}

/** One line about one patch of the report, or about all of it. */
export function checkSummary(report: ReportView, patch: PatchReport | null): string {
  return summaryText(patch === null ? report : { ...report, patches: [patch], units: [] });
}
