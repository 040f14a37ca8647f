/**
 * What makes two diffs "the same" across mails: their hunk headers. Quoting trims and wraps the lines of a hunk, but
 * the four numbers come first on their line and survive; with the file (or the function behind them) they identify it.
 */
import { createHash } from "node:crypto";
import { headerFile, isFileHeader, isHunkHeader, parseHunkRange } from "./diff-lines.ts";

/** A text as a number of 48 bits: what grouping remembers of ids, titles and hunks. Not guessable collisions, as the texts are strangers'. */
export function digest(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, 6);
}

export interface DiffKeys {
  /** One for each hunk: its place and its first deleted and added line. Two diffs that share them are one patch. */
  readonly hunks: readonly number[];
  /** One or two for each hunk: its place, by file and by the function behind the numbers. Versions of a patch share them. */
  readonly places: readonly number[];
  readonly files: readonly number[];
}

/** Wrapped lines keep their beginning; blanks and tabs get mixed up by mailers. */
function squeeze(line: string): string {
  return line.slice(0, 200).replace(/\s+/g, "").slice(0, 40);
}

export function diffKeys(diff: string): DiffKeys {
  const hunks = new Set<number>();
  const places = new Set<number>();
  const files = new Set<number>();
  let file: string | null = null;
  let open: { numbers: string; deleted: string; added: string } | null = null;
  const close = (): void => {
    if (open) hunks.add(digest(`${open.numbers}\n${open.deleted}\n${open.added}`));
    open = null;
  };
  for (const line of diff.split("\n")) {
    if (isHunkHeader(line)) {
      close();
      const range = parseHunkRange(line);
      if (!range) continue;
      const numbers = `${range.oldStart},${range.oldLines},${range.newStart},${range.newLines}`;
      const section = line.slice(line.indexOf("@@", 2) + 2).trim().slice(0, 16);
      if (file !== null) places.add(digest(`${file}\n${numbers}`));
      if (section !== "") places.add(digest(`${section}\n${numbers}`));
      open = { numbers, deleted: "", added: "" };
    } else if (isFileHeader(line)) {
      close();
      file = headerFile(line) ?? file;
      if (file !== null) files.add(digest(file));
    } else if (open && open.deleted === "" && line.startsWith("-")) open.deleted = squeeze(line);
    else if (open && open.added === "" && line.startsWith("+")) open.added = squeeze(line);
  }
  close();
  return { hunks: [...hunks], places: [...places], files: [...files] };
}
