/** Finds how to read one hunk: strictly when that works, with the small mends around its end, else by the referee. */
import { type Counts, strictExtent } from "./extent.ts";
import type { FileHeader } from "./file-header.ts";
import { headerLine, type HunkNumbers } from "./header.ts";
import { isSignatureMark, markOf, tailScore } from "./marks.ts";
import { judge, type Reading } from "./referee.ts";
import { endsHunk } from "./surroundings.ts";

export function countsOf(numbers: HunkNumbers): Counts {
  return { old: numbers.oldLines, new: numbers.newLines };
}

/** True when a hunk reads without repair and has context with text: then lost blanks elsewhere are unlikely. */
export function someHunkIsIntact(lines: readonly string[]): boolean {
  for (let at = 0; at < lines.length; at++) {
    const header = lines[at]!.startsWith("@@") ? headerLine(lines[at]!) : null;
    if (header?.kind !== "hunk" || !header.numbers.known) continue;
    const end = strictExtent(lines, at + 1, countsOf(header.numbers));
    if (end < 0) continue;
    if (lines.slice(at + 1, end).some((line) => line[0] === " " && line.trim() !== "")) return true;
    at = end - 1;
  }
  return false;
}

/** Files whose lines are sentences, by their names; an unknown file counts as code. */
const documentName = /\.(?:rst|txt|md|html|tex|yaml|json)$|(?:^|\/)(?:Kconfig[^/]*|MAINTAINERS|CREDITS|COPYING|README)$/;

export function isDocument(header: FileHeader): boolean {
  const name = header.new ?? header.old ?? header.git?.new ?? "";
  return documentName.test(name);
}

/** What is known of the diff around a hunk. */
export interface HunkSetting {
  readonly othersIntact: boolean;
  readonly document: boolean;
}

/** How to read the hunk whose lines start at `start`; `counts` is null when its header has no numbers. */
export function readingOf(lines: readonly string[], start: number, counts: Counts | null, setting: HunkSetting): Reading {
  if (counts !== null) {
    const end = strictExtent(lines, start, counts);
    if (end >= 0 && isLastTail(lines, end)) return { end: end + 1, disguised: new Set(), tails: new Set([end]), fits: true, guessed: false };
    const grown = end < 0 ? -1 : grownExtent(lines, end);
    if (end >= 0) return { end: Math.max(end, grown), disguised: new Set(), tails: new Set(), fits: grown <= end, guessed: false };
  }
  let limit = start;
  while (limit < lines.length && !endsHunk(lines, limit) && lines[limit] !== "-- ") limit++;
  const headerFollows = limit < lines.length && lines[limit] !== "-- ";
  const reading = judge({ lines, start, limit, headerFollows, ...setting }, counts);
  if (counts === null || !reading.fits || !isLastTail(lines, reading.end)) return reading;
  return { ...reading, end: reading.end + 1, tails: new Set([...reading.tails, reading.end]) };
}

/** The tail of the hunk's last line: the counts are met before it, but it stands alone between hunk and next header. */
function isLastTail(lines: readonly string[], at: number): boolean {
  if (at >= lines.length || markOf(lines[at]!) !== "bare" || endsHunk(lines, at)) return false;
  const alone = at + 1 === lines.length || lines[at + 1] === "-- " || endsHunk(lines, at + 1);
  return alone && tailScore(lines, at) > 0;
}

/**
 * End of marked lines that go on after the counts are met, up to a header or the end of the text: a hunk edited by hand
 * whose counts are too small. -1 when what follows is anything else.
 */
function grownExtent(lines: readonly string[], end: number): number {
  let at = end;
  for (; at < lines.length && !endsHunk(lines, at); at++) {
    const mark = markOf(lines[at]!);
    if (mark === "empty") break;
    if (mark === "bare" || isSignatureMark(lines[at]!)) return -1;
  }
  const grown = at;
  while (at < lines.length && lines[at] === "") at++;
  return at >= lines.length || endsHunk(lines, at) || lines[at] === "-- " ? grown : -1;
}
