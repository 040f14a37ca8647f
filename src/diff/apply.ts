/**
 * Applies hunks to a text in memory, forwards or backwards, and says where each landed. Never guesses: a file takes all
 * of its hunks or none.
 */
import type { DiffLine, Hunk } from "../core/diff.ts";
import type { HunkPlacement } from "../core/image.ts";
import { type Budget, contextEnds, locate, type Pattern } from "./locate.ts";

/** A text file as lines. `finalNewline` is false when the last line has no line end. */
export interface SourceText {
  readonly lines: readonly string[];
  readonly finalNewline: boolean;
}

export interface ApplyOptions {
  /** 0 as git apply, up to 2 as patch. */
  readonly maxFuzz: number;
  /** Compare lines without regard to white space; context keeps the white space of the file. */
  readonly ignoreBlanks: boolean;
}

export interface Applied {
  readonly ok: true;
  readonly text: SourceText;
  readonly placements: readonly HunkPlacement[];
  /** 1-based lines of the old text that are gone, and of the new text that are new. */
  readonly removed: ReadonlySet<number>;
  readonly added: ReadonlySet<number>;
}

export interface NotApplied {
  readonly ok: false;
  /** 1-based number of the first hunk that found no place. */
  readonly hunk: number;
  readonly reason: string;
}

/** Work per file: about a second at worst. */
const mostComparisons = 50_000_000;

/** The same hunk with its sides exchanged. */
export function reversedHunk(hunk: Hunk): Hunk {
  const swap = { context: "context", add: "del", del: "add" } as const;
  return {
    ...hunk,
    oldStart: hunk.newStart,
    oldLines: hunk.newLines,
    newStart: hunk.oldStart,
    newLines: hunk.oldLines,
    lines: hunk.lines.map((line) => ({ ...line, kind: swap[line.kind] })),
  };
}

/** Applies all hunks in order, or tells why that is impossible. */
export function applyHunks(source: SourceText, hunks: readonly Hunk[], options: ApplyOptions): Applied | NotApplied {
  const ids = new Map<string, number>();
  const idOf = (line: string): number => {
    const key = options.ignoreBlanks ? line.replace(/\s+/g, " ").trim() : line;
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, ids.size);
    return ids.size - 1;
  };
  const file = source.lines.map(idOf);
  const budget: Budget = { left: mostComparisons };
  const output = startOutput(source);
  const placements: HunkPlacement[] = [];
  let from = 0;
  let drift = 0;
  for (const [number, hunk] of hunks.entries()) {
    const old = hunk.lines.filter((line) => line.kind !== "add");
    const pattern: Pattern = { ids: old.map((line) => idOf(line.text)), ...contextEnds(hunk) };
    const expected = expectedIndex(hunk, old.length, from);
    const guess = hunk.oldStart === 0 ? expected : expected + drift;
    const place = locate(pattern, hunk.oldStart <= 1, { file, from, guess, budget }, options.maxFuzz);
    if (place === null) return { ok: false, hunk: number + 1, reason: failure(source, pattern, old, file, guess, budget) };
    drift = place.index - expected;
    placements.push({ hunk: number + 1, offset: hunk.oldStart === 0 ? 0 : drift, fuzz: place.fuzz });
    write(output, source, hunk, place.index);
    // Trailing context stays free for the next hunk.
    from = output.taken;
  }
  copyUpTo(output, source, source.lines.length);
  const text = { lines: output.lines, finalNewline: output.finalNewline };
  return { ok: true, text, placements, removed: output.removed, added: output.added };
}

/** An empty range names the line before it; a hunk without numbers is looked for after the one before. */
function expectedIndex(hunk: Hunk, oldLength: number, from: number): number {
  if (hunk.oldStart === 0) return oldLength === 0 ? 0 : from;
  return oldLength === 0 ? hunk.oldStart : hunk.oldStart - 1;
}

interface Output {
  readonly lines: string[];
  readonly removed: Set<number>;
  readonly added: Set<number>;
  finalNewline: boolean;
  /** Lines of the source that have been used up. */
  taken: number;
}

function startOutput(source: SourceText): Output {
  return { lines: [], removed: new Set(), added: new Set(), finalNewline: source.finalNewline, taken: 0 };
}

function copyUpTo(output: Output, source: SourceText, index: number): void {
  for (; output.taken < index; output.taken++) output.lines.push(source.lines[output.taken]!);
}

/**
 * Writes one hunk at `index`. Context is left to be copied from the file later: so its own white space stays, context
 * ignored as fuzz does no harm, and the next hunk may share it (as in patch's apply_hunk()).
 */
function write(output: Output, source: SourceText, hunk: Hunk, index: number): void {
  let at = index;
  for (const line of hunk.lines) {
    if (line.kind === "add") {
      copyUpTo(output, source, at);
      output.lines.push(line.text);
      output.added.add(output.lines.length);
      continue;
    }
    if (line.kind === "del") {
      copyUpTo(output, source, at);
      output.removed.add(at + 1);
      output.taken = at + 1;
    }
    at++;
  }
  if (at >= source.lines.length) output.finalNewline = finalNewlineAfter(hunk, output.finalNewline);
}

function finalNewlineAfter(hunk: Hunk, before: boolean): boolean {
  const fresh = hunk.lines.findLast((line) => line.kind !== "del");
  if (fresh?.noNewline) return false;
  return hunk.lines.some((line) => line.noNewline) ? true : before;
}

/** First line that differs at the expected place, in words for people. */
function failure(source: SourceText, pattern: Pattern, old: readonly DiffLine[], file: readonly number[], guess: number, budget: Budget): string {
  if (budget.left <= 0) return "limit hit: too many equal lines to search for the place of the hunk";
  const start = Math.max(0, guess);
  if (start >= file.length) return `does not match: expected at line ${start + 1}, the file has ${file.length} lines`;
  const at = pattern.ids.findIndex((id, offset) => file[start + offset] !== id);
  if (at < 0) return `does not match after the hunk before it (expected at line ${start + 1})`;
  const found = source.lines[start + at];
  const there = found === undefined ? "the file ends" : `there is "${shown(found)}"`;
  return `does not match at line ${start + at + 1}: ${there} where the patch has "${shown(old[at]!.text)}"`;
}

/** A line of strangers' text, short and without control characters. */
function shown(text: string): string {
  const tidy = text.trim().replace(/[\p{Cc}\p{Cf}]/gu, "?");
  return tidy.length > 60 ? `${tidy.slice(0, 57)}...` : tidy;
}
