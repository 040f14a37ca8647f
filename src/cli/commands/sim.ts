/** `mmreview sim`: scenario files in the simulator. */
import { UsageError } from "../../core/errors.ts";
import { simPieces } from "../../report/formats.ts";
import type { Command } from "../context.ts";
import { checkEmitLitmus, emitScenarios } from "../emit-litmus.ts";
import { exitCode } from "../exit-codes.ts";
import { produce } from "../produce.ts";
import { bound, kernel } from "../values.ts";

export const simCommand: Command = async (context) => {
  const { args, cwd } = context;
  if (args.positionals.length === 0) throw new UsageError("sim needs a scenario file", "For instance: mmreview sim scenario.c");
  const request = { files: args.positionals, kernel: kernel(args), bound: bound(args), pictures: args.switches.has("pictures"), rules: args.values.get("rules") ?? [], cwd };
  checkEmitLitmus(context);
  const { result } = await produce(context, simPieces, (library, events) => library.simulate(request, events));
  emitScenarios(result, context);
  // What was run is then not the whole of it.
  if (result.problems !== undefined) return exitCode.input;
  return result.scenarios.some((scenario) => scenario.verdict === "violated") ? exitCode.findings : exitCode.clean;
};
