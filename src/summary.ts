/** Totals of a report. */
import { type Finding, type Outcome, stands } from "./core/finding.ts";
import type { FunctionReport, Report, Tally } from "./core/report.ts";

/** A patch or a scanned file. */
interface Part {
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

/** What is in a report so far. */
export interface Sums {
  readonly patch: (patch: Part) => void;
  readonly unit: (unit: Part) => void;
  readonly summary: (elapsedMs: number) => Report["summary"];
}

/** Sums up patches and files as they come, as reports of an archive lie on disk afterwards. Findings that the patches mend, or that somebody has waived, are not counted. */
export function startSums(): Sums {
  let patches = 0;
  let functions = 0;
  const findings = { error: 0, warning: 0, note: 0 };
  const obligations = { proved: 0, violated: 0, unknown: 0 };
  const unit = (part: Part): void => {
    for (const { coverage, obligations: some } of part.functions) {
      if (coverage !== "skipped") functions++;
      for (const outcome of outcomes) obligations[outcome] += some[outcome];
    }
    for (const finding of part.findings) if (stands(finding)) findings[finding.severity]++;
  };
  return {
    patch: (patch) => {
      patches++;
      unit(patch);
    },
    unit,
    summary: (elapsedMs) => ({ patches, functions, findings, obligations, elapsedMs }),
  };
}

const outcomes = ["proved", "violated", "unknown"] as const;

export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
  return { proved: count("proved"), violated: count("violated"), unknown: count("unknown") };
}
