/** b4's review protocol (b4.review-*-check-cmd): an array of check results on standard output; empty when nothing was reviewed. */
import type { ReportView } from "../core/report.ts";
import { checkState, checkSummary } from "./check-state.ts";
import { headText, reasonLines } from "./explain.ts";
import { allFunctions, currentFindings } from "./order.ts";
import { placeText } from "./wrap.ts";

export function b4JsonReport(report: ReportView): string {
  return `${JSON.stringify(results(report), null, 2)}\n`;
}

function results(report: ReportView): object[] {
  const failures = report.inputs.flatMap((input) => (input.failed === undefined ? [] : [`${input.path}: ${input.failed}`]));
  if (failures.length > 0) return [{ tool: "mmreview", status: "fail", summary: failures.join("; "), url: "", details: "" }];
  if (allFunctions(report).next().done === true) return [];
  const findings = Array.from(currentFindings(report));
  const details = findings.map((finding) => [`${placeText(finding.file, finding.line)}: ${finding.severity}: ${headText(finding)}`, ...reasonLines(finding)].join("\n"));
  return [{ tool: "mmreview", status: checkState(findings), summary: checkSummary(report, null), url: "", details: details.join("\n\n") }];
}
