/** The one order of findings in every format, and counts over a report. No locale: bytes decide. */
import { type Finding, isWaived, type Severity, stands } from "../core/finding.ts";
import type { FunctionReport, ReportView } from "../core/report.ts";

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      compareText(a.rule, b.rule) ||
      a.column - b.column ||
      compareText(a.fingerprint, b.fingerprint),
  );
}

/** Findings of the report in order: patch by patch, then unit by unit, each sorted. */
export function* allFindings(report: ReportView): Generator<Finding> {
  for (const patch of report.patches) yield* sortFindings(patch.findings);
  for (const unit of report.units ?? []) yield* sortFindings(unit.findings);
}

export function* allFunctions(report: ReportView): Generator<FunctionReport> {
  for (const patch of report.patches) yield* patch.functions;
  for (const unit of report.units ?? []) yield* unit.functions;
}

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

export function atLeast(severity: Severity, bar: Severity): boolean {
  return severityRank[severity] <= severityRank[bar];
}

/** Worst first, then as sortFindings left them: for formats that have room for a few only. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}

/** The first `most` of them by weight, and how many there are; no more than twice as many are held at a time. */
export function heaviest(findings: Iterable<Finding>, most: number): { readonly findings: Finding[]; readonly all: number } {
  let held: Finding[] = [];
  let all = 0;
  for (const finding of findings) {
    all++;
    held.push(finding);
    if (held.length >= 2 * most) held = byWeight(held).slice(0, most);
  }
  return { findings: byWeight(held).slice(0, most), all };
}

/** Findings that stand, in order: what consumers other than people and scripts are told. */
export function* currentFindings(report: ReportView): Generator<Finding> {
  for (const finding of allFindings(report)) if (stands(finding)) yield finding;
}

/** Findings that somebody has waived, in order. */
export function* waivedFindings(report: ReportView): Generator<Finding> {
  for (const finding of allFindings(report)) if (finding.status !== "fixed" && isWaived(finding)) yield finding;
}

/** The worst severity among the findings, or null. */
export function worst(findings: Iterable<Finding>): Severity | null {
  return heaviest(findings, 1).findings[0]?.severity ?? null;
}
