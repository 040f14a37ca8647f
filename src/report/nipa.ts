/** NIPA tests print for people; their verdict is the exit code and a line on DESC_FD, which the command line writes (cli/nipa.ts). */
import type { ReportView } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { textReport } from "./text.ts";

export function nipaReport(report: ReportView, options: ReportOptions): Generator<string> {
  return textReport(report, { ...options, colour: false });
}
