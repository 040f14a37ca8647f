/** How a NIPA test ends (nipa/core/test.py): exit code 0, 250 for a warning, else a failure, and one line on the descriptor that DESC_FD names. */
import { writeSync } from "node:fs";
import { UsageError } from "../core/errors.ts";
import type { ReportView } from "../core/report.ts";
import { currentFindings, worst } from "../report/order.ts";
import { sanitizeAll } from "../report/sanitize.ts";
import { summaryText } from "../report/text.ts";
import type { Environment } from "./context.ts";

const warned = 250;
const broken = 2;

export function nipaExitCode(report: ReportView): number {
  if (report.inputs.some((input) => input.failed !== undefined)) return broken;
  const severity = worst(currentFindings(report));
  return severity === "error" ? 1 : severity === "warning" ? warned : 0;
}

export function describeForNipa(report: ReportView, env: Environment): void {
  const given = env["DESC_FD"];
  if (given === undefined || given === "") return;
  if (!/^\d{1,6}$/.test(given)) throw new UsageError(`DESC_FD is not a file descriptor: '${given}'`);
  try {
    writeSync(Number(given), `${summaryText(sanitizeAll(report))}\n`);
  } catch (error) {
    throw new UsageError(`can't write to DESC_FD ${given}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
