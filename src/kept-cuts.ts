/**
 * Files of a tree as the C front end cuts them, by git's blob id of their text: what a review pays for before it looks at
 * a single helper, and what every patch on the same tree needs again.
 */
import { type CutFile, cutText, packCut, unpackCut } from "./c/index.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { sha1 } from "./util/digest.ts";

/** A shorter text is cut sooner than its file is read. */
const shortest = 4000;

/** `text` cut; from the folder when an earlier run left it there. initC() must have been awaited. */
export function keptCut(path: string, text: string, folder: CacheFolder | null): CutFile {
  if (folder === null || text.length < shortest) return cutText(path, text);
  const key = sha1(`cut ${folder.build} ${blobId(text)}`);
  const kept = unpackCut(folder.store.get(key), path, text);
  if (kept !== null) return kept;
  const made = cutText(path, text);
  folder.store.put(key, packCut(made));
  return made;
}

function blobId(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}
