/**
 * What the bodies of a tree's files come to as far as somebody has asked, by git's blob id of their text: what a review
 * pays for before it runs a single helper, and what every patch on the same tree needs again.
 */
import { packSummaries, type Summaries, unpackSummaries } from "./c/index.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { sha1 } from "./util/digest.ts";

/** Shorter texts are read sooner than a file. */
const shortest = 4000;

export class KeptSummaries {
  readonly #folder: CacheFolder | null;
  /** Summaries by key, and how many of them are in the folder. */
  readonly #open = new Map<string, { readonly summaries: Summaries; readonly there: number }>();

  /** `folder`: null where nothing is kept. */
  constructor(folder: CacheFolder | null) {
    this.#folder = folder;
  }

  /** Those of the functions of `text`; what is added is kept. */
  of(text: string): Summaries {
    if (this.#folder === null || text.length < shortest) return new Map();
    const { store, build } = this.#folder;
    const key = sha1(`summaries ${build} ${blobId(text)}`);
    const open = this.#open.get(key);
    if (open !== undefined) return open.summaries;
    const summaries = unpackSummaries(store.get(key), text.length);
    this.#open.set(key, { summaries, there: summaries.size });
    return summaries;
  }

  /** Keeps the summaries that were made since. To be called once, at the end of a run. */
  close(): void {
    for (const [key, { summaries, there }] of this.#open) if (summaries.size > there) this.#folder?.store.put(key, packSummaries(summaries));
  }
}

function blobId(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}
