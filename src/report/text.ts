/**
 * The report for people. Says what was found, what was reviewed and what was not: the words "no finding" are only ever
 * followed by the extent of the code that they hold for.
 */
import { type Finding, isWaived, type RuleId, type Severity, stands } from "../core/finding.ts";
import type { PatchReport, ReportView, UnitReport } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { compareText, currentFindings, sortFindings } from "./order.ts";
import { type Paint, painter } from "./paint.ts";
import { findingText, waiverText } from "./text-finding.ts";
import { inputLines } from "./text-inputs.ts";
import { checkedText, coverageFacts, factLines, openQuestionLines, patchHeader, proofLines } from "./text-patch.ts";
import { countSeverities, requirements, severities, startTotals, type Totals, totalsOfReport } from "../core/totals.ts";
import { count, oneLine, placeText, wrap } from "./wrap.ts";

export function* textReport(report: ReportView, options: ReportOptions): Generator<string> {
  let before = "";
  for (const block of blocksOf(report, options, painter(options.colour))) {
    if (block.length === 0) continue;
    yield before + block.join("\n");
    before = "\n\n";
  }
  if (before !== "") yield "\n";
}

function* blocksOf(report: ReportView, options: ReportOptions, paint: Paint): Generator<string[]> {
  if (options.quiet) {
    for (const finding of currentFindings(report)) yield findingText(finding, options.width, paint);
    return;
  }
  const { add, totals } = startTotals();
  for (const patch of report.patches) {
    add(patch);
    yield* patchBlocks(patch, options, paint);
  }
  for (const unit of report.units ?? []) {
    add(unit);
    yield* unitBlocks(unit, options, paint);
  }
  yield inputLines(report.inputs, options);
  yield ruleLines(report);
  yield wrap(summaryText(report, totals), options.width);
}

function patchBlocks(patch: PatchReport, options: ReportOptions, paint: Paint): string[][] {
  const header = [...patchHeader(patch, options, paint), ...fixedLines(patch.findings, options), ...waivedLines(patch.findings, options)];
  return [header, ...findingBlocks(patch.findings, options, paint), openQuestionLines(patch.functions, options), proofLines(patch.functions, options)];
}

/** A scanned file without finding, open question or gap is only counted. */
function unitBlocks(unit: UnitReport, options: ReportOptions, paint: Paint): string[][] {
  const open = openQuestionLines(unit.functions, options);
  const coverage = coverageFacts(unit.functions, options);
  if (!options.verbose && unit.findings.length + open.length + coverage.length === 0) return [];
  const facts = [...factLines([["checked", checkedText(unit.functions)], ...coverage], options), ...waivedLines(unit.findings, options)];
  return [[paint("bold", oneLine(unit.file)), ...facts], ...findingBlocks(unit.findings, options, paint), open];
}

function findingBlocks(findings: readonly Finding[], options: ReportOptions, paint: Paint): string[][] {
  return sortFindings(findings)
    .filter(stands)
    .map((finding) => findingText(finding, options.width, paint));
}

function fixedLines(findings: readonly Finding[], options: ReportOptions): string[] {
  return sortFindings(findings)
    .filter((finding) => finding.status === "fixed")
    .flatMap((finding) => {
      const text = `${placeText(finding.file, finding.line)}: ${oneLine(finding.function)}(): ${oneLine(finding.message)} [${finding.rule}]`;
      return factLines([["fixes", text]], options);
    });
}

function waivedLines(findings: readonly Finding[], options: ReportOptions): string[] {
  const waived = sortFindings(findings).filter((finding) => finding.status !== "fixed" && isWaived(finding));
  return waived.flatMap((finding) => factLines([["waived", waivedText(finding)]], options));
}

/** One waived finding in a line: what, and why it may stand. */
export function waivedText(finding: Finding): string {
  const text = `${placeText(finding.file, finding.line)}: ${oneLine(finding.function)}(): ${oneLine(finding.message)} [${finding.rule}]`;
  return `${text} (${waiverText(finding)})`;
}

/** What a scan found, rule by rule: of a whole tree nobody counts by hand. */
function ruleLines(report: ReportView): string[] {
  const counts = countsByRule(report);
  if (counts.length === 0) return [];
  const width = Math.max(...counts.map(({ rule }) => rule.length));
  return ["Findings by rule:", ...counts.map(({ rule, findings }) => `  ${rule.padEnd(width)}  ${severityCounts(findings)}`)];
}

/** Of a scan, the rules that have findings, most first; nothing of a review. */
export function countsByRule(report: ReportView): { readonly rule: RuleId; readonly findings: readonly Finding[] }[] {
  if ((report.units?.length ?? 0) === 0) return [];
  const byRule = new Map<RuleId, Finding[]>();
  for (const finding of currentFindings(report)) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  return Array.from(byRule, ([rule, findings]) => ({ rule, findings })).toSorted((a, b) => b.findings.length - a.findings.length || compareText(a.rule, b.rule));
}

/** The last line of the report: a sentence that also stands alone. */
export function summaryText(report: ReportView, totals: Totals = totalsOfReport(report)): string {
  const scope = (report.units?.length ?? 0) > 0 ? count(report.units!.length, "file") : count(report.patches.length, "patch", "patches");
  const { functions, seen, waived } = totals;
  const besides = waived === 0 ? "" : `, ${waived} waived`;
  const found = severityText(totals.findings);
  if (found !== "") return `${found}${besides} in ${scope}; ${extent(totals)}.`;
  if (report.patches.length + (report.units?.length ?? 0) === 0) return `Nothing reviewed: no patch in ${messageCount(report)}.`;
  if (requirements(totals) === 0) return `Nothing to check in ${scope}: ${nothingBecause(functions, seen)}.`;
  if (waived > 0) return `No finding but ${waived} waived in what was reviewed of ${scope}: ${extent(totals)}.`;
  return `No finding in what was reviewed of ${scope}: ${extent(totals)}.`;
}

function nothingBecause(functions: number, seen: number): string {
  if (seen > 0) return `${count(seen, "function")} read, with nothing that the rules speak of`;
  return functions > 0 ? `all of ${count(functions, "function")} left out` : "no function in it that the rules speak of";
}

function extent({ functions, seen, partly, obligations }: Totals): string {
  const left = functions - seen;
  const parts = [
    `${count(seen, "function")} checked`,
    ...(partly > 0 ? [`${partly} of them in part`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
    `${count(obligations.proved, "requirement")} proved`,
    `${obligations.unknown} undecided`,
  ];
  return parts.join(", ");
}

export function severityCounts(findings: readonly Finding[]): string {
  return severityText(countSeverities(findings));
}

/** "1 error, 2 notes"; "" for none. */
function severityText(counts: Readonly<Record<Severity, number>>): string {
  return severities.filter((severity) => counts[severity] > 0).map((severity) => count(counts[severity], severity)).join(", ");
}

function messageCount(report: ReportView): string {
  return count(report.inputs.reduce((sum, input) => sum + input.messages, 0), "message");
}
