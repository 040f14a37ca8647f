/** reviewdog's diagnostic format, one JSON object a line (proto/rdf/reviewdog.proto there). Columns count UTF-8 bytes. */
import type { Finding, Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { messageText, lineOf, ownLine, reasonLines } from "./explain.ts";
import { currentFindings } from "./order.ts";

const severities: Readonly<Record<Severity, string>> = { error: "ERROR", warning: "WARNING", note: "INFO" };

export function* rdjsonlReport(report: ReportView): Generator<string> {
  for (const finding of currentFindings(report)) yield `${JSON.stringify(diagnostic(finding))}\n`;
}

function diagnostic(finding: Finding): object {
  const related = finding.path.filter((step) => step.line > 0);
  return {
    message: [messageText(finding), ...reasonLines(finding)].join("\n"),
    location: { path: finding.file, range: { start: { line: lineOf(finding), ...column(finding) } } },
    severity: severities[finding.severity],
    source: { name: "mmreview" },
    code: { value: finding.rule },
    ...(related.length === 0
      ? {}
      : { related_locations: related.map(({ file, line, text }) => ({ message: text, location: { path: file, range: { start: { line } } } })) }),
  };
}

function column(finding: Finding): { column: number } | Record<string, never> {
  const text = ownLine(finding);
  if (finding.column < 1) return {};
  return { column: text === null ? finding.column : Buffer.byteLength(text.slice(0, finding.column - 1)) + 1 };
}
