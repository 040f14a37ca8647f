/** `mmreview litmus`: verdicts on litmus tests. */
import { UsageError } from "../../core/errors.ts";
import { litmusPieces } from "../../report/formats.ts";
import type { Drawing } from "../../core/litmus-report.ts";
import type { Arguments, Command } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { produce } from "../produce.ts";
import { bound, choice, jobs } from "../values.ts";

export const litmusCommand: Command = async (context) => {
  const { args, streams, cwd } = context;
  if (args.positionals.length === 0) throw new UsageError("litmus needs a file", "For instance: mmreview litmus test.litmus");
  const request = { files: args.positionals, stdin: streams.stdin, bound: bound(args), jobs: jobs(args), drawing: drawing(args), cwd };
  const { result } = await produce(context, litmusPieces, (library, events) => library.litmus(request, events));
  return result.tests.some((test) => "error" in test) ? exitCode.input : exitCode.clean;
};

/** The formats that are drawings need one. */
function drawing(args: Arguments): Drawing | null {
  const format = choice<string>(args, "format", "text");
  if (format === "dot" || format === "svg") return format;
  return args.switches.has("pictures") ? "text" : null;
}
