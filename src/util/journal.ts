/**
 * Results that outlive the run that made them: a file to which each finished piece of work is added as one line. A run
 * that is killed leaves at most one broken line, which the next one drops; so the file is whole up to its last result,
 * and the work goes on from there.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

/** Where an entry lies in the file. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

export interface Journal {
  /** Reads an entry of an earlier run again. */
  readonly read: (place: Place) => unknown;
  readonly add: (entry: unknown) => void;
  readonly close: () => void;
}

/** Longer lines are not ours. */
const longestLine = 64 * 1024 * 1024;
const chunkBytes = 1 << 20;
/** A write reaches the disk by itself; after this many entries it is made sure of. */
const syncEvery = 256;

/**
 * Opens or makes the journal at `path` for work named `key`; null when the file there is of other work or no journal.
 * `known` is told what earlier runs have added, in order; nothing of it is kept here.
 */
export function openJournal(path: string, key: string, known: (entry: unknown, place: Place) => void): Journal | null {
  const file = openSync(path, existsSync(path) ? "r+" : "wx+", 0o666);
  const head = JSON.stringify({ journal: "mmreview@1", key });
  let end = 0;
  for (const { text, next } of linesOf(file)) {
    const value = end === 0 ? text : parsed(text);
    if (end === 0 ? value !== head : value === undefined) break;
    if (end > 0) known(value, { from: end, to: next - 1 });
    end = next;
  }
  if (end === 0 && !isBlank(file)) {
    closeSync(file);
    return null;
  }
  ftruncateSync(file, end);
  let unsynced = 0;
  const append = (text: string): void => {
    const bytes = Buffer.from(`${text}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written, end + written);
    end += bytes.length;
    if (++unsynced % syncEvery === 0) fsyncSync(file);
  };
  if (end === 0) append(head);
  return {
    read: ({ from, to }) => {
      const bytes = Buffer.alloc(to - from);
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(file, bytes, done, bytes.length - done, from + done);
        if (count === 0) throw new Error("the file has become shorter");
        done += count;
      }
      return JSON.parse(bytes.toString("utf8"));
    },
    add: (entry) => append(JSON.stringify(entry)),
    close: () => {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isBlank(file: number): boolean {
  return readSync(file, Buffer.alloc(1), 0, 1, 0) === 0;
}

/** Complete lines with the offset behind each. */
function* linesOf(file: number): Generator<{ readonly text: string; readonly next: number }> {
  let held = Buffer.alloc(0);
  let offset = 0;
  for (let at = 0; ; ) {
    const chunk = Buffer.alloc(chunkBytes);
    const count = readSync(file, chunk, 0, chunkBytes, at);
    if (count === 0 || held.length > longestLine) return;
    at += count;
    held = Buffer.concat([held, chunk.subarray(0, count)]);
    let start = 0;
    for (let newline = held.indexOf(10); newline >= 0; newline = held.indexOf(10, start)) {
      yield { text: held.toString("utf8", start, newline), next: offset + newline + 1 };
      start = newline + 1;
    }
    held = held.subarray(start);
    offset += start;
  }
}
