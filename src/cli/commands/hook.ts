/** `mmreview hook`: into and out of git send-email, and what git calls there. */
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { Command, Context } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { installGlobally, installIn, repositoryHooks, uninstallFrom, uninstallGlobally } from "../hook/install.ts";
import { runHook } from "../hook/run.ts";
import type { ScriptFacts } from "../hook/script.ts";
import { write } from "../output.ts";
import { nearest } from "../../util/nearest.ts";

const actions = ["install", "uninstall", "run"];

export const hookCommand: Command = async (context) => {
  const [action, ...rest] = context.args.positionals;
  const global = context.args.switches.has("global");
  switch (action) {
    case "install":
      return tell(context, global ? await installGlobally(context.cwd, context.env, factsOf(context)) : installIn(await repositoryHooks(context.cwd, context.env), factsOf(context)));
    case "uninstall":
      return tell(context, global ? await uninstallGlobally(context.cwd, context.env) : uninstallFrom(await repositoryHooks(context.cwd, context.env)));
    case "run":
      if (rest[0] === undefined) throw new UsageError("hook run needs the file that git is about to send");
      return runHook(context, rest[0]);
    default: {
      const guess = action === undefined ? null : nearest(action, actions);
      throw new UsageError(
        action === undefined ? "hook needs to know what to do" : `hook does not know '${action}'`,
        guess === null ? `It knows ${actions.join(", ")}.` : `Did you mean ${guess}?`,
      );
    }
  }
};

/** What `install` was told is what `run` will be told; paths are then taken from another directory. */
function factsOf({ args, cwd }: Context): ScriptFacts {
  const strict = args.switches.has("strict");
  const paths = ["tree", "rules", "baseline"];
  const values = [...paths, "kernel", "only", "skip"].flatMap((name) =>
    (args.values.get(name) ?? []).flatMap((value) => [`--${name}`, paths.includes(name) ? resolve(cwd, value) : value]),
  );
  const options = [...values, ...["strict", "quiet", "no-config", "no-cache"].filter((name) => args.switches.has(name)).map((name) => `--${name}`)];
  return { launcher: [process.execPath, resolve(process.argv[1] ?? "mmreview")], options, strict };
}

async function tell({ streams }: Context, lines: readonly string[]): Promise<number> {
  await write(streams.stdout, lines.map((line) => `${line}\n`).join(""));
  return exitCode.clean;
}
