/**
 * What the hook does with a series: reviews it and holds it back for confirmed errors that it introduces, nothing less.
 * A failure of mmreview itself is told and lets the mail go, unless asked to be strict: a tool that stands between
 * people and their mail must not be the thing that breaks.
 */
import { resolve } from "node:path";
import type { ReportView } from "../../core/report.ts";
import type { ReviewRequest } from "../../core/request.ts";
import { renderReport } from "../../report/formats.ts";
import { currentFindings } from "../../report/order.ts";
import { sanitize } from "../../report/sanitize.ts";
import { count, oneLine } from "../../report/wrap.ts";
import { withConfig } from "../config.ts";
import type { Context } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { write } from "../output.ts";
import { printingFor } from "../printing.ts";
import { analysis, text } from "../values.ts";
import { git } from "./git.ts";
import { senderId } from "./sender.ts";
import { seriesFiles } from "./series.ts";

export async function runHook(context: Context, file: string): Promise<number> {
  const { args, env, streams } = context;
  if (env["MMREVIEW_SKIP"]) return exitCode.clean;
  try {
    return await reviewSeries({ ...context, args: withConfig(context.args, context.cwd, env).args }, file);
  } catch (error) {
    const strict = args.switches.has("strict");
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = strict ? "mail held back (--strict)" : "mail goes out without a review";
    await write(streams.stderr, `mmreview: ${oneLine(sanitize(reason))}: ${outcome}\n`);
    return strict ? exitCode.findings : exitCode.clean;
  }
}

async function reviewSeries(context: Context, file: string): Promise<number> {
  const { args, cwd, env } = context;
  const gitDir = (await git(cwd, env, ["rev-parse", "--absolute-git-dir"])) ?? cwd;
  const files = seriesFiles(resolve(cwd, file), env, gitDir, senderId());
  if (files === null) return exitCode.clean;
  const request: ReviewRequest = { ...analysis(context), strict: false, inputs: files, tree: text(args, "tree"), base: null, all: false };
  const library = await context.library();
  return judge(await library.review(request), context);
}

async function judge(report: ReportView, context: Context): Promise<number> {
  const { args, streams } = context;
  const quiet = args.switches.has("quiet");
  const blocking = Array.from(currentFindings(report)).filter(
    (finding) => finding.severity === "error" && finding.confidence === "confirmed" && finding.status === "introduced",
  );
  if (!quiet || blocking.length > 0) {
    const { options } = printingFor({ ...context, streams: { ...streams, stdout: streams.stderr } });
    await write(streams.stderr, await renderReport("text", report, { ...options, quiet: true }));
  }
  if (blocking.length === 0) return exitCode.clean;
  const held = `mmreview: ${count(blocking.length, "confirmed error")}: held back. MMREVIEW_SKIP=1 or --no-validate sends it all the same.\n`;
  await write(streams.stderr, held);
  return exitCode.findings;
}
