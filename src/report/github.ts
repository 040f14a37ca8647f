/**
 * GitHub workflow commands. A step shows ten annotations of a kind and drops the rest in silence, so the worst come
 * first and the last notice says how many are left out. Escaping as the runner undoes it (ActionCommand.cs).
 */
import type { Finding, Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { messageText, lineOf, pathLines, reasonLines } from "./explain.ts";
import { currentFindings } from "./order.ts";
import { summaryText } from "./text.ts";
import { count } from "./wrap.ts";

const shownOfEachKind = 10;
const kinds: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "notice" };

export function githubReport(report: ReportView): string {
  const first: Record<Severity, Finding[]> = { error: [], warning: [], note: [] };
  let all = 0;
  for (const finding of currentFindings(report)) {
    all++;
    // One notice is kept free for what is left out.
    const most = finding.severity === "note" ? shownOfEachKind - 1 : shownOfEachKind;
    if (first[finding.severity].length < most) first[finding.severity].push(finding);
  }
  const shown = [...first.error, ...first.warning, ...first.note];
  const left = all - shown.length;
  const failures = report.inputs.flatMap((input) => (input.failed === undefined ? [] : [`${input.path}: ${input.failed}`]));
  const lines = [
    ...shown.map(annotation),
    ...failures.slice(0, Math.max(0, shownOfEachKind - shown.length)).map((text) => command("error", { title: "mmreview" }, text)),
    ...(left > 0 ? [command("notice", { title: "mmreview" }, `${count(left, "more finding")} not shown here; the report has them all`)] : []),
    `mmreview: ${summaryText(report)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function annotation(finding: Finding): string {
  const line = lineOf(finding);
  const place = { file: finding.file, line, endLine: line, ...(finding.column > 0 ? { col: finding.column } : {}) };
  const steps = pathLines(finding);
  const text = [messageText(finding), ...reasonLines(finding), ...(steps.length > 0 ? ["Path:", ...steps] : [])].join("\n");
  return command(kinds[finding.severity], { ...place, title: finding.rule }, text);
}

function command(kind: string, properties: Readonly<Record<string, string | number>>, data: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${kind} ${list.join(",")}::${escapeData(data)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
