/**
 * The report for people. Says what was found, what was reviewed and what was not: the words "no finding" are only ever
 * followed by the extent of the code that they hold for.
 */
import { type Finding, isWaived, type RuleId, stands } from "../core/finding.ts";
import type { PatchReport, Report, UnitReport } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { allFunctions, compareText, currentFindings, sortFindings, waivedFindings } from "./order.ts";
import { type Paint, painter } from "./paint.ts";
import { findingText, waiverText } from "./text-finding.ts";
import { inputLines } from "./text-inputs.ts";
import { checkedText, coverageFacts, factLines, openQuestionLines, patchHeader, proofLines, tally } from "./text-patch.ts";
import { count, oneLine, placeText, wrap } from "./wrap.ts";

export function textReport(report: Report, options: ReportOptions): string {
  const paint = painter(options.colour);
  const blocks = options.quiet
    ? currentFindings(report).map((finding) => findingText(finding, options.width, paint))
    : [
        ...report.patches.flatMap((patch) => patchBlocks(patch, options, paint)),
        ...(report.units ?? []).flatMap((unit) => unitBlocks(unit, options, paint)),
        inputLines(report.inputs, options),
        ruleLines(report),
        summaryLines(report, options),
      ];
  const shown = blocks.filter((block) => block.length > 0);
  return shown.length === 0 ? "" : `${shown.map((block) => block.join("\n")).join("\n\n")}\n`;
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
function ruleLines(report: Report): string[] {
  const counts = countsByRule(report);
  if (counts.length === 0) return [];
  const width = Math.max(...counts.map(({ rule }) => rule.length));
  return ["Findings by rule:", ...counts.map(({ rule, findings }) => `  ${rule.padEnd(width)}  ${severityCounts(findings)}`)];
}

/** Of a scan, the rules that have findings, most first; nothing of a review. */
export function countsByRule(report: Report): { readonly rule: RuleId; readonly findings: readonly Finding[] }[] {
  if ((report.units?.length ?? 0) === 0) return [];
  const byRule = new Map<RuleId, Finding[]>();
  for (const finding of currentFindings(report)) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  return Array.from(byRule, ([rule, findings]) => ({ rule, findings })).toSorted((a, b) => b.findings.length - a.findings.length || compareText(a.rule, b.rule));
}

function summaryLines(report: Report, options: ReportOptions): string[] {
  return wrap(summaryText(report), options.width);
}

/** The last line of the report: a sentence that also stands alone. */
export function summaryText(report: Report): string {
  const scope = (report.units?.length ?? 0) > 0 ? count(report.units!.length, "file") : count(report.patches.length, "patch", "patches");
  const functions = allFunctions(report);
  const seen = functions.filter((item) => item.coverage !== "skipped");
  const findings = currentFindings(report);
  const waived = waivedFindings(report).length;
  const besides = waived === 0 ? "" : `, ${waived} waived`;
  if (findings.length > 0) return `${severityCounts(findings)}${besides} in ${scope}; ${extent(report, seen.length)}.`;
  if (report.patches.length + (report.units?.length ?? 0) === 0) return `Nothing reviewed: no patch in ${messageCount(report)}.`;
  const { proved, violated, unknown } = tally(seen);
  if (proved + violated + unknown === 0) return `Nothing to check in ${scope}: ${nothingBecause(functions.length, seen.length)}.`;
  if (waived > 0) return `No finding but ${waived} waived in what was reviewed of ${scope}: ${extent(report, seen.length)}.`;
  return `No finding in what was reviewed of ${scope}: ${extent(report, seen.length)}.`;
}

function nothingBecause(functions: number, seen: number): string {
  if (seen > 0) return `${count(seen, "function")} read, with nothing that the rules speak of`;
  return functions > 0 ? `all of ${count(functions, "function")} left out` : "no function in it that the rules speak of";
}

function extent(report: Report, seen: number): string {
  const functions = allFunctions(report);
  const { proved, unknown } = tally(functions);
  const partly = functions.filter((item) => item.coverage === "partial").length;
  const left = functions.length - seen;
  const parts = [
    `${count(seen, "function")} checked`,
    ...(partly > 0 ? [`${partly} of them in part`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
    `${count(proved, "requirement")} proved`,
    `${unknown} undecided`,
  ];
  return parts.join(", ");
}

export function severityCounts(findings: readonly Finding[]): string {
  const counts = (["error", "warning", "note"] as const).map((severity) => ({
    severity,
    number: findings.filter((finding) => finding.severity === severity).length,
  }));
  return counts.filter(({ number }) => number > 0).map(({ severity, number }) => count(number, severity)).join(", ");
}

function messageCount(report: Report): string {
  return count(report.inputs.reduce((sum, input) => sum + input.messages, 0), "message");
}
