/**
 * What the exploration and comparison of all functions of a patch, or of a file that is scanned, may take together. Each function has bounds of its own
 * (explore.ts); a mail of a megabyte holds a hundred functions that come to theirs. Steps and facts are counted, as time is not the same twice.
 */
import type { FunctionIr } from "../c/ir.ts";

export interface Pool {
  /** Steps of functions, weighted by the facts that each copies. */
  steps: number;
  /** Facts carried into blocks, state by state. */
  carried: number;
  /** Ways of two versions that are held against each other, in characters of their states. */
  ways: number;
  /** Steps and blocks of one version by those of the other, function by function: most comparisons look at each of one for each of the other. */
  pairs: number;
  /** Functions whose versions were not compared, or not all of them, as that would have taken more than is left. */
  readonly notCompared: Set<FunctionIr>;
}

/**
 * All of mm/memory.c of 6.12, the most of all files, takes 18,000 steps and 278,000 facts. A real patch whose new function runs into its own
 * bounds, and is run again knowing its callers, comes to 121,000 and 3.2 million. Comparisons: a function of the largest comes to 3 million ways,
 * and the largest of mm/, fs/, kernel/ and arch/x86 (log_replay(), fs/ntfs3/fslog.c) to 2.5 million pairs, all functions of its file to 3.6 million.
 */
export function newPool(): Pool {
  return { steps: 150_000, carried: 4_000_000, ways: 20_000_000, pairs: 16_000_000, notCompared: new Set() };
}

export function isEmpty({ steps, carried }: Pool): boolean {
  return steps <= 0 || carried <= 0;
}
