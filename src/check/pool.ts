/**
 * What the exploration of all functions of a patch, or of a file that is scanned, may take together. Each function has bounds of its own
 * (explore.ts); a mail of a megabyte holds a hundred functions that come to theirs. Steps and facts are counted, as time is not the same twice.
 */

export interface Pool {
  /** Steps of functions, weighted by the facts that each copies. */
  steps: number;
  /** Facts carried into blocks, state by state. */
  carried: number;
}

/** Five times what all of mm/memory.c of 6.12 takes, the largest there is: 40,600 steps and 727,000 facts. */
export function newPool(): Pool {
  return { steps: 200_000, carried: 4_000_000 };
}

export function isEmpty({ steps, carried }: Pool): boolean {
  return steps <= 0 || carried <= 0;
}
