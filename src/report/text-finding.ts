/**
 * One finding for people. The first line is what compilers print, so that editors and eyes find the place; then the
 * code, the locks, how the path gets there, why it breaks, what to do, and the interleaving as commit logs show it.
 */
import type { Finding, Reference, Severity } from "../core/finding.ts";
import { codeFrame } from "./code-frame.ts";
import { type Paint, severityStyle } from "./paint.ts";
import { traceTable } from "./trace-table.ts";
import { hanging, oneLine, placeText, wrap } from "./wrap.ts";

const inset = 2;
const labelled = 11;

export function findingText(finding: Finding, width: number, paint: Paint): string[] {
  const frame = codeFrame(finding, width, paint);
  const details = detailLines(finding, width);
  return [
    ...headline(finding, width, paint),
    ...(frame.length > 0 ? ["", ...frame] : []),
    ...(details.length > 0 ? ["", ...details] : []),
    ...traceLines(finding, width),
  ];
}

function headline(finding: Finding, width: number, paint: Paint): string[] {
  const place = `${placeText(finding.file, finding.line)}:${finding.column > 0 ? `${finding.column}:` : ""}`;
  const text = `${place} ${finding.severity}: ${oneLine(finding.message)} [${finding.rule}]`;
  const [first, ...rest] = wrap(text, width - 4);
  const where = finding.function === "" ? "" : `in ${oneLine(finding.function)}(), `;
  return [
    paintHead(first!, place, finding.severity, paint),
    ...rest.map((line) => `    ${line}`),
    paint("dim", `  ${where}${finding.status}, ${finding.confidence}`),
  ];
}

function paintHead(line: string, place: string, severity: Severity, paint: Paint): string {
  const head = `${place} ${severity}:`;
  if (!line.startsWith(head)) return line;
  return `${paint("bold", place)} ${paint(severityStyle[severity], `${severity}:`)}${line.slice(head.length)}`;
}

function detailLines(finding: Finding, width: number): string[] {
  const line = (label: string, text: string): string[] =>
    text === "" ? [] : hanging(" ".repeat(inset) + label, text, labelled, width);
  return [
    ...line("held", finding.held.map(oneLine).join(", ") || (finding.requires.length > 0 ? "nothing known" : "")),
    ...line("needed", finding.requires.map(oneLine).join(", ")),
    ...line("assumed", finding.assumed.map(oneLine).join("; ")),
    ...finding.path.flatMap((step, index) =>
      hanging(index === 0 ? "  path" : "", `${placeText(step.file, step.line)}: ${oneLine(step.text)}`, labelled, width),
    ),
    ...line("why", finding.why),
    ...line("fix", finding.fix + fixVerdict(finding)),
    ...line("waiver", waiverText(finding)),
    ...line("see", finding.references.map(referenceText).join("; ")),
  ];
}

/** What the replay says of the fix, to stand behind it; "" when it was not tried. */
export function fixVerdict(finding: Finding): string {
  if (finding.fixConfirmed === null || finding.fix === "") return "";
  return finding.fixConfirmed ? " (replayed: the trace is gone)" : " (replayed: not enough, the trace stays)";
}

/** By whom and why the finding may stand, or did until the waiver expired; "" when nobody waived it. */
export function waiverText({ waiver }: Finding): string {
  if (waiver === undefined) return "";
  const by = waiver.by === "baseline" ? "baseline" : "by the patch's own mail";
  const until = waiver.expires === null ? "" : waiver.expired ? `, expired on ${waiver.expires}` : `, until ${waiver.expires}`;
  return `${by}${until}: ${oneLine(waiver.reason)}`;
}

export function referenceText(reference: Reference): string {
  const where = reference.where === "" ? "" : `, ${oneLine(reference.where)}`;
  const version = reference.version === "" ? "" : ` (${oneLine(reference.version)})`;
  return `${oneLine(reference.file)}${where}${version}`;
}

function traceLines(finding: Finding, width: number): string[] {
  if (finding.trace === null) return [];
  const { scenario, actor, era } = finding.trace;
  const against = actor === "" ? "" : ` against ${oneLine(actor)}`;
  const title = hanging("  trace", `${oneLine(scenario)}${against}${era === "" ? "" : `, kernel ${oneLine(era)}`}`, labelled, width);
  return ["", ...title, "", ...traceTable(finding.trace, width - 4).map((line) => (line === "" ? "" : `    ${line}`))];
}
