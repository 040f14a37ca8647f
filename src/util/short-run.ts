/**
 * V8 for a run of a fifth of a second: what it prepares for a long one (optimised code, machine code made quickly, marking of garbage
 * beside the program) costs a tenth of such a run and is never used. The command line begins every run so; whoever finds that there is
 * more to do says so or ends it. V8 looks at each flag when it is about to begin such work. Flags for whole runs are in v8-flags.ts.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { optimiseAgain, optimiseSooner, roomHasToStay, roomStays } from "./v8-flags.ts";

type Preparation = "baseline code" | "optimised code" | "marking beside the program";

/** What V8 does for the sake of a longer run, and how it is told not to. */
export const preparations: Readonly<Record<Preparation, { readonly off: string; readonly on: readonly string[] }>> = {
  "baseline code": { off: "--no-sparkplug", on: ["--sparkplug"] },
  "optimised code": { off: "--no-opt", on: optimiseAgain },
  "marking beside the program": { off: "--no-incremental-marking", on: ["--incremental-marking"] },
};

const left = new Set<Preparation>();
let short = false;
let ours = false;
let quickWasm = false;

export function beginShortRun(): void {
  ours = true;
  short = true;
  for (const [name, { off }] of Object.entries(preparations)) {
    left.add(name as Preparation);
    setFlagsFromString(off);
  }
}

function prepare(...wanted: readonly Preparation[]): void {
  for (const name of wanted) if (left.delete(name)) for (const flag of preparations[name].on) setFlagsFromString(flag);
}

/** A quarter of a second, in files of which much is alike: machine code that is made quickly pays. */
export function expectTree(): void {
  prepare("baseline code");
}

/** Up to some seconds in one loop, which leaves little garbage that lives. */
export function expectReplay(): void {
  prepare("baseline code", "optimised code");
}

/**
 * Before wasm is compiled: the quick compiler alone more than halves what the C grammar takes in a short run. Not set where nobody needs
 * it: it changes other flags for good, and threads then find compiled code (scripts/bundle.ts) made for other flags than theirs.
 */
export function compileWasmQuickly(): void {
  if (!short) return;
  quickWasm = true;
  setFlagsFromString("--liftoff-only");
}

/** Does nothing when none was begun: a program that uses the library keeps its flags. */
export function endShortRun(): void {
  if (!short) return;
  short = false;
  prepare(...left);
  if (quickWasm) setFlagsFromString("--no-liftoff-only");
}

/**
 * V8 lets garbage pile up to four times of what is alive before it clears it away; here to so many percent. Of a run over an archive little is alive: with 60
 * one over 10,000 mails takes as long as before, with a third less memory. Of a scan more is alive, and to mark it as often takes time: with 60 in place of 100 one instruction of forty.
 */
export function keepHeapSmall(percent: number): void {
  if (ours) setFlagsFromString(`--heap-growing-percent=${percent}`);
}

/** Both halves of the room for new values together. */
const enoughRoom = 2 * 16 * 1024 * 1024;
let growing = roomHasToStay;

/** To be called again and again in long work (slices.ts), as V8 does not tell when: ends the growth of room for new values where it would go on with it. */
export function boundRoom(): void {
  if (!growing || !ours) return;
  const now = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  if (now === undefined || now.space_size < enoughRoom) return;
  growing = false;
  setFlagsFromString(roomStays);
}

/**
 * For hundreds of patches without a tree, which run the same code again and again: a seventeenth of the instructions of 400 patches.
 * Threads have begun by then: they take compiled code only under the flags it was made with.
 */
export function expectManyPatches(): void {
  if (ours) for (const flag of optimiseSooner) setFlagsFromString(flag);
}
