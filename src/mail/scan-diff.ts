/**
 * Finds the diffs among the lines of one layer of a mail. It decides what belongs to a diff and what is prose; it
 * repairs nothing. Hunk counts say where a hunk ends, but are not trusted alone: reviewers trim hunks, archives drop
 * blank lines, and then a hunk must not swallow the prose behind it.
 */
import { append } from "./append.ts";
import { collectHunk } from "./collect-hunk.ts";
import {
  headerFile,
  isCombinedHeader,
  isDiffCommand,
  isFileHeader,
  isHunkHeader,
  isNewFileLine,
  isOldFileLine,
  isWholeFileChange,
  parseHunkRange,
  type HunkRange,
} from "./diff-lines.ts";
import type { LayerLine } from "./quote.ts";

export interface FoundHunk {
  /** Path of the file; null when no header named one. */
  readonly file: string | null;
  /** null when the header has no readable numbers. */
  readonly range: HunkRange | null;
}

export interface FoundDiff {
  /** 0-based body line of its first line, and of the line after its last. */
  readonly at: number;
  readonly end: number;
  readonly lines: readonly string[];
  readonly hunks: readonly FoundHunk[];
  /** A form that can't be reviewed. */
  readonly refused: "combined" | "context" | null;
}

/** True when a diff may start at `lines[i]`; `readDiff` has the last word. */
function mayStart(lines: readonly LayerLine[], i: number): boolean {
  const text = lines[i]!.text;
  const next = lines[i + 1]?.text ?? "";
  const later = lines[i + 2]?.text ?? "";
  switch (text[0]) {
    case "d":
      return isDiffCommand(text);
    case "I":
      return /^Index: \S/.test(text) && (/^={20,}/.test(next) || isOldFileLine(next));
    case "-":
      return isOldFileLine(text) && (isNewFileLine(next) || isNewFileLine(later));
    case "+":
      return isNewFileLine(text) && (isHunkHeader(next) || isHunkHeader(later));
    case "@":
      return isHunkHeader(text) || isCombinedHeader(text);
    case "*":
      return /^\*\*\* \S/.test(text) && isOldFileLine(next);
    default:
      return false;
  }
}

/** The index after the head of a file's diff that starts at `i`. Up to two foreign lines (wrapped names) are let through. */
function headEnd(lines: readonly LayerLine[], i: number, bridge: boolean): number {
  let last = i;
  for (let k = i + 1; k < lines.length && k - last <= 3; k++) {
    const { text, broken } = lines[k]!;
    if (broken && !bridge) break;
    if (isHunkHeader(text)) return k;
    if (isFileHeader(text)) last = k;
    else if (/^[+-]/.test(text)) break;
  }
  return last + 1;
}

/** The index after the base85 lines that follow "GIT binary patch". */
function binaryEnd(lines: readonly LayerLine[], i: number): number {
  let end = i;
  for (let k = i; k < lines.length; k++) {
    const text = lines[k]!.text;
    if (/^(?:literal|delta) \d{1,12}$/.test(text) || /^[A-Za-z][!-~]{5,66}$/.test(text)) end = k + 1;
    else if (text !== "" || k - end > 2) break;
  }
  return end;
}

/** The next line after blank ones (three at most) that continues a diff, or -1. */
function continuation(lines: readonly LayerLine[], i: number, bridge: boolean): number {
  for (let k = i; k < lines.length && k <= i + 3; k++) {
    if (lines[k]!.broken && !bridge) return -1;
    if (mayStart(lines, k)) return k;
    if (lines[k]!.text.trim() !== "" && !lines[k]!.broken) return -1;
  }
  return -1;
}

function readDiff(lines: readonly LayerLine[], start: number, bridge: boolean): { diff: FoundDiff | null; next: number } {
  const taken: LayerLine[] = [];
  const hunks: FoundHunk[] = [];
  let file: string | null = null;
  let changes = false;
  let lost = false;
  let i = start;
  const first = lines[start]!.text;
  if (isCombinedHeader(first) || first.startsWith("*** ")) {
    const refused = first.startsWith("*** ") ? "context" : "combined";
    return { diff: { at: lines[start]!.at, end: lines[start]!.at + 1, lines: [], hunks, refused }, next: start + 1 };
  }
  while (i < lines.length) {
    if (isHunkHeader(lines[i]!.text)) {
      const range = parseHunkRange(lines[i]!.text);
      const hunk = collectHunk(lines, i + 1, range, bridge, lost);
      lost = hunk.lost;
      if (hunk.kept.length > 0) {
        taken.push(lines[i]!);
        append(taken, hunk.kept);
        hunks.push({ file, range });
        changes = true;
      }
      i = hunk.next;
    } else {
      const end = headEnd(lines, i, bridge);
      const head = lines.slice(i, end);
      const named = head.map((line) => headerFile(line.text)).filter((name) => name !== null);
      file = named.at(-1) ?? file;
      changes ||= head.some((line) => isWholeFileChange(line.text));
      append(taken, head);
      i = end;
      if (head.some((line) => line.text.startsWith("GIT binary patch"))) {
        i = binaryEnd(lines, end);
        append(taken, lines.slice(end, i));
      } else if (i < lines.length && isNewFileLine(lines[i - 1]!.text) && /^[+ -]/.test(lines[i]!.text) && !isOldFileLine(lines[i]!.text)) {
        // The hunk header itself was cut away.
        const hunk = collectHunk(lines, i, null, bridge, lost);
        append(taken, hunk.kept);
        changes ||= hunk.kept.length > 0;
        i = hunk.next;
      }
    }
    const next = continuation(lines, i, bridge);
    if (next < 0) break;
    if (isCombinedHeader(lines[next]!.text)) break;
    i = next;
  }
  // Without a change nothing up to here is worth a second look, or long input would be read again from every header.
  const next = Math.max(i, start + 1);
  if (!changes) return { diff: null, next };
  const last = taken.at(-1)!;
  return { diff: { at: lines[start]!.at, end: last.at + 1, lines: taken.map((line) => line.text), hunks, refused: null }, next };
}

/**
 * All diffs of a layer, in order. `bridge` says that lines of other layers may stand within a diff: a reviewer's
 * comments do in a quoted one, nothing does in a writer's own.
 */
export function scanDiffs(lines: readonly LayerLine[], bridge: boolean): FoundDiff[] {
  const found: FoundDiff[] = [];
  for (let i = 0; i < lines.length; ) {
    if (!mayStart(lines, i)) {
      i++;
      continue;
    }
    const { diff, next } = readDiff(lines, i, bridge);
    if (diff) found.push(diff);
    i = next;
  }
  return found;
}
