/**
 * V8 for a run of a fifth of a second: what it prepares for a long one (optimised code, marking of garbage beside the
 * program) costs a tenth of such a run and is never used, and the quick compiler for wasm alone more than halves what the
 * C grammar takes; room for new values that grows at once spares half of the collections and the only large one. The command line begins every run so; whoever finds that there
 * is more to do ends it. V8 looks at each flag when it is about to begin such work.
 */
import { setFlagsFromString } from "node:v8";

let short = false;
let ours = false;

/**
 * How long a function runs before V8 makes optimised code of it: fifteen times as long as V8 itself has it, because such code is thrown
 * away again and again here, where one function meets values of many shapes. A scan takes a quarter less so, a replay a fifth; and a
 * twentieth less again where less of what a function calls is put in place of the call. From 12 on V8 has no such flag.
 */
const patience: readonly string[] = process.versions.v8.startsWith("11.") ? ["--interrupt-budget=1000000", "--max-inlined-bytecode-size-cumulative=300"] : [];

export function beginShortRun(): void {
  ours = true;
  short = true;
  for (const flag of ["--no-opt", "--no-incremental-marking", "--liftoff-only", "--semi-space-growth-factor=16"]) setFlagsFromString(flag);
}

/** Does nothing when none was begun: a program that uses the library keeps its flags. */
export function endShortRun(): void {
  if (!short) return;
  short = false;
  for (const flag of ["--opt", "--incremental-marking", "--no-liftoff-only", ...patience]) setFlagsFromString(flag);
}

/**
 * For a run over an archive or a tree: V8 lets garbage pile up to four times of what is alive before it clears it away. With six
 * tenths it looks more often, and a run over 10,000 mails takes as long as before, with a third less memory.
 */
export function keepHeapSmall(): void {
  if (ours) setFlagsFromString("--heap-growing-percent=60");
}
