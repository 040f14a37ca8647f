/** The few things that the hook asks of git. */
import { execFile } from "node:child_process";
import { UsageError } from "../../core/errors.ts";
import type { Environment } from "../context.ts";

/** git's answer without its line end, or null when git says no. UsageError when there is no git. */
export async function git(cwd: string, env: Environment, words: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    execFile("git", words, { cwd, env: { ...env }, encoding: "utf8" }, (error, stdout) => {
      if (error?.code === "ENOENT") reject(new UsageError("git is not installed"));
      else resolve(error === null ? stdout.replace(/\n$/, "") : null);
    });
  });
}
