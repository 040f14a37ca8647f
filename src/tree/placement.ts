/**
 * Tries the hunks of a file on the candidates for its old version. A file that already has the change (a fix reviewed
 * on a tree that holds it) is found by taking the change back. Stricter readings go before looser ones on all
 * candidates: a wrong place is worse than an older file.
 */
import type { FilePatch } from "../core/diff.ts";
import type { Base } from "../core/image.ts";
import { type Applied, applyHunks, type ApplyOptions, type NotApplied, reversedHunk, type SourceText } from "../diff/index.ts";
import type { Candidate } from "./candidates.ts";

/** Where the file was found and how the hunks fit. For `reversed` the source already has the change. */
export interface Fit {
  readonly base: Base;
  readonly source: SourceText;
  readonly applied: Applied;
  readonly reversed: boolean;
}

export interface Outcome {
  readonly fit: Fit | null;
  readonly tried: readonly string[];
}

interface Mode extends ApplyOptions {
  readonly reversed: boolean;
}

const exactly: Mode = { reversed: false, maxFuzz: 0, ignoreBlanks: false };
const loosely: Mode = { ...exactly, ignoreBlanks: true };
/** For patches whose white space is whole. Fuzz and white space are not forgiven at once: patch would not, either. */
const bytesFirst: readonly Mode[] = [
  exactly,
  { ...exactly, reversed: true },
  { ...exactly, maxFuzz: 2 },
  loosely,
  { ...loosely, reversed: true },
];
/** For patches that lost their blanks: nothing could match byte for byte. */
const blanksIgnored: readonly Mode[] = [loosely, { ...loosely, reversed: true }, { ...loosely, maxFuzz: 2 }];

interface Loaded {
  readonly candidate: Candidate;
  readonly source: SourceText;
}

/** Looks only for a file that has the change already, as a renamed file stands under its new name. */
export async function placeBackwards(file: FilePatch, candidates: readonly Candidate[], blanksLost: boolean): Promise<Fit | null> {
  for (const candidate of candidates) {
    const read = await candidate.read();
    if ("reason" in read) continue;
    const one = { candidate, source: read.source };
    const mode: Mode = { reversed: true, maxFuzz: 0, ignoreBlanks: blanksLost };
    const result = attempt(file, one, mode);
    if (result.ok) return fitOf(one, result, mode);
  }
  return null;
}

/** Reads the candidates and finds the first strictest fit. */
export async function place(file: FilePatch, candidates: readonly Candidate[], blanksLost: boolean): Promise<Outcome> {
  const tried: string[] = [];
  const loaded: Loaded[] = [];
  const modes = blanksLost ? blanksIgnored : bytesFirst;
  for (const candidate of candidates) {
    const read = await candidate.read();
    if ("reason" in read) {
      tried.push(`${candidate.name}: ${read.reason}`);
      continue;
    }
    const one = { candidate, source: read.source };
    const first = attempt(file, one, modes[0]!);
    if (first.ok) return settled(file, one, first, modes[0]!, tried);
    tried.push(`${candidate.name}: ${inWords(first)}`);
    loaded.push(one);
  }
  for (const mode of modes.slice(1)) {
    for (const one of loaded) {
      if (mode.reversed && one.candidate.certain) continue;
      const result = attempt(file, one, mode);
      if (result.ok) return { fit: fitOf(one, result, mode), tried: [...tried, `${one.candidate.name}: ${howItFits(mode)}`] };
    }
  }
  return { fit: null, tried };
}

function attempt(file: FilePatch, one: Loaded, mode: Mode): Applied | NotApplied {
  return applyHunks(one.source, mode.reversed ? file.hunks.map(reversedHunk) : file.hunks, mode);
}

/** A fit far from where the hunks say may be a look-alike: then the file may hold the change at the right place. */
function settled(file: FilePatch, one: Loaded, forward: Applied, mode: Mode, tried: readonly string[]): Outcome {
  const distance = offsets(forward);
  if (distance > 0 && !one.candidate.certain) {
    const taken = { ...mode, reversed: true };
    const back = attempt(file, one, taken);
    if (back.ok && offsets(back) < distance) {
      return { fit: fitOf(one, back, taken), tried: [...tried, `${one.candidate.name}: ${howItFits(taken)}`] };
    }
  }
  return { fit: fitOf(one, forward, mode), tried };
}

function offsets(applied: Applied): number {
  return applied.placements.reduce((sum, placement) => sum + Math.abs(placement.offset), 0);
}

function fitOf(one: Loaded, applied: Applied, mode: Mode): Fit {
  return { base: one.candidate.base, source: one.source, applied, reversed: mode.reversed };
}

function inWords(failure: NotApplied): string {
  return `hunk ${failure.hunk} ${failure.reason}`;
}

function howItFits(mode: Mode): string {
  const how = mode.reversed ? "already applied" : mode.maxFuzz > 0 ? "applies with fuzz" : "applies";
  return mode.ignoreBlanks ? `${how}, when white space is ignored` : how;
}
