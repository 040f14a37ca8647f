/** What the simulated page tables look like at one moment of a trace, as data that a report can draw. */

/** What an entry is, as far as a drawing tells it apart. `not-present` is swap, migration, a device's or a marker. */
export type PictureEntryKind = "none" | "table" | "page" | "not-present" | "torn";

export interface PictureEntry {
  readonly kind: PictureEntryKind;
  /** In words: "page P0 (writable, dirty)". */
  readonly text: string;
  /** Name of the table that it points to, else "". */
  readonly target: string;
}

/** Where a table stands in its life. Only reachable ones are walked by the hardware from the top. */
export type PictureTableState = "reachable" | "private" | "unlinked" | "waiting" | "freed" | "deposited";

export interface PictureTable {
  /** "T3" */
  readonly name: string;
  /** "pgd", "pud", "pmd" or "pte" */
  readonly level: string;
  readonly state: PictureTableState;
  /** More about the state, in words: who owns it, with which table it is deposited; "" when nothing. */
  readonly note: string;
  readonly entries: readonly PictureEntry[];
}

/** One CPU with the locks that it holds and the sections that it is in, by the names that traces use. */
export interface PictureCpu {
  readonly cpu: number;
  readonly holds: readonly string[];
}

/** A translation that some CPU's TLB may hold although the page tables do not give it any more. */
export interface PictureTranslation {
  readonly address: string;
  /** "P0 (writable)" */
  readonly page: string;
}

export interface WorldPicture {
  /** Reachable tables first, each behind the one that points to it; tables that were never allocated are left out. */
  readonly tables: readonly PictureTable[];
  readonly cpus: readonly PictureCpu[];
  readonly stale: readonly PictureTranslation[];
}
