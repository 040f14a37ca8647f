/** NIPA tests print for people; their verdict is the exit code and a line on DESC_FD, which the command line writes (cli/nipa.ts). */
import type { Report } from "../core/report.ts";
import type { ReportOptions } from "./options.ts";
import { textReport } from "./text.ts";

export function nipaReport(report: Report, options: ReportOptions): string {
  return textReport(report, { ...options, colour: false });
}
