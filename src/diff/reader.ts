/**
 * Reads a diff of any state of repair into file sections and hunks. Every line of the text ends up with an owner: a
 * file, a repair or a trouble. Header lines may be missing in any combination; the referee settles damaged hunks.
 */
import type { DiffTrouble, Repair } from "../core/diff.ts";
import { type FileHeader, take } from "./file-header.ts";
import { type HeaderLine, headerLine, type HunkNumbers } from "./header.ts";
import { gather, type RawHunk } from "./hunk-lines.ts";
import type { Counts } from "./extent.ts";
import { countsOf, isDocument, readingOf, someHunkIsIntact } from "./hunk-reading.ts";
import { isSignatureMark, markOf } from "./marks.ts";
import type { Reading } from "./referee.ts";
import { headerAt } from "./surroundings.ts";

/** Files beyond this line count are not in any kernel; numbers above it are lies and would only cost memory. */
const highestLine = 1_000_000;

export interface RawFile {
  /** 1-based line where the section starts. */
  readonly at: number;
  readonly header: FileHeader;
  readonly hunks: RawHunk[];
  /** True when header lines were missing or text stood between hunks, so that a cut header is conceivable. */
  torn: boolean;
}

export type Owner = "file" | "repair" | "trouble";

export interface DiffReading {
  readonly files: readonly RawFile[];
  readonly repairs: readonly Repair[];
  readonly troubles: readonly DiffTrouble[];
  /** Who accounts for each line; index 0 is line 1. */
  readonly owners: readonly Owner[];
}

interface Reader {
  readonly lines: readonly string[];
  readonly othersIntact: boolean;
  readonly files: RawFile[];
  readonly repairs: Repair[];
  readonly troubles: DiffTrouble[];
  readonly owners: Owner[];
  at: number;
  current: RawFile | null;
}

export function readDiff(lines: readonly string[]): DiffReading {
  const owners: Owner[] = Array.from({ length: lines.length }, () => "file");
  const reader: Reader = {
    lines, othersIntact: someHunkIsIntact(lines), files: [], repairs: [], troubles: [], owners, at: 0, current: null,
  };
  while (reader.at < lines.length) step(reader);
  return reader;
}

function step(reader: Reader): void {
  const header = headerAt(reader.lines, reader.at, reader.current);
  if (header === null) {
    if (startsBareHunk(reader)) readHunk(reader, null);
    else readText(reader);
    return;
  }
  switch (header.kind) {
    case "combined":
    case "combined-hunk":
      readCombined(reader, header);
      return;
    case "hunk":
      readHunk(reader, header.numbers);
      return;
    case "binary-patch":
      takeHeader(reader, header);
      skipBinary(reader);
      return;
    default:
      takeHeader(reader, header);
  }
}

function open(reader: Reader): RawFile {
  const file: RawFile = { at: reader.at + 1, header: {}, hunks: [], torn: false };
  reader.files.push(file);
  reader.current = file;
  return file;
}

function repair(reader: Reader, kind: Repair["kind"], line: number, detail: string): void {
  reader.repairs.push({ kind, line, detail });
}

function missing(reader: Reader, what: string): void {
  repair(reader, "missing-file-header", reader.at + 1, `${what} missing`);
  if (reader.current) reader.current.torn = true;
}

/** Whether `header` opens a new file rather than adding to the current one. */
function opensFile(file: RawFile | null, header: HeaderLine): boolean {
  if (file === null || header.kind === "git") return true;
  const named = file.header.old !== undefined || file.header.new !== undefined;
  const done = file.hunks.length > 0 || file.header.binary === true;
  switch (header.kind) {
    case "command":
    case "index-name":
      return done || named || file.header.git !== undefined;
    case "old-name":
      return done || named;
    case "new-name":
      return done || file.header.new !== undefined;
    case "binary-patch":
    case "rule":
      return false;
    default:
      return done;
  }
}

function takeHeader(reader: Reader, header: HeaderLine): void {
  const before = reader.current;
  if (opensFile(before, header)) {
    open(reader);
    const orphan = header.kind !== "git" && header.kind !== "command" && header.kind !== "index-name" && header.kind !== "old-name";
    if (orphan && header.kind !== "new-name" && header.kind !== "binary-files") missing(reader, '"diff --git" line');
  }
  const file = reader.current!;
  if (header.kind === "new-name" && file.header.old === undefined) missing(reader, '"---" line');
  take(file.header, header);
  reader.at++;
  if (header.kind === "git" && file.header.git === null) joinGitNames(reader, file, header.names);
}

/** A long `diff --git` line that a mailer broke between its two names. */
function joinGitNames(reader: Reader, file: RawFile, names: string): void {
  const next = reader.lines[reader.at] ?? "";
  if (names.trimEnd().includes(" ") || !next.startsWith("b/")) return;
  take(file.header, { kind: "git", names: `${names.trimEnd()} ${next}` });
  repair(reader, "wrapped-line", reader.at + 1, 'second name of the "diff --git" line joined');
  reader.owners[reader.at] = "repair";
  reader.at++;
}

/** Changed lines directly below the file's names: the hunk header between them was lost. */
function startsBareHunk(reader: Reader): boolean {
  const file = reader.current;
  if (file === null || file.hunks.length > 0 || file.header.new === undefined || file.header.binary) return false;
  if (headerLine(reader.lines[reader.at - 1]!)?.kind !== "new-name") return false;
  if (isSignatureMark(reader.lines[reader.at]!)) return false;
  const mark = markOf(reader.lines[reader.at]!);
  return mark === "plus" || mark === "minus" || mark === "space";
}

