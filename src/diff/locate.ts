/**
 * Finds where a hunk belongs in a file. Mirrors GNU patch's locate_hunk() (patch.c): the place that the header names
 * first, then ever farther up and down; with fuzz, context lines at both ends are ignored; a hunk with less context
 * at one end than at the other must stand at that end of the file. With fuzz 0 this is what git apply does, too.
 */
import type { Hunk } from "../core/diff.ts";

/** The old side of a hunk as numbers that are equal when the lines match. */
export interface Pattern {
  readonly ids: readonly number[];
  readonly prefix: number;
  readonly suffix: number;
}

/** 0-based index of the first line of the pattern, or -1. */
export interface Place {
  readonly index: number;
  readonly fuzz: number;
}

export interface SearchRange {
  /** Lines of the file as numbers. */
  readonly file: readonly number[];
  /** Lines before this index belong to earlier hunks. */
  readonly from: number;
  /** Index at which the hunk is expected. */
  readonly guess: number;
  readonly budget: Budget;
}

/** Comparisons left: a file of equal lines and a long hunk of them would take the square of their lengths. */
export interface Budget {
  left: number;
}

export function contextEnds(hunk: Hunk): { readonly prefix: number; readonly suffix: number } {
  const first = hunk.lines.findIndex((line) => line.kind !== "context");
  if (first < 0) return { prefix: hunk.lines.length, suffix: hunk.lines.length };
  const last = hunk.lines.findLastIndex((line) => line.kind !== "context");
  return { prefix: first, suffix: hunk.lines.length - 1 - last };
}

/** Nearest place with the least fuzz up to `maxFuzz`; null when there is none or the budget ran out. */
export function locate(pattern: Pattern, atStart: boolean, range: SearchRange, maxFuzz: number): Place | null {
  if (pattern.ids.length === 0) return { index: Math.min(Math.max(range.guess, range.from), range.file.length), fuzz: 0 };
  const context = Math.max(pattern.prefix, pattern.suffix);
  for (let fuzz = 0; fuzz <= Math.min(maxFuzz, context); fuzz++) {
    const index = locateWith(pattern, atStart, range, fuzz + pattern.prefix - context, fuzz + pattern.suffix - context);
    if (index >= 0) return { index, fuzz };
  }
  // Hunks that were cut out of a mail lack context at one end without standing at that end of the file.
  const index = nearest(pattern, range, 0, 0);
  return index >= 0 ? { index, fuzz: 0 } : null;
}

function locateWith(pattern: Pattern, atStart: boolean, range: SearchRange, prefixFuzz: number, suffixFuzz: number): number {
  const last = range.file.length - pattern.ids.length;
  if (prefixFuzz < 0 && atStart) {
    if (suffixFuzz < 0 && last !== 0) return -1;
    return range.from === 0 && matches(pattern, range, 0, 0, Math.max(0, suffixFuzz)) ? 0 : -1;
  }
  if (suffixFuzz < 0) return last >= range.from && matches(pattern, range, last, Math.max(0, prefixFuzz), 0) ? last : -1;
  return nearest(pattern, range, Math.max(0, prefixFuzz), suffixFuzz);
}

function nearest(pattern: Pattern, range: SearchRange, prefixFuzz: number, suffixFuzz: number): number {
  const lowest = range.from;
  const highest = range.file.length - (pattern.ids.length - suffixFuzz);
  const farthest = Math.max(highest - range.guess, range.guess - lowest);
  for (let offset = 0; offset <= farthest && range.budget.left > 0; offset++) {
    const down = range.guess + offset;
    if (down <= highest && down >= lowest && matches(pattern, range, down, prefixFuzz, suffixFuzz)) return down;
    const up = range.guess - offset;
    if (offset > 0 && up >= lowest && up <= highest && matches(pattern, range, up, prefixFuzz, suffixFuzz)) return up;
  }
  return -1;
}

function matches(pattern: Pattern, range: SearchRange, index: number, prefixFuzz: number, suffixFuzz: number): boolean {
  const { ids } = pattern;
  for (let at = prefixFuzz; at < ids.length - suffixFuzz; at++) {
    range.budget.left--;
    if (range.file[index + at] !== ids[at]) return false;
  }
  return true;
}
