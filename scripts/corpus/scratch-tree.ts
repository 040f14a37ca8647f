/** A throw-away copy of kernel files, into which one bug at a time is put back. */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";

/** Runs `work` on `dir` with `patch` applied and takes the patch back afterwards. Throws when it does not apply. */
export async function withPatch<T>(dir: string, patch: string, work: () => Promise<T>): Promise<T> {
  gitApply(dir, patch, []);
  try {
    return await work();
  } finally {
    gitApply(dir, patch, ["-R"]);
  }
}

/** `git apply` needs no repository; it must not find one above the directory, or it would skip files that are not in it. */
function gitApply(dir: string, patch: string, options: readonly string[]): void {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(dir) };
  const run = spawnSync("git", ["apply", "--whitespace=nowarn", ...options, patch], { cwd: dir, env, encoding: "utf8" });
  if (run.error || run.status !== 0) throw new Error(`${patch} does not apply: ${run.error?.message ?? run.stderr.trim()}`);
}
