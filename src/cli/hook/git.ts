/** The few things that the hook asks of git. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UsageError } from "../../core/errors.ts";
import type { Environment } from "../context.ts";

const run = promisify(execFile);

/** git's answer without its line end, or null when git says no. UsageError when there is no git. */
export async function git(cwd: string, env: Environment, words: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run("git", words, { cwd, env: { ...env }, encoding: "utf8" });
    return stdout.replace(/\n$/, "");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw new UsageError("git is not installed");
    return null;
  }
}
