/**
 * Where a hunk may end, and what its lines look like as a whole: read strictly as git does, or by their looks when the
 * counts can't be met.
 */
import { headerLine } from "./header.ts";
import { isSignatureMark, markOf, tailScore } from "./marks.ts";
import { plainName, stripped, withoutBackup } from "./paths.ts";

export interface Counts {
  readonly old: number;
  readonly new: number;
}

/** Where a damaged hunk may lie. */
export interface Stretch {
  readonly lines: readonly string[];
  readonly start: number;
  /** The first line that certainly is not part of the hunk any more. */
  readonly limit: number;
  /** Whether `limit` is a header; else it is a signature or the end of the text, and prose may stand before it. */
  readonly headerFollows: boolean;
  /** Whether other hunks of the same diff kept the blank of their context lines. */
  readonly othersIntact: boolean;
  /** Whether the file is a document, whose own lines read like the text of a mail. */
  readonly document: boolean;
}

/**
 * The header of the next file, though it could be read as a removed and an added line: both name the same file and a
 * hunk follows. Git reads it as lines when a count is one too high; that would hide a whole file.
 */
function startsNextFile(lines: readonly string[], at: number): boolean {
  if (!lines[at]!.startsWith("--- ")) return false;
  const [old, fresh, hunk] = [at, at + 1, at + 2].map((i) => (i < lines.length ? headerLine(lines[i]!) : null));
  if (old?.kind !== "old-name" || fresh?.kind !== "new-name" || hunk?.kind !== "hunk") return false;
  const names = stripped(withoutBackup({ old: plainName(old.name), new: plainName(fresh.name) }));
  return names.old === names.new && names.old !== null && names.old.includes("/");
}

/** End of the hunk when each line has its mark and the counts come out exactly, else -1. Notes after the last line belong to it. */
export function strictExtent(lines: readonly string[], start: number, counts: Counts): number {
  let { old, new: fresh } = counts;
  let at = start;
  for (; at < lines.length && (old > 0 || fresh > 0); at++) {
    const mark = markOf(lines[at]!);
    if (mark === "bare" || (mark === "minus" && startsNextFile(lines, at))) return -1;
    if (mark === "note") continue;
    if (mark !== "plus") old--;
    if (mark !== "minus") fresh--;
    if (old < 0 || fresh < 0) return -1;
  }
  if (old > 0 || fresh > 0) return -1;
  while (at < lines.length && markOf(lines[at]!) === "note") at++;
  return at;
}

/**
 * Context lines kept their blank: then a bare line without indentation is odd. Looks no further than the counts may
 * reach, with some room for wrapped lines.
 */
export function looksIntact(stretch: Stretch, counts: Counts | null): boolean {
  const { lines, start, limit } = stretch;
  let { old, new: fresh } = counts ?? { old: limit, new: limit };
  let [spaced, bare, likelyTails] = [0, 0, 0];
  for (let at = start; at < limit && (old > -3 || fresh > -3); at++) {
    const line = lines[at]!;
    const mark = markOf(line);
    if (mark !== "plus") old--;
    if (mark !== "minus") fresh--;
    if (mark === "space" && line.trim() !== "") spaced++;
    if (mark !== "bare" || /^\s/.test(line)) continue;
    if (tailScore(lines, at) === 0) bare++;
    else likelyTails++;
  }
  if (spaced === 0 && bare === 0) return likelyTails > 0;
  return stretch.othersIntact ? spaced * 4 >= bare : spaced > 0 && spaced * 2 >= bare;
}

/** For each end, what it costs to leave the lines after it outside: nothing for prose at the end of a mail. */
export function contentAfter(stretch: Stretch): (end: number) => number {
  const { lines, start, limit, headerFollows } = stretch;
  let last = limit;
  while (last > start && lines[last - 1]!.trim() === "") last--;
  return (end) => {
    if (end >= last || isSignatureMark(lines[end]!)) return 0;
    // A few lines squeezed in before a header are likely part of the hunk; more of them are a reply's prose.
    if (headerFollows && last - end <= 8) return 3 * (last - end);
    const mark = markOf(lines[end]!);
    return mark === "plus" || mark === "minus" || (mark === "space" && lines[end]!.trim() !== "") ? 3 : 0;
  };
}

/**
 * Where a hunk ends by its looks: at the limit, before trailing blank lines, and in hunks whose context kept its blank
 * at the first line without any mark that does not look like the tail of a wrapped line.
 */
export function naturalExtent(stretch: Stretch, counts: Counts | null): { readonly end: number; readonly tails: ReadonlySet<number> } {
  const { start, limit } = stretch;
  const found = extentBy(stretch, looksIntact(stretch, counts));
  // A hunk always has lines: one that starts with a bare line is damaged, whatever the rest looks like.
  return found.end > start || limit === start ? found : extentBy(stretch, false);
}

function extentBy(stretch: Stretch, intact: boolean): { readonly end: number; readonly tails: ReadonlySet<number> } {
  const { lines, start, limit } = stretch;
  const tails = new Set<number>();
  let end = start;
  for (; end < limit; end++) {
    if (isSignatureMark(lines[end]!)) break;
    if (markOf(lines[end]!) !== "bare" || /^\s/.test(lines[end]!)) continue;
    if (intact && tailScore(lines, end) > 0 && end + 1 < limit && markOf(lines[end + 1]!) !== "bare") tails.add(end);
    else if (intact || startsProse(stretch, end)) break;
  }
  while (end > start && lines[end - 1] === "") end--;
  return { end, tails };
}

/** A sentence where code is expected: the reply goes on, the hunk is over. */
export function startsProse(stretch: Stretch, at: number): boolean {
  if (stretch.document) return false;
  const line = stretch.lines[at]!.slice(0, 400);
  const wanted = at > stretch.start && stretch.lines[at - 1]!.trim() === "" ? 4 : 6;
  return /^["'A-Z(>]/.test(line) && line.split(" ").length >= wanted && !/[;{}=\\]|\w\(|->/.test(line);
}
