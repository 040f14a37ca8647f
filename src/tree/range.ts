/** A revision range as patches, oldest first: review without mail, as before sending a series. */
import { UsageError } from "../core/errors.ts";
import type { MailPatch, SkippedMessage } from "../core/message.ts";
import { type Commit, parseCommit } from "./commit.ts";
import { GitFailure, runGit } from "./git.ts";
import { commitId } from "./objects.ts";
import { decodeText } from "./source.ts";
import type { GitStore, Tree } from "./tree.ts";

/** A range beyond this is a mistake, such as a missing "..". */
const mostCommits = 10_000;
const largestDiff = 64 * 1024 * 1024;
const patience = 120_000;

export type RangeItem = { readonly kind: "patch"; readonly patch: MailPatch } | { readonly kind: "skipped"; readonly skipped: SkippedMessage };

/** Two ends of a range; `from` null stands for a single commit. */
interface Ends {
  readonly from: string | null;
  readonly to: string;
}

/**
 * The commits of `range` ("A..B", "A..", "..B", "A...B", or one revision for that commit alone), each with its diff
 * against its parent. Merges and commits without a textual change come as skipped. Throws UsageError when the tree has no
 * git or the range names no commits.
 */
export async function* revisionRange(tree: Tree, range: string): AsyncGenerator<RangeItem, void, undefined> {
  const { git } = tree;
  if (git === null) throw new UsageError(`"${range}" needs a tree with git`, "run in a git checkout or use --tree DIR");
  const ends = await endsOf(git, tree, range);
  const ids = ends.from === null ? [ends.to] : await between(git, ends.from, ends.to);
  if (ids.length === 0) throw new UsageError(`no commits in "${range}"`, "the left end comes first, as in HEAD~3..");
  if (ids.length > mostCommits) throw new UsageError(`"${range}" has more than ${mostCommits} commits`, "name a shorter range");
  for (const [at, id] of ids.entries()) {
    const commit = parseCommit(id, await git.objects.content(id), range);
    yield await itemOf(git, commit, at + 1, ids.length);
  }
}

/** Whether `text` names commits of the tree, so that it can be told from a file name. */
export async function isRevisionRange(tree: Tree, text: string): Promise<boolean> {
  if (tree.git === null) return false;
  try {
    await endsOf(tree.git, tree, text);
    return true;
  } catch (error) {
    if (error instanceof UsageError || error instanceof GitFailure) return false;
    throw error;
  }
}

/** Both ends become full ids here, so that no text of the caller's reaches git as an argument. */
async function endsOf(git: GitStore, tree: Tree, range: string): Promise<Ends> {
  const dots = /\.{2,3}/.exec(range.slice(0, 2000));
  if (!dots) return { from: null, to: await resolved(git, tree, range) };
  const left = await resolved(git, tree, range.slice(0, dots.index) || "HEAD");
  const right = await resolved(git, tree, range.slice(dots.index + dots[0].length) || "HEAD");
  return { from: dots[0] === ".." ? left : await forkPoint(git, left, right), to: right };
}

async function resolved(git: GitStore, tree: Tree, revision: string): Promise<string> {
  const id = await commitId(git, revision);
  if (id === null) throw new UsageError(`no commit "${revision}" in ${tree.name}`, "name a branch, a tag or a commit id");
  return id;
}

async function forkPoint(git: GitStore, left: string, right: string): Promise<string> {
  const output = await runGit(git.dir, ["merge-base", left, right], { bytes: 1000, milliseconds: patience });
  return output.toString("latin1").trim();
}

async function between(git: GitStore, from: string, to: string): Promise<string[]> {
  const args = ["rev-list", "--topo-order", `--max-count=${mostCommits + 1}`, to, `^${from}`];
  const output = await runGit(git.dir, args, { bytes: 100 * mostCommits, milliseconds: patience });
  return output.toString("latin1").split("\n").filter((line) => line !== "").toReversed();
}

async function itemOf(git: GitStore, commit: Commit, index: number, total: number): Promise<RangeItem> {
  const skipped = (reason: string): RangeItem => ({ kind: "skipped", skipped: { message: commit.message, reason } });
  if (commit.parents.length > 1) return skipped("a merge: its changes are reviewed in the merged commits");
  let diff: string;
  try {
    diff = await diffOf(git, commit);
  } catch (error) {
    if (error instanceof GitFailure) return skipped(error.message);
    throw error;
  }
  if (diff === "") return skipped("an empty commit");
  return {
    kind: "patch",
    patch: {
      message: commit.message, carrier: "bare", diff, line: 1, index, total, revision: 1, tags: [], baseCommit: commit.parents[0] ?? null,
    },
  };
}

/** The diff of a commit against its parent, in git's default notation whatever the config says. */
async function diffOf(git: GitStore, commit: Commit): Promise<string> {
  const args = [
    "diff-tree", "-p", "-r", "--root", "--no-commit-id", "--full-index", "--find-renames", "--no-ext-diff", "--no-textconv", "--no-color",
    "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--diff-algorithm=myers", "--inter-hunk-context=0", commit.id,
  ];
  return decodeText(await runGit(git.dir, args, { bytes: largestDiff, milliseconds: patience }));
}
