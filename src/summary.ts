/** Totals of a report. */
import { type Finding, type Outcome, stands } from "./core/finding.ts";
import type { PatchReport, Report, Tally, UnitReport } from "./core/report.ts";

/** Findings that the patches mend, or that somebody has waived, are not counted. */
export function summarize(patches: readonly PatchReport[], units: readonly UnitReport[], elapsedMs: number): Report["summary"] {
  const functions = [...patches.flatMap((p) => p.functions), ...units.flatMap((u) => u.functions)];
  const findings = [...patches.flatMap((p) => p.findings), ...units.flatMap((u) => u.findings)].filter(stands);
  return {
    patches: patches.length,
    functions: functions.filter((f) => f.coverage !== "skipped").length,
    findings: { error: countOf(findings, "error"), warning: countOf(findings, "warning"), note: countOf(findings, "note") },
    obligations: addTallies(functions.map((f) => f.obligations)),
    elapsedMs,
  };
}

function countOf(findings: readonly Finding[], severity: Finding["severity"]): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
  return { proved: count("proved"), violated: count("violated"), unknown: count("unknown") };
}

function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, t) => ({ proved: sum.proved + t.proved, violated: sum.violated + t.violated, unknown: sum.unknown + t.unknown }), {
    proved: 0,
    violated: 0,
    unknown: 0,
  });
}
