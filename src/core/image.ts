/**
 * A file before (pre) or after (post) a patch. Complete when it came from a tree; partial when rebuilt from hunks,
 * with gaps where nothing is known. Lines stand at their true line numbers in both cases, so that everything
 * downstream can speak of `file:line` without a map.
 */

/** Lines `from`..`to` (1-based, inclusive) of which nothing is known. A gap after the last known line has `to` = Infinity. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The function head that a hunk header names, for the fragment that starts at `line`. */
export interface SectionHint {
  readonly line: number;
  readonly text: string;
}

export interface FileImage {
  readonly path: string;
  readonly side: "pre" | "post";
  /** `lines[0]` is line 1; lines inside gaps are "". */
  readonly lines: readonly string[];
  /** Sorted, disjoint; empty for a complete image. */
  readonly gaps: readonly Gap[];
  readonly sections: readonly SectionHint[];
  /** Lines that the patch added (post) or removes (pre), 1-based. */
  readonly changed: ReadonlySet<number>;
  readonly blanksLost: boolean;
}

export type BaseKind = "blob" | "base-commit" | "matching-commit" | "revision" | "directory" | "none";

/** The tree state that a patch applies to. `id` is a commit or blob id, a directory name, or "". */
export interface Base {
  readonly kind: BaseKind;
  readonly id: string;
}

/** How one hunk was placed. `offset` in lines, `fuzz` in context lines ignored at each end (0 = exact). */
export interface HunkPlacement {
  readonly hunk: number;
  readonly offset: number;
  readonly fuzz: number;
}

export interface FileImages {
  readonly pre: FileImage | null;
  readonly post: FileImage | null;
  readonly base: Base;
  readonly placements: readonly HunkPlacement[];
  /** What was tried to find the base and why each attempt failed; empty when the first attempt worked or there is no tree. */
  readonly tried: readonly string[];
}

/** The kernel version that a review is for, always with its origin. `version` is "X.Y". */
export interface Era {
  readonly version: string;
  readonly from: string;
}
