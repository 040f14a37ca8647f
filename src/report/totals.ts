/** What a report comes to in numbers, for the sentence at its end. They can be added up beside other work on the patches, which may lie on disk. */
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

/** A patch or a scanned file. */
interface Part {
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

export interface Totalling {
  readonly add: (part: Part) => void;
  /** Of what was added so far. */
  readonly totals: Totals;
}

export function startTotals(): Totalling {
  const totals = { functions: 0, seen: 0, partly: 0, proved: 0, unknown: 0, asked: 0, findings: { error: 0, warning: 0, note: 0 }, waived: 0 };
  const add = ({ functions, findings }: Part): void => {
    for (const { coverage, obligations } of functions) {
      totals.functions++;
      if (coverage !== "skipped") {
        totals.seen++;
        totals.asked += obligations.proved + obligations.violated + obligations.unknown;
      }
      if (coverage === "partial") totals.partly++;
      totals.proved += obligations.proved;
      totals.unknown += obligations.unknown;
    }
    for (const finding of findings) {
      if (stands(finding)) totals.findings[finding.severity]++;
      else if (finding.status !== "fixed" && isWaived(finding)) totals.waived++;
    }
  };
  return { add, totals };
}

export function totalsOf(report: ReportView): Totals {
  const { add, totals } = startTotals();
  for (const patch of report.patches) add(patch);
  for (const unit of report.units ?? []) add(unit);
  return totals;
}

export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
