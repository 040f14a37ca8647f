/** `--write-baseline FILE`: what was found becomes known. */
import type { ReportView } from "../core/report.ts";
import { baselineText } from "../report/baseline.ts";
import type { Context } from "./context.ts";
import { exitCode } from "./exit-codes.ts";
import { checkWritable, writeWhole } from "./output.ts";
import { text, today } from "./values.ts";

/** To be called before the work, so that a mistake shows at once. */
export function checkBaseline({ args, cwd }: Context): void {
  const path = text(args, "write-baseline");
  if (path !== null) checkWritable(path, cwd, "--write-baseline");
}

/** The exit code when a baseline was asked for, else null. An input that could not be read gives none: it would look as if it had no findings. */
export function writeBaseline(report: ReportView, { args, cwd }: Context): number | null {
  const path = text(args, "write-baseline");
  if (path === null) return null;
  if (report.inputs.some((input) => input.failed !== undefined)) return exitCode.input;
  writeWhole(path, cwd, baselineText(report, today()), "--write-baseline");
  return exitCode.clean;
}
