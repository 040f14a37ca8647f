/**
 * What V8 is told for a whole run of the command line, by its major version: 11 is Node 20, 12 is Node 22, 13 is Node 24. Flags come, go and change
 * what they are set to from one to the next. scripts/bundle.ts sets them before the compiled code is made and before it is read, as V8 takes
 * it only under the same flags: in a thread of a long run as well. When some change in a run is said in short-run.ts.
 */

const major = Number.parseInt(process.versions.v8, 10);

interface LastingFlags {
  /** The first and the last version that is told so. */
  readonly from: number;
  readonly to?: number;
  readonly flags: readonly string[];
}

/** From 13 on the main thread lets its room for new values grow when its compiled code is taken, which is under the flags above, */
export const roomGrows = { from: 13, flag: "--semi-space-growth-factor=16" } as const;
/** and ends that by the flag above again. */
export const roomStays = "--semi-space-growth-factor=1";
/** Whether it has to: V8 before 13 stops by itself. */
export const roomHasToStay: boolean = major >= roomGrows.from;

/**
 * In the order of the rows:
 * - New values are collected by the thread they belong to: helpers save one job nothing by the clock, and two jobs wait for helpers that wait for a core.
 *   None is put among the old ones at once because those before it lived long: in one scan of four V8 took the wrong ones for such, and half as much again outlived its use.
 * - Room for new values that grows at once spares half of the collections and the only large one.
 * - From 13 on it would grow to 64 megabytes, twice, where V8 before that stops at 16: a hundred megabytes more for nothing. Only its command line could say how
 *   far, so it grows as long as short-run.ts lets it; a thread, which may come later, begins with all the room that it may have (pool.ts).
 * - Code is optimised after fifteen times as many steps as V8 itself waits, because such code is thrown away again and again here, where one function meets
 *   values of many shapes (a scan takes a quarter less so, a replay a fifth), and with less of what a function calls put in place of the call.
 * - From 12 on V8 waits for so many calls of a function, which is as long. What it puts in place of calls costs it most:
 *   with a ninth of that a scan runs a quarter fewer instructions in 12, a twelfth fewer in 13.
 */
export const lastingFlags: readonly LastingFlags[] = [
  { from: 11, flags: ["--no-parallel-scavenge", "--no-allocation-site-pretenuring"] },
  { from: 11, to: 12, flags: ["--semi-space-growth-factor=16"] },
  { from: 13, flags: [roomStays, "--min-semi-space-size=4"] },
  { from: 11, to: 11, flags: ["--interrupt-budget=1000000", "--max-inlined-bytecode-size-cumulative=300"] },
  { from: 12, flags: ["--max-inlined-bytecode-size-cumulative=100"] },
];

/** Code is optimised as soon as V8 11 itself would, where it waits longer by the row above. */
export const optimiseSooner: readonly string[] = major === 11 ? [`--interrupt-budget=${132 * 1024}`] : [];

/** Undoes --no-opt. In V8 12.4 (Node 22) that sets one flag more, which --opt leaves so; threads would find compiled code made for other flags than theirs. */
export const optimiseAgain: readonly string[] = process.versions.v8.startsWith("12.4.") ? ["--opt", "--osr-from-maglev"] : ["--opt"];
