/**
 * The newest commit in which the files of a patch are as its `index` lines say: the state it was written for. HEAD is
 * asked first; then the commits that touched the files, over the newest part of the history, each with its parent: the
 * state before the oldest of them was made by a commit beyond the bounds. Bounded by commits, so that the same
 * repository always gives the same answer.
 */
import { runGit } from "./git.ts";
import { blobAt, commitId } from "./objects.ts";
import type { GitStore } from "./tree.ts";

/** How far back commits are looked at, and how many of those that touch the files. */
export interface Bounds {
  readonly newest: number;
  readonly candidates: number;
}

/** About two development cycles of Linux. */
const usual: Bounds = { newest: 40_000, candidates: 500 };

export interface WantedBlob {
  readonly path: string;
  /** Abbreviated or full id. */
  readonly blob: string;
}

/** Id of the commit, or null when there is none within the bounds. Throws GitFailure. */
export async function matchingCommit(git: GitStore, wanted: readonly WantedBlob[], bounds: Bounds = usual): Promise<string | null> {
  if (wanted.length === 0) return null;
  const head = await commitId(git, "HEAD");
  if (head !== null && (await matches(git, head, wanted))) return head;
  for (const commit of await touching(git, wanted.map((one) => one.path), bounds)) {
    if (await matches(git, commit, wanted)) return commit;
    if (await matches(git, `${commit}^`, wanted)) return commitId(git, `${commit}^`);
  }
  return null;
}

/** Whether all files are in `commit` as wanted. */
export async function matches(git: GitStore, commit: string, wanted: readonly WantedBlob[]): Promise<boolean> {
  for (const { path, blob } of wanted) {
    const id = await blobAt(git, commit, path);
    if (id === null || !id.startsWith(blob)) return false;
  }
  return true;
}

/** Commits of any branch that changed one of the paths, newest first. Paths are literal and come after "--". */
async function touching(git: GitStore, paths: readonly string[], bounds: Bounds): Promise<readonly string[]> {
  const limits = { bytes: 10_000_000, milliseconds: 120_000 };
  const span = await runGit(git.dir, ["rev-list", "--all", "--date-order", `--max-count=${bounds.newest}`], limits);
  const oldest = span.toString("latin1").trimEnd().split("\n").at(-1) ?? "";
  const bound = /^[0-9a-f]{40,64}$/.test(oldest) && (await hasParent(git, oldest)) ? [`^${oldest}^`] : [];
  const output = await runGit(git.dir, ["rev-list", "--all", ...bound, "--date-order", `--max-count=${bounds.candidates}`, "--", ...paths.slice(0, 100)], limits);
  return output.toString("latin1").split("\n").filter((line) => line !== "");
}

async function hasParent(git: GitStore, commit: string): Promise<boolean> {
  return (await commitId(git, `${commit}^`)) !== null;
}
