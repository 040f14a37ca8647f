/**
 * What makes two diffs "the same" across mails: their hunk headers. Quoting trims and wraps the lines of a hunk, but
 * the four numbers come first on their line and survive; with the file (or the function behind them) they identify it.
 */
import { headerFile, isFileHeader, isHunkHeader, parseHunkRange } from "./diff-lines.ts";

/**
 * A text as a number of 53 bits: what grouping remembers of ids, titles and hunks. Two rounds of 32-bit mixing, as in
 * MurmurHash3's finaliser. Not proof against made-up collisions, which gain nothing here: who wants a mail to look like
 * another one can just copy its Message-ID.
 */
export function digest(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}

export interface HunkKeys {
  /** One for each hunk: its place, with the file where known, and its first deleted and added line. Two diffs that share them are one patch. */
  readonly hunks: readonly number[];
  /** The same without the file, for comparison with a diff that names none; empty when this one names none. */
  readonly anonymous: readonly number[];
  /** One or two for each hunk: its place, by file and by the function behind the numbers. Versions of a patch share them. */
  readonly places: readonly number[];
}

export interface DiffKeys extends HunkKeys {
  readonly files: readonly number[];
}

/** Wrapped lines keep their beginning; blanks and tabs get mixed up by mailers. */
function squeeze(line: string): string {
  return line.slice(0, 200).replace(/\s+/g, "").slice(0, 40);
}

/** An array that V8 stores as plain doubles, without spare room; spreading a set would box every number. */
function unboxed(numbers: ReadonlySet<number>): number[] {
  const out: number[] = [];
  for (const number of numbers) out.push(number);
  return out.slice();
}

export function diffKeys(diff: string): DiffKeys {
  const hunks = new Set<number>();
  const anonymous = new Set<number>();
  const places = new Set<number>();
  const files = new Set<number>();
  let file: string | null = null;
  let open: { place: string; deleted: string; added: string } | null = null;
  const close = (): void => {
    if (!open) return;
    const text = `${open.place}\n${open.deleted}\n${open.added}`;
    if (file === null) hunks.add(digest(text));
    else {
      hunks.add(digest(`${file}\n${text}`));
      anonymous.add(digest(text));
    }
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
      open = { place: numbers, deleted: "", added: "" };
    } else if (isFileHeader(line)) {
      close();
      file = headerFile(line) ?? file;
      if (file !== null) files.add(digest(file));
    } else if (open && open.deleted === "" && line.startsWith("-")) open.deleted = squeeze(line);
    else if (open && open.added === "" && line.startsWith("+")) open.added = squeeze(line);
  }
  close();
  return { hunks: unboxed(hunks), anonymous: unboxed(anonymous), places: unboxed(places), files: unboxed(files) };
}
