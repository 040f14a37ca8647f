/** Checkstyle XML: what reviewdog, Jenkins and others read. Findings of one file stand in one element. */
import type { Finding, Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { messageText, lineOf, reasonLines } from "./explain.ts";
import { compareText, currentFindings } from "./order.ts";
import { element, xmlHead } from "./xml.ts";

const severities: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "info" };

export function checkstyleReport(report: ReportView): string {
  const errors = new Map<string, string>();
  for (const finding of currentFindings(report)) errors.set(finding.file, `${errors.get(finding.file) ?? ""}    ${errorElement(finding)}\n`);
  const content = Array.from(errors).toSorted(([a], [b]) => compareText(a, b)).map(([name, elements]) => `  ${element("file", { name }, `\n${elements}  `)}\n`);
  return `${xmlHead}${element("checkstyle", { version: "4.3" }, content.length === 0 ? "" : `\n${content.join("")}`)}\n`;
}

function errorElement(finding: Finding): string {
  return element(
    "error",
    {
      line: lineOf(finding),
      ...(finding.column > 0 ? { column: finding.column } : {}),
      severity: severities[finding.severity],
      message: [messageText(finding), ...reasonLines(finding)].join("\n"),
      source: `mmreview.${finding.rule}`,
    },
    "",
  );
}
