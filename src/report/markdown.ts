/**
 * A bot's comment: one that is kept and edited, found again by the hidden marker in its first line. Worst findings
 * first; what does not fit under the sites' limit is counted. Traces are folded away.
 */
import type { Finding } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { fixVerdict, referenceText, waiverText } from "./text-finding.ts";
import { codeSpan, escapeMarkdown, fence } from "./markdown-escape.ts";
import { currentFindings, heaviest, waivedFindings } from "./order.ts";
import { countsByRule, severityCounts, summaryText, waivedText } from "./text.ts";
import { traceTable } from "./trace-table.ts";
import { clip, count, placeText } from "./wrap.ts";

/** GitHub takes 65,536 characters; some are kept free for what a bot adds. */
const longest = 60_000;
const mostWaived = 10;
/** No section has as few as 30 characters. */
const mostSections = longest / 30;
const marker = "<!-- mmreview:report -->";

export function markdownReport(report: ReportView): string {
  const { findings, all } = heaviest(currentFindings(report), mostSections);
  const head = [marker, `**mmreview**: ${escapeMarkdown(summaryText(report))}`, "", ...failureLines(report), ...ruleLines(report)];
  const waived = waivedLines(report);
  const foot = (left: number): string[] => [...waived, ...(left > 0 ? [`${count(left, "more finding")} left out: this comment has no room for them.`, ""] : []), footLine(report)];
  let room = longest - length(head) - length(foot(all));
  const sections: string[][] = [];
  for (const finding of findings) {
    const section = [findingSection(finding, "whole"), findingSection(finding, "brief")].find((lines) => length(lines) <= room);
    if (section === undefined) break;
    room -= length(section);
    sections.push(section);
  }
  return `${[...head, ...sections.flat(), ...foot(all - sections.length)].join("\n")}\n`;
}

/** Of a scan: how many findings each rule has. */
function ruleLines(report: ReportView): string[] {
  const counts = countsByRule(report);
  return counts.length === 0 ? [] : ["By rule:", "", ...counts.map(({ rule, findings }) => `- ${codeSpan(rule)}: ${severityCounts(findings)}`), ""];
}

function length(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function failureLines(report: ReportView): string[] {
  const lines = report.inputs.flatMap((input) => (input.failed === undefined ? [] : [`- ${codeSpan(clip(input.path, 200))}: ${escapeMarkdown(clip(input.failed, 500))}`]));
  return lines.length === 0 ? [] : ["Not read:", "", ...lines.slice(0, 20), ""];
}

/** Folded away, and at most a few: the reasons are the senders' and maintainers' own. */
function waivedLines(report: ReportView): string[] {
  const shown: string[] = [];
  let all = 0;
  for (const finding of waivedFindings(report)) if (all++ < mostWaived) shown.push(`- ${escapeMarkdown(clip(waivedText(finding), 500))}`);
  if (all === 0) return [];
  const left = all - shown.length;
  return ["<details>", `<summary>Waived: ${all}</summary>`, "", ...shown, ...(left > 0 ? [`- ${left} more`] : []), "", "</details>", ""];
}

function findingSection(finding: Finding, extent: "whole" | "brief"): string[] {
  const where = finding.function === "" ? "" : ` in ${codeSpan(`${clip(finding.function, 200)}()`)}`;
  const head = [
    `#### ${finding.severity}: ${codeSpan(clip(placeText(finding.file, finding.line), 300))}${where}`,
    "",
    `${escapeMarkdown(clip(finding.message, 1000))} (${codeSpan(finding.rule)}, ${finding.status}, ${finding.confidence})`,
    "",
  ];
  if (extent === "brief") return head;
  return [...head, ...frameLines(finding), ...detailLines(finding), ...traceLines(finding)];
}

function frameLines(finding: Finding): string[] {
  const lines = finding.frame?.lines ?? [];
  return lines.length === 0 ? [] : [...fence("diff", lines.map((line) => line.mark + line.text)), ""];
}

function detailLines(finding: Finding): string[] {
  const item = (label: string, text: string): string[] => (text === "" ? [] : [`- ${label}: ${escapeMarkdown(text)}`]);
  const items = [
    ...item("held", finding.held.join(", ")),
    ...item("needed", finding.requires.join(", ")),
    ...item("assumed", finding.assumed.join("; ")),
    ...item("why", finding.why),
    ...item("fix", finding.fix + fixVerdict(finding)),
    ...item("waiver", waiverText(finding)),
    ...item("see", finding.references.map(referenceText).join("; ")),
  ];
  return items.length === 0 ? [] : [...items, ""];
}

function traceLines(finding: Finding): string[] {
  if (finding.trace === null) return [];
  const { scenario, actor } = finding.trace;
  const title = `Trace: ${scenario}${actor === "" ? "" : ` against ${actor}`}`;
  return ["<details>", `<summary>${escapeMarkdown(title)}</summary>`, "", ...fence("", traceTable(finding.trace, 100)), "", "</details>", ""];
}

function footLine(report: ReportView): string {
  return `<sub>mmreview ${escapeMarkdown(report.tool.version)}, kernel ${escapeMarkdown(report.kernel.version)} (${escapeMarkdown(report.kernel.from)})</sub>`;
}
