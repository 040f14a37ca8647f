/** From the referee's reading of a hunk to its lines: joins wrapped lines, strips marks, counts what was lost. */
import type { DiffLine, DiffLineKind } from "../core/diff.ts";
import { markOf } from "./marks.ts";
import type { Reading } from "./referee.ts";

/** A line of a hunk before it is settled whether its first blank is a mark or code. */
export interface RawLine {
  readonly kind: DiffLineKind;
  readonly raw: string;
  /** True when the line stood without any mark (and is context). */
  readonly bare: boolean;
  readonly noNewline: boolean;
}

export interface RawHunk {
  /** 1-based line of the hunk header in the diff text. */
  readonly at: number;
  readonly oldStart: number;
  readonly newStart: number;
  readonly section: string;
  readonly lines: readonly RawLine[];
}

/** What the context lines of hunks show about the blanks in front of them. */
export interface BlankEvidence {
  /** Context lines with text and without mark, and how many of those are indented. */
  readonly bare: number;
  readonly bareIndented: number;
  /** Context lines with text and mark, and how many of those are indented beyond a comment's " *". */
  readonly spaced: number;
  readonly spacedIndented: number;
  /** Of those with text and mark, how many have a second blank in front of text or of a tab. */
  readonly stuffed: number;
  /** Blank context lines without mark. */
  readonly empty: number;
}

export interface Gathered {
  readonly lines: RawLine[];
  /** Tail of the hunk header itself when that was wrapped. */
  readonly sectionTail: string;
}

/** Applies a reading to the lines `start`..`reading.end - 1`. */
export function gather(lines: readonly string[], start: number, reading: Reading): Gathered {
  const gathered: RawLine[] = [];
  let sectionTail = "";
  for (let at = start; at < reading.end; at++) {
    const raw = lines[at]!;
    const mark = reading.disguised.has(at) ? "bare" : markOf(raw);
    const last = gathered.at(-1);
    if (reading.tails.has(at)) {
      if (last) gathered[gathered.length - 1] = { ...last, raw: joined(last.raw, raw) };
      else sectionTail = joined(sectionTail, raw);
    } else if (mark === "note") {
      if (last) gathered[gathered.length - 1] = { ...last, noNewline: true };
    } else {
      const kind = mark === "plus" ? "add" : mark === "minus" ? "del" : "context";
      gathered.push({ kind, raw, bare: mark === "bare" || mark === "empty", noNewline: false });
    }
  }
  return { lines: gathered, sectionTail };
}

function joined(head: string, tail: string): string {
  return head === "" || head.endsWith(" ") ? head + tail.trimStart() : `${head} ${tail.trimStart()}`;
}

export function evidenceOf(hunks: readonly RawHunk[]): BlankEvidence {
  let [bare, bareIndented, spaced, spacedIndented, stuffed, empty] = [0, 0, 0, 0, 0, 0];
  for (const line of hunks.flatMap((hunk) => hunk.lines)) {
    if (line.kind !== "context") continue;
    if (line.raw === "") empty++;
    else if (line.raw.trim() === "") continue;
    else if (line.bare) {
      bare++;
      if (/^\s/.test(line.raw)) bareIndented++;
    } else {
      spaced++;
      if (/^ [^*]/.test(line.raw)) spacedIndented++;
      if (/^[ \u00a0] (?! {2})/.test(line.raw)) stuffed++;
    }
  }
  return { bare, bareIndented, spaced, spacedIndented, stuffed, empty };
}

/**
 * How the blanks of a hunk's context fared. "kept": as git wrote them. "prefix": only the one blank of the mark is gone,
 * so that a leading blank is code. "stuffed": one blank too many, as format=flowed adds it (RFC 3676, 4.4). "lost": all leading
 * blanks are gone; of changed lines a single blank after the mark is what archives leave of the indentation, and goes too.
 */
export type Blanks = "kept" | "prefix" | "stuffed" | "lost";

export function settle(lines: readonly RawLine[], blanks: Blanks): DiffLine[] {
  return lines.map((line) => {
    const text = textOf(line, blanks);
    return line.noNewline ? { kind: line.kind, text, noNewline: true } : { kind: line.kind, text };
  });
}

function textOf(line: RawLine, blanks: Blanks): string {
  if (line.kind !== "context") {
    const text = line.raw.slice(1);
    return blanks === "lost" && /^ \S/.test(text) ? text.slice(1) : text;
  }
  if (line.bare || (blanks === "prefix" && line.raw.trim() !== "")) return line.raw;
  if (blanks === "lost") return line.raw.trimStart();
  return line.raw.slice(blanks === "stuffed" && line.raw[1] === " " ? 2 : 1);
}
