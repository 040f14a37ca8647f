/** `mmreview litmus`: verdicts on litmus tests. */
import { UsageError } from "../../core/errors.ts";
import { renderLitmus } from "../../report/formats.ts";
import type { Command } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { produce } from "../produce.ts";
import { bound, jobs } from "../values.ts";

export const litmusCommand: Command = async (context) => {
  const { args, streams, cwd } = context;
  if (args.positionals.length === 0) throw new UsageError("litmus needs a file", "For instance: mmreview litmus test.litmus");
  const request = { files: args.positionals, stdin: streams.stdin, bound: bound(args), jobs: jobs(args), cwd };
  const { result } = await produce(context, renderLitmus, (library, events) => library.litmus(request, events));
  return result.tests.some((test) => "error" in test) ? exitCode.input : exitCode.clean;
};
