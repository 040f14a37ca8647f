/** `mmreview scan`: whole files as they are. */
import type { ScanRequest } from "../../core/request.ts";
import { reportPieces } from "../../report/formats.ts";
import type { Command } from "../context.ts";
import { checkEmitLitmus, emitFindings } from "../emit-litmus.ts";
import { type FailOn, reportExitCode } from "../exit-codes.ts";
import { produce } from "../produce.ts";
import { checkBaseline, writeBaseline } from "../write-baseline.ts";
import { analysis, choice, text } from "../values.ts";

export const scanCommand: Command = async (context) => {
  const failOn = choice<FailOn>(context.args, "fail-on", "error");
  const request: ScanRequest = { ...analysis(context), tree: text(context.args, "tree") ?? ".", paths: context.args.positionals };
  checkBaseline(context);
  checkEmitLitmus(context);
  const { result } = await produce(context, reportPieces, (library, events) => library.scan(request, events));
  emitFindings(result, context);
  return writeBaseline(result, context) ?? reportExitCode(result, failOn, true);
};