/** Reads one hunk; `numbers` is null when its header line is missing. */
function readHunk(reader: Reader, numbers: HunkNumbers | null): void {
  const file = openForHunk(reader);
  const at = reader.at + 1;
  const start = numbers === null ? reader.at : reader.at + 1;
  if (numbers === null) repair(reader, "missing-hunk-header", at, "no @@ line before the changed lines; line numbers are unknown");
  const counts = numbers?.known ? countsOf(numbers) : null;
  if (numbers !== null && counts === null) repair(reader, "hunk-counts", at, "hunk header without line numbers");
  const reading = readingOf(reader.lines, start, counts, { othersIntact: reader.othersIntact, document: isDocument(file.header) });
  const { lines, sectionTail } = gather(reader.lines, start, reading);
  reportReading(reader, at, counts, reading, lines);
  reader.at = Math.max(reading.end, reader.at + 1);
  if (lines.length === 0) {
    reader.troubles.push({ line: at, reason: "hunk without lines" });
    reader.owners[at - 1] = "trouble";
    return;
  }
  const section = [numbers?.section ?? "", sectionTail].filter((part) => part !== "").join(" ");
  const placed = counts !== null && numbers!.oldStart <= highestLine && numbers!.newStart <= highestLine;
  if (counts !== null && !placed) {
    reader.troubles.push({ line: at, reason: `hunk at line ${Math.max(numbers!.oldStart, numbers!.newStart)}: beyond the limit of ${highestLine} lines a file; its place is taken as unknown` });
  }
  file.hunks.push({ at, oldStart: placed ? numbers!.oldStart : 0, newStart: placed ? numbers!.newStart : 0, section, lines });
}

function openForHunk(reader: Reader): RawFile {
  const file = reader.current;
  if (file === null) {
    const opened = open(reader);
    missing(reader, "every file header line");
    return opened;
  }
  const { header } = file;
  if (file.hunks.length === 0 && header.old === undefined && header.new === undefined) missing(reader, '"---" and "+++" lines');
  else if (file.hunks.length === 0 && header.new === undefined) missing(reader, '"+++" line');
  return file;
}

function reportReading(reader: Reader, at: number, counts: Counts | null, reading: Reading, lines: RawHunk["lines"]): void {
  for (const tail of [...reading.tails].toSorted((a, b) => a - b)) {
    repair(reader, "wrapped-line", tail + 1, "joined to the line above, as the hunk's counts demand");
    reader.owners[tail] = "repair";
  }
  for (const one of [...reading.disguised].toSorted((a, b) => a - b)) {
    repair(reader, "context-without-prefix", one + 1, `"${reader.lines[one]![0]}" belongs to the code, as the hunk's counts demand`);
    reader.owners[one] = "repair";
  }
  if (reading.guessed) {
    reader.troubles.push({ line: at, reason: "the counts say that some marked lines are context, but not which: the likeliest were taken" });
  }
  if (counts === null || reading.fits) return;
  const old = lines.filter((line) => line.kind !== "add").length;
  const fresh = lines.filter((line) => line.kind !== "del").length;
  repair(reader, "hunk-counts", at, `header says -${counts.old} +${counts.new} lines, found -${old} +${fresh}`);
}

function readCombined(reader: Reader, header: HeaderLine): void {
  const from = reader.at;
  const what = header.kind === "combined" ? `combined diff of ${header.names.slice(0, 200)}` : "combined hunk (@@@)";
  reader.troubles.push({ line: from + 1, reason: `${what}: a merge has more than one old version; send the diff against one parent` });
  let at = from + 1;
  while (at < reader.lines.length && !(reader.lines[at]!.startsWith("diff ") && headerLine(reader.lines[at]!) !== null)) at++;
  reader.owners.fill("trouble", from, at);
  reader.current = null;
  reader.at = at;
}

/** The body of a GIT binary patch: base-85 lines up to the blank line after each of its one or two parts. */
function skipBinary(reader: Reader): void {
  while (reader.at < reader.lines.length && /^(?:literal|delta) \d{1,12}$/.test(reader.lines[reader.at]!)) {
    reader.at++;
    while (reader.at < reader.lines.length && /^[A-Za-z][!-~]{1,66}$/.test(reader.lines[reader.at]!)) reader.at++;
    while (reader.at < reader.lines.length && reader.lines[reader.at] === "") reader.at++;
  }
}

/** A run of lines that belong to no file: commit text, prose of a reply, a signature, a list's footer. */
function readText(reader: Reader): void {
  const from = reader.at;
  let at = from;
  while (at < reader.lines.length && (at === from || headerAt(reader.lines, at, reader.current) === null)) at++;
  reader.at = at;
  let first = from;
  while (first < at && reader.lines[first]!.trim() === "") first++;
  if (first === at) return;
  let last = at;
  while (reader.lines[last - 1]!.trim() === "") last--;
  const count = last - first;
  const many = count === 1 ? "1 line" : `${count} lines`;
  const file = reader.current;
  if (file === null) {
    repair(reader, "leading-text", first + 1, `${many} of text before the first file`);
  } else if (isSignatureMark(reader.lines[first]!)) {
    repair(reader, "trailing-signature", first + 1, many);
  } else if (first === from && file.hunks.length > 0 && /^[-+](?![-+])/.test(reader.lines[first]!)) {
    reader.troubles.push({ line: first + 1, reason: `${many} after the end of a hunk; they look like a part of it that its counts leave out` });
    reader.owners.fill("trouble", first, at);
    file.torn = true;
    return;
  } else {
    repair(reader, "trailing-text", first + 1, `${many} of text after the diff of a file`);
    file.torn = true;
  }
  reader.owners.fill("repair", first, at);
}
