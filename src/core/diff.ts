/** A parsed diff. Line numbers are 1-based, paths are relative to the tree's top and never climb out of it. */

export type DiffLineKind = "context" | "add" | "del";

export interface DiffLine {
  readonly kind: DiffLineKind;
  /** Text without the leading mark and without line end. */
  readonly text: string;
  /** True when a "\ No newline at end of file" mark follows. */
  readonly noNewline?: boolean;
}

/** Both starts are 0 when the diff does not say where the hunk is; a start of 0 with no lines on that side is git's own notation. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** What stands after the second `@@`: usually the head of the enclosing function; "" when none. */
  readonly section: string;
  readonly lines: readonly DiffLine[];
}

export type FileChange = "modify" | "add" | "delete" | "rename" | "copy" | "mode";

export interface FilePatch {
  /** null for an added file. */
  readonly oldPath: string | null;
  /** null for a deleted file. */
  readonly newPath: string | null;
  readonly change: FileChange;
  readonly oldMode: string | null;
  readonly newMode: string | null;
  /** Blob ids of the `index` line, possibly abbreviated; null when absent or all zeros. */
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
  /** Similarity index in percent of a rename or copy, else null. */
  readonly similarity: number | null;
  readonly binary: boolean;
  /** True when the path was not in the diff and had to be guessed or is unknown ("(unknown)"). */
  readonly pathUnknown: boolean;
  readonly hunks: readonly Hunk[];
}

/** One thing that had to be mended before the diff could be parsed. `line` counts from 1 within the diff text. */
export interface Repair {
  readonly kind:
    | "lost-leading-blanks"
    | "context-without-prefix"
    | "extra-leading-blank"
    | "missing-file-header"
    | "missing-hunk-header"
    | "wrapped-line"
    | "hunk-counts"
    | "leading-text"
    | "trailing-signature"
    | "trailing-text"
    | "crlf";
  readonly line: number;
  readonly detail: string;
}

/** A stretch of the input that could not be used, with the reason; never dropped in silence. */
export interface DiffTrouble {
  readonly line: number;
  readonly reason: string;
}

export interface ParsedDiff {
  readonly files: readonly FilePatch[];
  readonly repairs: readonly Repair[];
  readonly troubles: readonly DiffTrouble[];
  /** True when leading white space of the code was lost, so that indentation says nothing and text never matches byte for byte. */
  readonly blanksLost: boolean;
}
