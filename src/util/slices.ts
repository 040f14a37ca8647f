/**
 * Long work in slices: a generator that yields now and then. Who waits for it may let signals, timers and other work have
 * their turn in between, so that a process can be stopped while it computes. When it pauses never changes what comes out.
 */
import { milliseconds } from "./clock.ts";
import { boundRoom } from "./short-run.ts";

/** Does the work at one go. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Milliseconds of work before the event loop has its turn. */
const slice = 50;

/** When it last had one of here: a thousand short works one after the other keep others waiting as a long one does. */
let lastTurn = 0;

function isDue(): boolean {
  return milliseconds() - lastTurn >= slice;
}

async function turn(): Promise<void> {
  await new Promise(setImmediate);
  boundRoom();
  lastTurn = milliseconds();
}

/** Does the work and lets the event loop run in between. Rejects with what the work throws. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (isDue()) await turn();
    if (step.done === true) return step.value;
  }
}

/** Lets the event loop run if it is due: for loops over what may all be at hand, where waiting for it is no turn for others. */
export async function pause(): Promise<void> {
  if (isDue()) await turn();
}
