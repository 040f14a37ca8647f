/**
 * Long work in slices: a generator that yields now and then. Who waits for it may let signals, timers and other work have
 * their turn in between, so that a process can be stopped while it computes. When it pauses never changes what comes out.
 */
import { milliseconds } from "./clock.ts";

/** Does the work at one go. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Milliseconds of work before the event loop has its turn. */
const slice = 50;

/** Does the work and lets the event loop run in between. Rejects with what the work throws. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  for (let since = milliseconds(); ; ) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (milliseconds() - since < slice) continue;
    await new Promise(setImmediate);
    since = milliseconds();
  }
}
