/**
 * Patchwork checks: a line a patch, each the JSON body for POST patches/<id>/checks/ with the message id by which the
 * patch is found. Patchwork has no checks for series, and overwrites per context.
 */
import type { PatchReport, ReportView } from "../core/report.ts";
import { type CheckState, checkState, checkSummary } from "./check-state.ts";
import { stands } from "../core/finding.ts";
import { sortFindings } from "./order.ts";

const states: Readonly<Record<CheckState, string>> = { pass: "success", warn: "warning", fail: "fail" };

export function* patchworkReport(report: ReportView): Generator<string> {
  for (const patch of report.patches) yield `${JSON.stringify(check(report, patch))}\n`;
}

function check(report: ReportView, patch: PatchReport): object {
  const findings = sortFindings(patch.findings).filter(stands);
  return { msgid: patch.messageId, state: states[checkState(findings)], context: "mmreview", description: checkSummary(report, patch) };
}
