/** How a result is printed: format, colour, width, file or standard output. Decided here, from options and environment. */
import { UsageError } from "../core/errors.ts";
import type { RenderPieces } from "../report/formats.ts";
import type { ReportOptions } from "../report/options.ts";
import type { Context } from "./context.ts";
import { checkWritable, inChunks, write, writeWhole } from "./output.ts";
import { choice, text } from "./values.ts";

const widest = 100;
const narrowest = 60;

export interface Printing {
  readonly format: string;
  /** null for standard output. */
  readonly file: string | null;
  readonly options: ReportOptions;
  /** Further formats, each to a file of its own. */
  readonly also: readonly { readonly format: string; readonly file: string }[];
}

/** To be called before the work, so that a mistake shows at once. */
export function printingFor({ args, streams, env, cwd }: Context): Printing {
  const given = text(args, "output");
  const file = given === "-" ? null : given;
  if (file !== null) checkWritable(file, cwd);
  const terminal = file === null && streams.stdout.isTTY === true;
  const options: ReportOptions = {
    colour: wantsColour(choice(args, "color", "auto"), terminal, env),
    width: terminal ? Math.min(widest, Math.max(narrowest, streams.stdout.columns ?? widest)) : widest,
    verbose: args.switches.has("verbose"),
    quiet: args.switches.has("quiet"),
    rules: [],
  };
  return { format: choice(args, "format", "text"), file, options, also: (args.values.get("also") ?? []).map((word) => alsoOf(word, args, cwd)) };
}

function alsoOf(word: string, args: Context["args"], cwd: string): { format: string; file: string } {
  const parts = /^([^=]+)=(.+)$/s.exec(word);
  if (parts === null) throw new UsageError(`--also takes FORMAT=FILE, not '${word}'`);
  const [, format, file] = parts as unknown as readonly [string, string, string];
  checkWritable(file, cwd, "--also");
  return { format: choice({ ...args, values: new Map([["format", [format]]]) }, "format", "text"), file };
}

function wantsColour(when: "auto" | "always" | "never", terminal: boolean, env: Context["env"]): boolean {
  if (when !== "auto") return when === "always";
  return terminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

export async function print<T>(printing: Printing, { streams, cwd }: Context, render: RenderPieces<T>, result: T): Promise<void> {
  const rendered = await render(printing.format, result, printing.options);
  if (printing.file === null) for (const text of inChunks(rendered)) await write(streams.stdout, text);
  else writeWhole(printing.file, cwd, rendered);
  for (const { format, file } of printing.also) writeWhole(file, cwd, await render(format, result, { ...printing.options, colour: false }), "--also");
}
