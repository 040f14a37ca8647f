/** The one order of findings in every format, and counts over a report. No locale: bytes decide. */
import { type Finding, isWaived, type Severity, stands } from "../core/finding.ts";
import type { FunctionReport, Report } from "../core/report.ts";

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
export function allFindings(report: Report): Finding[] {
  return [...report.patches, ...(report.units ?? [])].flatMap((part) => sortFindings(part.findings));
}

export function allFunctions(report: Report): FunctionReport[] {
  return [...report.patches, ...(report.units ?? [])].flatMap((part) => part.functions);
}

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

export function atLeast(severity: Severity, bar: Severity): boolean {
  return severityRank[severity] <= severityRank[bar];
}

/** Worst first, then as sortFindings left them: for formats that have room for a few only. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}

/** Findings that stand, in order: what consumers other than people and scripts are told. */
export function currentFindings(report: Report): Finding[] {
  return allFindings(report).filter(stands);
}

/** Findings that somebody has waived, in order. */
export function waivedFindings(report: Report): Finding[] {
  return allFindings(report).filter((finding) => finding.status !== "fixed" && isWaived(finding));
}

/** The worst severity among the findings, or null. */
export function worst(findings: readonly Finding[]): Severity | null {
  return byWeight(findings)[0]?.severity ?? null;
}
