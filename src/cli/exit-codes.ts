/** What the exit code says. Scripts rely on these: they never change. */
import type { Finding, Severity } from "../core/finding.ts";
import type { Report } from "../core/report.ts";
import { allFindings, atLeast } from "../report/order.ts";

export const exitCode = {
  clean: 0,
  findings: 1,
  usage: 2,
  input: 3,
  internal: 4,
} as const;

export type FailOn = Severity | "never";

/** An input that could not be read outweighs findings: what was found is then not the whole of it. */
export function reportExitCode(report: Report, failOn: FailOn, all: boolean): number {
  if (report.inputs.some((input) => input.failed !== undefined)) return exitCode.input;
  if (failOn === "never") return exitCode.clean;
  const counted = allFindings(report).some((finding) => counts(finding, all) && atLeast(finding.severity, failOn));
  return counted ? exitCode.findings : exitCode.clean;
}

function counts(finding: Finding, all: boolean): boolean {
  return finding.status === "introduced" || (all && finding.status === "pre-existing");
}
