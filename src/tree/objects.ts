/** Questions to a repository in the words of this stage: commits, files of a commit, blobs by abbreviated id. */
import { GitFailure, runGit } from "./git.ts";
import { decodeText, largestFile } from "./source.ts";
import type { GitStore } from "./tree.ts";

export type TextRead = { readonly text: string; readonly id: string } | { readonly text: null; readonly reason: string };

/** Full id of the commit that `revision` names, or null. Any text is safe here: it never becomes an argument. */
export async function commitId(git: GitStore, revision: string): Promise<string | null> {
  if (revision.length > 1000 || revision.trim() === "") return null;
  const { found } = await git.objects.look(`${revision}^{commit}`);
  return found?.type === "commit" ? found.id : null;
}

/** Full id of the blob at `path` in a commit, or null. */
export async function blobAt(git: GitStore, commit: string, path: string): Promise<string | null> {
  const { found } = await git.objects.look(`${commit}:${path}`);
  return found?.type === "blob" ? found.id : null;
}

/** Text of the file at `path` in a commit. */
export async function textAt(git: GitStore, commit: string, path: string): Promise<TextRead> {
  const { found } = await git.objects.look(`${commit}:${path}`);
  if (found?.type !== "blob") return { text: null, reason: `no file of that name in ${commit.slice(0, 12)}` };
  return blobText(git, found.id, found.size);
}

async function blobText(git: GitStore, id: string, size: number): Promise<TextRead> {
  if (size > largestFile) return { text: null, reason: `limit hit: larger than ${largestFile} bytes` };
  return { text: decodeText(await git.objects.content(id)), id };
}

/** Fewer digits than git itself ever prints. */
const shortestId = 4;

/** Most blobs that an abbreviation may stand for before it says nothing. */
const mostMeanings = 16;

/** Full ids of the blobs that an abbreviated id may stand for: none when the repository does not have it. */
export async function blobsByPrefix(git: GitStore, prefix: string): Promise<readonly string[]> {
  if (prefix.length < shortestId || !/^[0-9a-f]+$/.test(prefix)) return [];
  const lookup = await git.objects.look(prefix);
  if (lookup.found !== null) return lookup.found.type === "blob" ? [lookup.found.id] : [];
  if (lookup.reason === "missing") return [];
  // The digits are checked above: they can't be an option, nor leave the argument.
  const output = await runGit(git.dir, ["rev-parse", `--disambiguate=${prefix}`], { bytes: 100_000, milliseconds: 30_000 });
  const ids = output.toString("latin1").split("\n").filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  const blobs: string[] = [];
  for (const id of ids.slice(0, mostMeanings)) if ((await git.objects.look(id)).found?.type === "blob") blobs.push(id);
  return blobs;
}

/** Text of a blob by its full id. */
export async function textOfBlob(git: GitStore, id: string): Promise<TextRead> {
  const { found } = await git.objects.look(id);
  if (found?.type !== "blob") return { text: null, reason: "no such blob" };
  return blobText(git, id, found.size);
}

/** Words for a failure of git itself; anything else is a bug and goes on. */
export function gitReason(error: unknown): string {
  if (error instanceof GitFailure) return error.message;
  throw error;
}
