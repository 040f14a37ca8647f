/**
 * Where the old version of a file may come from, likeliest first: the series so far, the revision that the user named,
 * the `base-commit:` of the mail, the blob of the `index` line, the files on disk, HEAD.
 */
import type { FilePatch } from "../core/diff.ts";
import { UsageError } from "../core/errors.ts";
import type { Base } from "../core/image.ts";
import type { SourceText } from "../diff/index.ts";
import { matches, matchingCommit, type WantedBlob } from "./matching-commit.ts";
import { blobsByPrefix, commitId, gitReason, textAt, textOfBlob } from "./objects.ts";
import { decodeText, sourceText } from "./source.ts";
import type { Stack } from "./stack.ts";
import type { GitStore, Tree } from "./tree.ts";

/** What is known of a patch beyond its files. */
export interface DiffInfo {
  readonly blanksLost: boolean;
  /** Commit of a `base-commit:` trailer, or null. */
  readonly baseCommit: string | null;
  /** Revision that the user wants the patch applied to (--base), or null. */
  readonly revision: string | null;
}

export interface Candidate {
  readonly base: Base;
  /** Words for people: "blob 1234abcd", "linux-6.12 on disk". */
  readonly name: string;
  /** True when the content is the old version for certain, so that an applied patch can't be what it is. */
  readonly certain: boolean;
  readonly read: () => Promise<{ readonly source: SourceText } | { readonly reason: string }>;
}

/** The tree states to try for a whole patch, found once: commits are the same for all of its files. */
export interface PatchBase {
  readonly tree: Tree | null;
  readonly info: DiffInfo;
  /** Commit named by the user or by the mail. */
  readonly commit: Base | null;
  /** Commit in which all files are as the patch says, when there is one. */
  readonly matching: Base | null;
  /** Whether `commit` is known to have the files as the patch says. */
  readonly exact: boolean;
  /** Attempts that failed for the whole patch. */
  readonly tried: readonly string[];
}

/** Old blobs that the patch names and no earlier patch of the series accounts for. */
function wantedBlobs(files: readonly FilePatch[], stack: Stack): WantedBlob[] {
  return files.flatMap((file) =>
    file.oldPath === null || file.oldBlob === null || file.pathUnknown || stack.files.has(file.oldPath) ? [] : [{ path: file.oldPath, blob: file.oldBlob }],
  );
}

/** Finds the commits that a patch may apply to. Throws UsageError when the user's own revision is no commit. */
export async function patchBase(tree: Tree | null, files: readonly FilePatch[], info: DiffInfo, stack: Stack): Promise<PatchBase> {
  const none = { tree, info, commit: null, matching: null, exact: false, tried: [] };
  const git = tree?.git ?? null;
  if (info.revision !== null && git === null) {
    throw new UsageError("--base needs a tree with git", "use --tree DIR with a git checkout");
  }
  if (tree === null || git === null) return none;
  try {
    return await baseInGit(tree, git, files, info, stack);
  } catch (error) {
    return { ...none, tried: [gitReason(error)] };
  }
}

async function baseInGit(tree: Tree, git: GitStore, files: readonly FilePatch[], info: DiffInfo, stack: Stack): Promise<PatchBase> {
  if (info.revision !== null) {
    const id = await commitId(git, info.revision);
    if (id === null) throw new UsageError(`no commit "${info.revision}" in ${tree.name}`, "name a branch, a tag or a commit id");
    return { tree, info, commit: { kind: "revision", id }, matching: null, exact: false, tried: [] };
  }
  const wanted = wantedBlobs(files, stack);
  const tried: string[] = [];
  if (info.baseCommit !== null) {
    const id = await commitId(git, info.baseCommit);
    const short = info.baseCommit.slice(0, 12);
    if (id === null) tried.push(`base-commit ${short}: not in ${tree.name}`);
    else {
      const exact = await matches(git, id, wanted);
      if (!exact) tried.push(`base-commit ${short}: some files are not as the patch has them`);
      const matching = exact ? null : await searched(git, wanted);
      return { tree, info, commit: { kind: "base-commit", id }, matching, exact: exact && wanted.length > 0, tried };
    }
  }
  return { tree, info, commit: null, matching: await searched(git, wanted), exact: false, tried };
}

/** Looks for a matching commit only when the repository has all the blobs: otherwise no commit of it can match. */
async function searched(git: GitStore, wanted: readonly WantedBlob[]): Promise<Base | null> {
  for (const { blob } of wanted) if ((await blobsByPrefix(git, blob)).length === 0) return null;
  const id = await matchingCommit(git, wanted);
  return id === null ? null : { kind: "matching-commit", id };
}

/** Candidates for the old version of one file, to be read one by one. */
export async function candidatesFor(file: FilePatch, patch: PatchBase, stack: Stack): Promise<Candidate[]> {
  const path = file.oldPath ?? file.newPath!;
  const found: Candidate[] = [];
  const stacked = stack.files.get(path);
  if (stacked) {
    const { text, base } = stacked;
    found.push({ base, name: "the series so far", certain: false, read: () => Promise.resolve(text === null ? { reason: "an earlier patch removes the file" } : { source: text }) });
  }
  const { tree, commit, matching } = patch;
  if (tree === null) return found;
  const { git } = tree;
  if (git !== null) {
    const inCommit = (base: Base, name: string, certain: boolean): Candidate => ({ base, name, certain, read: () => fromText(textAt(git, base.id, path)) });
    if (commit !== null) found.push(inCommit(commit, `${commit.kind} ${commit.id.slice(0, 12)}`, patch.exact));
    if (matching !== null) found.push(inCommit(matching, `commit ${matching.id.slice(0, 12)}`, true));
    if (commit?.kind !== "revision") found.push(...(await blobCandidates(git, file)));
  }
  if (commit?.kind === "revision") return found;
  if (tree.hasFiles) found.push({ base: { kind: "directory", id: tree.name }, name: `${tree.name} on disk`, certain: false, read: () => fromDisk(tree, path) });
  if (git !== null) {
    const head = await commitId(git, "HEAD").catch(() => null);
    if (head !== null) found.push({ base: { kind: "revision", id: head }, name: `HEAD ${head.slice(0, 12)}`, certain: false, read: () => fromText(textAt(git, head, path)) });
  }
  return found;
}

async function blobCandidates(git: GitStore, file: FilePatch): Promise<Candidate[]> {
  if (file.oldBlob === null) return [];
  const short = file.oldBlob.slice(0, 12);
  const missing: Candidate = {
    base: { kind: "blob", id: file.oldBlob }, name: `blob ${short}`, certain: true, read: () => Promise.resolve({ reason: "not in the repository" }),
  };
  try {
    const ids = await blobsByPrefix(git, file.oldBlob);
    if (ids.length === 0) return [missing];
    return ids.map((id) => ({ base: { kind: "blob", id }, name: `blob ${short}`, certain: true, read: () => fromText(textOfBlob(git, id)) }));
  } catch (error) {
    const reason = gitReason(error);
    return [{ ...missing, read: () => Promise.resolve({ reason }) }];
  }
}

async function fromText(read: ReturnType<typeof textAt>): ReturnType<Candidate["read"]> {
  try {
    const result = await read;
    return result.text === null ? { reason: result.reason } : { source: sourceText(result.text) };
  } catch (error) {
    return { reason: gitReason(error) };
  }
}

async function fromDisk(tree: Tree, path: string): ReturnType<Candidate["read"]> {
  const result = await tree.readFile(path);
  return result.bytes === null ? { reason: result.reason } : { source: sourceText(decodeText(result.bytes)) };
}
