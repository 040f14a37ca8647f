/** What a report comes to in numbers, for the sentence at its end. One way through it: its patches may lie on disk. */
import { type Finding, isWaived, type Severity, stands } from "../core/finding.ts";
import type { FunctionReport, ReportView } from "../core/report.ts";

export const severities: readonly Severity[] = ["error", "warning", "note"];

export interface Totals {
  readonly functions: number;
  /** Functions that were looked at, and how many of these in part. */
  readonly seen: number;
  readonly partly: number;
  readonly proved: number;
  readonly unknown: number;
  /** Requirements of those, however they came out. */
  readonly asked: number;
  /** Findings that stand. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly waived: number;
}

export function totalsOf(report: ReportView): Totals {
  const sum = { functions: 0, seen: 0, partly: 0, proved: 0, unknown: 0, asked: 0, findings: { error: 0, warning: 0, note: 0 }, waived: 0 };
  const add = ({ functions, findings }: { readonly functions: readonly FunctionReport[]; readonly findings: readonly Finding[] }): void => {
    for (const { coverage, obligations } of functions) {
      sum.functions++;
      if (coverage !== "skipped") {
        sum.seen++;
        sum.asked += obligations.proved + obligations.violated + obligations.unknown;
      }
      if (coverage === "partial") sum.partly++;
      sum.proved += obligations.proved;
      sum.unknown += obligations.unknown;
    }
    for (const finding of findings) {
      if (stands(finding)) sum.findings[finding.severity]++;
      else if (finding.status !== "fixed" && isWaived(finding)) sum.waived++;
    }
  };
  for (const patch of report.patches) add(patch);
  for (const unit of report.units ?? []) add(unit);
  return sum;
}

export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
