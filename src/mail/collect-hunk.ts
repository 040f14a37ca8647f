/**
 * The lines of one hunk. The counts of its header are the referee; these things bend them: context lines that lost
 * their leading blank (then any line counts as context), tails of wrapped lines (not counted), blank lines that a
 * mailer stripped, and hunks that somebody trimmed (they end where diff lines end).
 */
import { append } from "./append.ts";
import { isDiffCommand, isHunkHeader, isNewFileLine, isOldFileLine, isSignature, type HunkRange } from "./diff-lines.ts";
import type { LayerLine } from "./quote.ts";

export interface CollectedHunk {
  /** The lines of the hunk; empty when there is no added or deleted line among them. */
  readonly kept: readonly LayerLine[];
  readonly next: number;
  /** True when its context lines came without their leading blank. */
  readonly lost: boolean;
}

/** "[...]", "<snip>": the reviewer's mark for lines left out. */
const ELLIPSIS = /^\s*(?:\[?\s?(?:\.{2,6}|…|snip|cut)\s?\]?|<\s?snip\s?>|---? ?snip ?---?)\s*$/i;
const SCISSORS = /^[-=\s]{0,40}(?:8<|>8|%<|>%)[-=\s]{0,80}/;
const FOOTER = /^(?:_{30,}|On .{10,300} wrote:|base-commit: [0-9a-f]{12,64})$/;
/** Foreign lines in a row that may be the tail of a wrapped line. */
const MAX_TAIL = 2;

function stops(lines: readonly LayerLine[], k: number): boolean {
  const text = lines[k]!.text;
  const next = lines[k + 1]?.text ?? "";
  switch (text[0]) {
    case "@":
      return isHunkHeader(text);
    case "d":
      return isDiffCommand(text);
    case "I":
      return /^Index: \S/.test(text) && (/^={20,}/.test(next) || isOldFileLine(next));
    case "-":
      return isSignature(text) || (isOldFileLine(text) && isNewFileLine(next)) || SCISSORS.test(text);
    case "+":
      return isNewFileLine(text) && isHunkHeader(next);
    case "_":
    case "O":
    case "b":
      return FOOTER.test(text);
    default:
      return false;
  }
}

function isChange(text: string): boolean {
  return text.startsWith("+") || text.startsWith("-");
}

/**
 * Tells whether context lines lost their blank: up to the last change that the counts allow, more lines without
 * mark than with a blank. null when there is nothing to tell by.
 */
function looksLost(lines: readonly LayerLine[], from: number, range: HunkRange | null, bridge: boolean): boolean | null {
  let old = range?.oldLines ?? 0;
  let added = range?.newLines ?? 0;
  let spaced = 0;
  let bare = 0;
  let verdict: boolean | null = null;
  for (let k = from; k < lines.length && (old > 0 || added > 0); k++) {
    const { text, broken } = lines[k]!;
    if ((broken && !bridge) || stops(lines, k)) break;
    if (isChange(text)) {
      if (text.startsWith("+")) added--;
      else old--;
      if (spaced + bare > 0) verdict = bare > spaced;
      continue;
    }
    if (text.startsWith(" ")) spaced++;
    else if (text !== "" && !text.startsWith("\\")) bare++;
    old--;
    added--;
  }
  return verdict;
}

/** True when the run of unbroken lines from `k` on holds a change, so that a hunk goes on behind an interruption. */
function resumes(lines: readonly LayerLine[], k: number): boolean {
  for (let i = k; i < lines.length && (i === k || !lines[i]!.broken); i++) {
    if (stops(lines, i)) return false;
    if (isChange(lines[i]!.text)) return true;
  }
  return false;
}

/** The end of diff lines that follow a hunk whose counts are used up: counts lie when a patch was edited by hand. */
function surplusEnd(lines: readonly LayerLine[], from: number): number {
  let end = from;
  let added = false;
  for (let k = from; k < lines.length && !lines[k]!.broken && !stops(lines, k); k++) {
    const text = lines[k]!.text;
    if (!/^[ +-]/.test(text)) break;
    added ||= /^\+(?:\s|$)/.test(text);
    if (isChange(text)) end = k + 1;
  }
  return added ? end : from;
}

/**
 * Collects the hunk whose first line is `lines[from]`. `range` is null when the header told no counts: then the hunk is
 * the run of lines with a mark. `bridge`: see scanDiffs. `lostBefore`: what earlier hunks of the diff showed.
 */
export function collectHunk(lines: readonly LayerLine[], from: number, range: HunkRange | null, bridge: boolean, lostBefore: boolean): CollectedHunk {
  const lost = looksLost(lines, from, range, bridge) ?? lostBefore;
  const kept: LayerLine[] = [];
  /** Lines that belong to the hunk only if more of it follows. */
  let pending: LayerLine[] = [];
  let foreign = 0;
  let changes = 0;
  let old = range?.oldLines ?? Infinity;
  let added = range?.newLines ?? Infinity;
  let k = from;
  const keep = (line: LayerLine): void => {
    append(kept, pending);
    kept.push(line);
    pending = [];
    foreign = 0;
  };
  for (; k < lines.length && (old > 0 || added > 0); k++) {
    const line = lines[k]!;
    const { text, broken } = line;
    if (broken && k > from && (!bridge || (lost && !resumes(lines, k)))) break;
    if (stops(lines, k)) break;
    if (text.startsWith("+")) {
      added--;
      changes++;
      keep(line);
    } else if (text.startsWith("-")) {
      if (old <= 0 && /^-{2,}$/.test(text)) break;
      old--;
      changes++;
      keep(line);
    } else if (text.startsWith("\\ ")) {
      keep(line);
    } else if (text.startsWith(" ") || (lost && text !== "")) {
      if (ELLIPSIS.test(text)) continue;
      old--;
      added--;
      keep(line);
    } else if (text === "") {
      if (!range && pending.length > 0) break;
      old--;
      added--;
      pending.push(line);
      // A stripped blank line at the very end belongs to the hunk when it makes the counts come out.
      if (old === 0 && added === 0 && foreign === 0) keep(pending.pop()!);
    } else {
      if (ELLIPSIS.test(text)) continue;
      if (!range || ++foreign > MAX_TAIL) break;
      pending.push(line);
    }
  }
  if (old <= 0 && added <= 0 && k < lines.length) {
    if (lines[k]!.text.startsWith("\\ ")) kept.push(lines[k++]!);
    const end = surplusEnd(lines, k);
    if (end > k) changes++;
    append(kept, lines.slice(k, end));
    k = end;
  }
  // What is still pending was prose: leave it to the next look.
  const next = pending.length > 0 && old + added > 0 ? lines.indexOf(pending[0]!, from) : k;
  return { kept: changes > 0 ? kept : [], next: Math.max(next, from), lost };
}
