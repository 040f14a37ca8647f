/** The events of taking a spinlock, and of asking for its state. */
import { merge, type Control, type Flow } from "./flow.ts";
import type { Expression } from "./program.ts";
import type { Recorder } from "./recorder.ts";
import { result, type Around, type Then } from "./unfold-around.ts";

export function tryLock(access: Expression & { k: "trylock" }, { recorder, evaluate, control }: Around, then: Then): void {
  evaluate(access.at, control, (at) => {
    const here = recorder.position();
    const write = emitLock(recorder, at, access.line, control);
    then({ ...at, term: 1n, sources: [], taint: [], before: merge(at.before, [write - 1, write]) });
    recorder.goBack(here);
    const fail = recorder.emit({ kind: "LF", tag: "lock", line: access.line }, at.term, null, at.before, control);
    recorder.addressDependency(at.sources, fail);
    then(result(0n, [fail], fail, at));
  });
}

export function isLocked(access: Expression & { k: "is-locked" }, { recorder, evaluate, control }: Around, then: Then): void {
  evaluate(access.at, control, (at) => {
    const here = recorder.position();
    for (const locked of [true, false]) {
      const kind = locked ? "RL" : "RU";
      const read = recorder.emit({ kind, tag: "lock", line: access.line }, at.term, null, at.before, control);
      recorder.addressDependency(at.sources, read);
      then(result(locked ? 1n : 0n, [read], read, at));
      recorder.goBack(here);
    }
  });
}

/** Both halves of taking a lock; returns the number of the second. */
export function emitLock(recorder: Recorder, at: Flow, line: number, control: Control): number {
  const read = recorder.emit({ kind: "LKR", tag: "lock", line }, at.term, null, at.before, control);
  const write = recorder.emit({ kind: "LKW", tag: "lock", line }, at.term, null, merge(at.before, [read]), control);
  recorder.addressDependency(at.sources, read);
  recorder.addressDependency(at.sources, write);
  recorder.pairRmw(read, write);
  return write;
}
