/** What the exit code says. Scripts rely on these: they never change. */
import type { Finding, Severity } from "../core/finding.ts";
import type { ReportView } from "../core/report.ts";
import { atLeast, currentFindings } from "../report/order.ts";

export const exitCode = {
  clean: 0,
  findings: 1,
  usage: 2,
  input: 3,
  internal: 4,
} as const;

/** "confirmed": errors that were replayed, or that a function wholly in view comes to alone (check/certain.ts), and nothing less. */
export type FailOn = Severity | "confirmed" | "never";

/** An input that could not be read outweighs findings: what was found is then not the whole of it. */
export function reportExitCode(report: ReportView, failOn: FailOn, all: boolean): number {
  if (report.inputs.some((input) => input.failed !== undefined)) return exitCode.input;
  if (failOn === "never") return exitCode.clean;
  for (const finding of currentFindings(report)) if (counts(finding, all) && fails(finding, failOn)) return exitCode.findings;
  return exitCode.clean;
}

function fails({ severity, confidence }: Finding, failOn: Exclude<FailOn, "never">): boolean {
  return failOn === "confirmed" ? severity === "error" && confidence === "confirmed" : atLeast(severity, failOn);
}

function counts(finding: Finding, all: boolean): boolean {
  return finding.status === "introduced" || (all && finding.status === "pre-existing");
}
