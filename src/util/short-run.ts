/**
 * V8 for a run of a fifth of a second: what it prepares for a long one (optimised code, marking of garbage beside the
 * program) costs a tenth of such a run and is never used. The command line begins every run so; whoever finds that there
 * is more to do ends it. Both flags are looked at each time that V8 is about to begin such work.
 */
import { setFlagsFromString } from "node:v8";

let short = false;

export function beginShortRun(): void {
  short = true;
  setFlagsFromString("--no-opt");
  setFlagsFromString("--no-incremental-marking");
}

/** Does nothing when none was begun: a program that uses the library keeps its flags. */
export function endShortRun(): void {
  if (!short) return;
  short = false;
  setFlagsFromString("--opt");
  setFlagsFromString("--incremental-marking");
}
