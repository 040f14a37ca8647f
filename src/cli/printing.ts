/** How a result is printed: format, colour, width, file or standard output. Decided here, from options and environment. */
import type { Render } from "../report/formats.ts";
import type { ReportOptions } from "../report/options.ts";
import type { Context } from "./context.ts";
import { checkWritable, write, writeWhole } from "./output.ts";
import { choice, text } from "./values.ts";

const widest = 100;
const narrowest = 60;

export interface Printing {
  readonly format: string;
  /** null for standard output. */
  readonly file: string | null;
  readonly options: ReportOptions;
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
  return { format: choice(args, "format", "text"), file, options };
}

function wantsColour(when: "auto" | "always" | "never", terminal: boolean, env: Context["env"]): boolean {
  if (when !== "auto") return when === "always";
  return terminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

export async function print<T>(printing: Printing, { streams, cwd }: Context, render: Render<T>, result: T): Promise<void> {
  const rendered = await render(printing.format, result, printing.options);
  if (printing.file === null) await write(streams.stdout, rendered);
  else writeWhole(printing.file, cwd, rendered);
}
