/** What a report comes to in numbers: its summary and the sentence at its end. They are added up while patches come, which may lie on disk afterwards. */
import { type Finding, isWaived, type Severity, stands } from "./finding.ts";
import type { FunctionReport, Report, ReportView, Tally } from "./report.ts";

export const severities: readonly Severity[] = ["error", "warning", "note"];
const outcomes = ["proved", "violated", "unknown"] as const;

export interface Totals {
  readonly functions: number;
  /** Functions that were looked at, and how many of these in part. */
  readonly seen: number;
  readonly partly: number;
  /** Requirements of those, by how they came out. */
  readonly obligations: Readonly<Tally>;
  /** Findings that stand: neither mended by their patch nor waived. */
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
  const totals = { functions: 0, seen: 0, partly: 0, obligations: { proved: 0, violated: 0, unknown: 0 }, findings: { error: 0, warning: 0, note: 0 }, waived: 0 };
  const add = ({ functions, findings }: Part): void => {
    for (const { coverage, obligations } of functions) {
      totals.functions++;
      if (coverage !== "skipped") totals.seen++;
      if (coverage === "partial") totals.partly++;
      for (const outcome of outcomes) totals.obligations[outcome] += obligations[outcome];
    }
    for (const finding of findings) {
      if (stands(finding)) totals.findings[finding.severity]++;
      else if (finding.status !== "fixed" && isWaived(finding)) totals.waived++;
    }
  };
  return { add, totals };
}

export function totalsOf(parts: Iterable<Part>): Totals {
  const { add, totals } = startTotals();
  for (const part of parts) add(part);
  return totals;
}

/** Requirements that the rules have put to the code. */
export function requirements({ obligations }: Totals): number {
  return outcomes.reduce((sum, outcome) => sum + obligations[outcome], 0);
}

export function totalsOfReport(report: ReportView): Totals {
  return totalsOf(partsOf(report));
}

/** One after the other, as they may lie on disk. */
function* partsOf({ patches, units }: ReportView): Generator<Part> {
  yield* patches;
  yield* units ?? [];
}

export function summaryOf({ seen, findings, obligations }: Totals, patches: number, elapsedMs: number): Report["summary"] {
  return { patches, functions: seen, findings, obligations, elapsedMs };
}

export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
