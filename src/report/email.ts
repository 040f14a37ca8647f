/**
 * A reply to each patch with findings, as reviewers write it: the patch quoted where it matters, the finding below, the
 * trace as commit logs have it, 78 columns. Ready for `git send-email`; nothing is sent from here, and a patch without
 * findings gets no mail. Several replies stand in one mbox, which `git mailsplit` takes apart.
 */
import { type Finding, stands } from "../core/finding.ts";
import type { PatchReport, ReportView } from "../core/report.ts";
import { addressee, messageId, unstructured } from "./mail-header.ts";
import { sortFindings } from "./order.ts";
import { fixVerdict, referenceText } from "./text-finding.ts";
import { traceTable } from "./trace-table.ts";
import { hanging, oneLine, placeText, wrap } from "./wrap.ts";

const width = 78;
/** A mail's line may have 998 bytes. */
const longestLine = 900;

export function* emailReport(report: ReportView): Generator<string> {
  for (const patch of report.patches) yield reply(report, patch);
}

function reply(report: ReportView, patch: PatchReport): string {
  const findings = sortFindings(patch.findings).filter(stands);
  if (findings.length === 0) return "";
  const body = [`${attribution(patch)}:`, ...findings.flatMap((finding) => ["", ...findingLines(finding)]), "", ...signature(report, patch)];
  return ["From mmreview Mon Sep 17 00:00:00 2001", ...headers(patch), "", ...body.map(bodyLine), ""].join("\n");
}

function headers(patch: PatchReport): string[] {
  const subject = oneLine(patch.subject);
  const id = messageId(patch.messageId);
  const to = addressee("To", patch.author);
  return [
    unstructured("Subject", /^re:/i.test(subject) ? subject : `Re: ${subject}`),
    ...(to === null ? [] : [to]),
    ...(id === null ? [] : [`In-Reply-To: ${id}`, `References: ${id}`]),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=UTF-8",
    "Content-Transfer-Encoding: 8bit",
  ];
}

function attribution(patch: PatchReport): string {
  const when = patch.date === null ? "" : `On ${patch.date.slice(0, 10)}, `;
  return wrap(`${when}${oneLine(patch.author) || "the author"} wrote`, width - 1).join("\n");
}

function findingLines(finding: Finding): string[] {
  const labelled = (label: string, text: string): string[] => (text === "" ? [] : hanging(`${label}:`, text, 9, width));
  const where = finding.function === "" ? "" : ` in ${oneLine(finding.function)}()`;
  const details = [
    ...labelled("Held", finding.held.map(oneLine).join(", ")),
    ...labelled("Needed", finding.requires.map(oneLine).join(", ")),
    ...labelled("Assumed", finding.assumed.map(oneLine).join("; ")),
    ...labelled("Path", finding.path.map((step) => `${placeText(step.file, step.line)}: ${oneLine(step.text)}`).join("\n")),
    ...labelled("Fix", oneLine(finding.fix) + fixVerdict(finding)),
    ...labelled("See", finding.references.map(referenceText).join("; ")),
  ];
  return [
    ...quotedFrame(finding),
    ...wrap(`${finding.severity}: ${oneLine(finding.message)} [${finding.rule}], ${placeText(finding.file, finding.line)}${where}.`, width),
    ...(finding.why === "" ? [] : ["", ...wrap(finding.why, width)]),
    ...traceLines(finding),
    ...(details.length === 0 ? [] : ["", ...details]),
  ];
}

function quotedFrame(finding: Finding): string[] {
  const lines = finding.frame?.lines ?? [];
  return lines.length === 0 ? [] : [...lines.map((line) => `> ${line.mark}${line.text}`), ""];
}

function traceLines(finding: Finding): string[] {
  if (finding.trace === null) return [];
  const { scenario, actor } = finding.trace;
  const title = `Trace (${oneLine(scenario)}${actor === "" ? "" : `, against ${oneLine(actor)}`}):`;
  return ["", ...wrap(title, width), "", ...traceTable(finding.trace, width - 2).map((line) => `  ${line}`)];
}

function signature(report: ReportView, patch: PatchReport): string[] {
  const base = patch.base.kind === "none" ? "no tree" : `${patch.base.kind} ${oneLine(patch.base.id)}`;
  const lines = [
    `mmreview ${report.tool.version}; kernel ${oneLine(patch.kernel.version)} (${oneLine(patch.kernel.from)}); base: ${base}`,
    `Reproduce: mmreview --kernel ${oneLine(patch.kernel.version)} <this patch>`,
  ];
  return ["-- ", ...lines.flatMap((line) => wrap(line, width))];
}

/** No line may start like the next mail of an mbox, or be longer than mail allows. */
function bodyLine(text: string): string {
  return text.split("\n").map((line) => {
    const cut = line.length > longestLine ? `${line.slice(0, longestLine)}...` : line;
    return (cut === "-- " ? cut : cut.trimEnd()).replace(/^(>*From )/, ">$1");
  }).join("\n");
}
