/**
 * Files of a tree as the C front end cuts them, and what their bodies come to as far as somebody has asked, by git's blob id
 * of their text: what a review pays for before it runs a single helper, and what every patch on the same tree needs again.
 */
import { type CutFile, cutText, packCut, packSummaries, type Summaries, unpackCut, unpackSummaries } from "./c/index.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { sha1 } from "./util/digest.ts";

/** A shorter text is cut sooner than its file is read. */
const shortest = 4000;

export interface KeptCut {
  readonly cut: CutFile;
  readonly summaries: Summaries;
}

export class KeptCuts {
  readonly #folder: CacheFolder | null;
  /** Summaries by key, and how many of them are in the folder. */
  readonly #open = new Map<string, { readonly summaries: Summaries; readonly there: number }>();

  /** `folder`: null where nothing is kept. */
  constructor(folder: CacheFolder | null) {
    this.#folder = folder;
  }

  /** `text` cut; from the folder when an earlier run left it there. initC() must have been awaited. */
  of(path: string, text: string): KeptCut {
    if (this.#folder === null || text.length < shortest) return { cut: cutText(path, text), summaries: new Map() };
    const { store, build } = this.#folder;
    const id = blobId(text);
    const key = sha1(`cut ${build} ${id}`);
    const kept = unpackCut(store.get(key), path, text);
    const cut = kept ?? cutText(path, text);
    if (kept === null) store.put(key, packCut(cut));
    return { cut, summaries: this.#summariesOf(sha1(`summaries ${build} ${id}`), cut.functions.length) };
  }

  /** Keeps the summaries that were made since. To be called once, at the end of a run. */
  close(): void {
    for (const [key, { summaries, there }] of this.#open) if (summaries.size > there) this.#folder?.store.put(key, packSummaries(summaries));
  }

  #summariesOf(key: string, functions: number): Summaries {
    const open = this.#open.get(key);
    if (open !== undefined) return open.summaries;
    const summaries = unpackSummaries(this.#folder?.store.get(key), functions);
    this.#open.set(key, { summaries, there: summaries.size });
    return summaries;
  }
}

function blobId(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}
