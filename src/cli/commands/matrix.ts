/** `mmreview matrix`: the derived locking table. */
import { UsageError } from "../../core/errors.ts";
import { matrixPieces } from "../../report/formats.ts";
import type { Command } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { produce } from "../produce.ts";
import { bound, jobs, kernel } from "../values.ts";

export const matrixCommand: Command = async (context) => {
  const { args } = context;
  if (args.positionals.length > 0) throw new UsageError(`matrix takes no '${args.positionals[0]}'`, "--kernel X.Y chooses the kernel.");
  const request = { kernel: kernel(args), bound: bound(args), jobs: jobs(args) };
  await produce(context, matrixPieces, (library, events) => library.matrix(request, events));
  return exitCode.clean;
};
