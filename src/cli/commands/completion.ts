/** `mmreview completion`: a script for the user's shell. */
import { UsageError } from "../../core/errors.ts";
import { completionScript, type Shell } from "../completion-scripts.ts";
import type { Command } from "../context.ts";
import { exitCode } from "../exit-codes.ts";
import { write } from "../output.ts";

const shells: readonly Shell[] = ["bash", "zsh", "fish"];

export const completionCommand: Command = async ({ args, streams }) => {
  const [given] = args.positionals;
  const shell = shells.find((candidate) => candidate === given);
  if (shell === undefined) {
    throw new UsageError(given === undefined ? "completion needs a shell" : `completion does not know '${given}'`, `It knows ${shells.join(", ")}.`);
  }
  await write(streams.stdout, completionScript(shell));
  return exitCode.clean;
};
