/** `mmreview review`: patches to findings. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { ReportView } from "../../core/report.ts";
import type { ReviewRequest } from "../../core/request.ts";
import { reportPieces } from "../../report/formats.ts";
import { sanitize } from "../../report/sanitize.ts";
import { commandTable } from "../commands.ts";
import type { Command, Context } from "../context.ts";
import { type FailOn, reportExitCode } from "../exit-codes.ts";
import { describeForNipa, nipaExitCode } from "../nipa.ts";
import { checkEmitLitmus, emitFindings } from "../emit-litmus.ts";
import { defaultArchive } from "../options.ts";
import { write } from "../output.ts";
import type { Printing } from "../printing.ts";
import { produce } from "../produce.ts";
import { nearest } from "../../util/nearest.ts";
import { checkBaseline, writeBaseline } from "../write-baseline.ts";
import { analysis, choice, text } from "../values.ts";

export const reviewCommand: Command = async (context) => {
  const { args, streams } = context;
  const failOn = choice<FailOn>(args, "fail-on", "error");
  const resume = text(args, "resume");
  const request: ReviewRequest = {
    ...analysis(context),
    inputs: inputsOf(context),
    stdin: streams.stdin,
    archive: text(args, "archive") ?? defaultArchive,
    tree: text(args, "tree"),
    base: text(args, "base"),
    ...(resume === null ? {} : { resume }),
    all: args.switches.has("all"),
    pictures: draws(args),
    ...(args.switches.has("no-waivers") ? { ignoreWaivers: true } : {}),
  };
  checkBaseline(context);
  checkEmitLitmus(context);
  const { result, printing } = await produce(context, reportPieces, (library, events) => library.review(request, events));
  await tellFailures(result, printing, context);
  emitFindings(result, context);
  if (printing.format === "nipa") {
    describeForNipa(result, context.env);
    return nipaExitCode(result);
  }
  return writeBaseline(result, context) ?? reportExitCode(result, failOn, request.all);
};

/** Formats that show the page tables along a trace. */
function draws(args: Context["args"]): boolean {
  return choice<string>(args, "format", "text") === "html" || (args.values.get("also") ?? []).some((word) => word.startsWith("html="));
}

function inputsOf({ args, streams, cwd }: Context): readonly string[] {
  const [first] = args.positionals;
  if (first === undefined) {
    if (streams.stdin.isTTY !== true) return ["-"];
    throw new UsageError("nothing to review", "Name a mailbox, a patch or a revision range, or pipe a mail in; `mmreview --help` has examples.");
  }
  if (!args.named && /^[a-z]+$/.test(first) && !existsSync(resolve(cwd, first))) {
    const guess = nearest(first, commandTable.map((command) => command.name));
    if (guess !== null) throw new UsageError(`there is no command and no file '${first}'`, `Did you mean ${guess}?`);
  }
  return args.positionals;
}

/** The text report on standard output says it already; for everyone else it goes to standard error. */
async function tellFailures(report: ReportView, printing: Printing, { streams }: Context): Promise<void> {
  if (printing.format === "text" && printing.file === null && !printing.options.quiet) return;
  for (const input of report.inputs) {
    if (input.failed !== undefined) await write(streams.stderr, sanitize(`mmreview: ${input.path}: ${input.failed}\n`));
  }
}
