/**
 * b4's text check protocol (run_local_check() in b4): a line a finding on standard output, nothing when clean. A line
 * that holds "ERROR:" anywhere fails the check and any other is a warning, so the text itself must not say ERROR:.
 */
import type { Finding } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { headText } from "./explain.ts";
import type { ReportOptions } from "./options.ts";
import { currentFindings } from "./order.ts";
import { placeText } from "./wrap.ts";

export function* b4Report(report: ReportView, options: ReportOptions): Generator<string> {
  for (const finding of currentFindings(report)) if (finding.severity !== "note" || options.verbose) yield `${lineOf(finding)}\n`;
}

function lineOf(finding: Finding): string {
  const severity = finding.severity === "error" ? "ERROR" : finding.severity.toUpperCase();
  return `${mild(`${placeText(finding.file, finding.line)}:`)} ${severity}: ${mild(headText(finding))}`;
}

function mild(text: string): string {
  return text.replace(/ERROR(?=:)/g, "Error");
}
