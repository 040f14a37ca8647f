/** GitLab Code Quality: an array of the fields that GitLab reads. Equal fingerprints would collapse into one, so they are numbered. */
import type { Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { messageText, lineOf, uniqueFingerprints } from "./explain.ts";
import { currentFindings } from "./order.ts";

const severities: Readonly<Record<Severity, string>> = { error: "critical", warning: "major", note: "info" };

export function gitlabReport(report: ReportView): string {
  const findings = Array.from(currentFindings(report));
  const fingerprints = uniqueFingerprints(findings);
  const issues = findings.map((finding, index) => ({
    description: messageText(finding),
    check_name: finding.rule,
    fingerprint: fingerprints[index]!,
    severity: severities[finding.severity],
    location: { path: finding.file, lines: { begin: lineOf(finding) } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
