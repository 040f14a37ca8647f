/**
 * Puts the hook into a hooks folder and takes it out again. A hook that is there already is kept and runs first; taking
 * ours out puts it back. For all repositories of a user, git's core.hooksPath has to name one folder, which then hides
 * the hooks of every repository: so that none is lost, the folder gets a script that passes on for each hook name.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { Environment } from "../context.ts";
import { git } from "./git.ts";
import { hookName, hookScript, isOurs, keptName, passingScript, type ScriptFacts } from "./script.ts";

/** Hooks that git runs by their name alone and whose mere presence changes nothing. */
const passedOn: readonly string[] = [
  "applypatch-msg",
  "pre-applypatch",
  "post-applypatch",
  "pre-commit",
  "pre-merge-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-rebase",
  "post-checkout",
  "post-merge",
  "pre-push",
  "pre-receive",
  "update",
  "post-receive",
  "post-update",
  "reference-transaction",
  "post-rewrite",
  "pre-auto-gc",
];

/** The hooks folder of the repository that `cwd` is in; the same for all of its worktrees. */
export async function repositoryHooks(cwd: string, env: Environment): Promise<string> {
  const folder = await git(cwd, env, ["rev-parse", "--git-path", "hooks"]);
  if (folder === null) throw new UsageError("there is no git repository here", "`mmreview hook install --global` is for all of yours.");
  return resolve(cwd, folder);
}

/** The user's own hooks folder, and whether git knows it already. */
async function globalHooks(cwd: string, env: Environment): Promise<{ readonly folder: string; readonly known: boolean }> {
  const named = await git(cwd, env, ["config", "--global", "--type=path", "core.hooksPath"]);
  if (named !== null && named !== "") return { folder: named, known: true };
  const home = env["HOME"] ?? homedir();
  return { folder: join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "git", "hooks"), known: false };
}

/** Returns what was done, a line each. */
export function installIn(folder: string, facts: ScriptFacts): string[] {
  mkdirSync(folder, { recursive: true });
  const hook = join(folder, hookName);
  const kept = join(folder, keptName);
  const told: string[] = [];
  if (existsSync(hook) && !isOurs(readFileSync(hook, "utf8"))) {
    if (existsSync(kept)) throw new UsageError(`'${kept}' is in the way`, "Move it away and try again.");
    renameSync(hook, kept);
    told.push(`kept ${hook} as ${keptName}; it runs first`);
  }
  writeScript(hook, hookScript(facts));
  return [...told, `wrote ${hook}`];
}

export async function installGlobally(cwd: string, env: Environment, facts: ScriptFacts): Promise<string[]> {
  const { folder, known } = await globalHooks(cwd, env);
  const told = installIn(folder, facts);
  if (known) return told;
  // A folder that git did not look into may hold hooks; those are left as they are.
  keepOwnHook(folder);
  for (const name of passedOn) {
    if (!existsSync(join(folder, name))) writeScript(join(folder, name), passingScript(name));
  }
  if ((await git(cwd, env, ["config", "--global", "core.hooksPath", folder])) === null) throw new UsageError("git can't write its global configuration");
  return [...told, `set core.hooksPath to ${folder}; the hooks of each repository still run`];
}

/** The repository's own sendemail-validate has to run too: the kept hook of a global folder passes on to it. */
function keepOwnHook(folder: string): void {
  const kept = join(folder, keptName);
  if (!existsSync(kept)) writeScript(kept, passingScript(hookName));
}

export function uninstallFrom(folder: string): string[] {
  const hook = join(folder, hookName);
  const kept = join(folder, keptName);
  if (!existsSync(hook) || !isOurs(readFileSync(hook, "utf8"))) throw new UsageError(`there is no hook of mmreview in '${folder}'`);
  if (existsSync(kept) && !isOurs(readFileSync(kept, "utf8"))) {
    renameSync(kept, hook);
    return [`put back ${hook} as it was`];
  }
  rmSync(kept, { force: true });
  rmSync(hook);
  return [`removed ${hook}`];
}

export async function uninstallGlobally(cwd: string, env: Environment): Promise<string[]> {
  const { folder } = await globalHooks(cwd, env);
  const told = uninstallFrom(folder);
  const passing = passedOn.filter((name) => existsSync(join(folder, name)) && isOurs(readFileSync(join(folder, name), "utf8")));
  for (const name of passing) rmSync(join(folder, name));
  if (passing.length === 0 || readdirSync(folder).length > 0) return told;
  await git(cwd, env, ["config", "--global", "--unset", "core.hooksPath"]);
  return [...told, "unset core.hooksPath"];
}

function writeScript(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  chmodSync(temporary, 0o755);
  renameSync(temporary, path);
}
