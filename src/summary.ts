/** Totals of a report. */
import { type Finding, type Outcome, stands } from "./core/finding.ts";
import type { FunctionReport, Report, Tally } from "./core/report.ts";

/** A patch or a scanned file. */
interface Part {
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

/** Findings that the patches mend, or that somebody has waived, are not counted. Goes through the patches once. */
export function summarize(patches: Iterable<Part>, units: Iterable<Part>, elapsedMs: number): Report["summary"] {
  let reviewed = 0;
  let functions = 0;
  const findings = { error: 0, warning: 0, note: 0 };
  const obligations = { proved: 0, violated: 0, unknown: 0 };
  const add = (part: Part): void => {
    for (const { coverage, obligations: some } of part.functions) {
      if (coverage !== "skipped") functions++;
      for (const outcome of outcomes) obligations[outcome] += some[outcome];
    }
    for (const finding of part.findings) if (stands(finding)) findings[finding.severity]++;
  };
  for (const patch of patches) {
    reviewed++;
    add(patch);
  }
  for (const unit of units) add(unit);
  return { patches: reviewed, functions, findings, obligations, elapsedMs };
}

const outcomes = ["proved", "violated", "unknown"] as const;

export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
  return { proved: count("proved"), violated: count("violated"), unknown: count("unknown") };
}
