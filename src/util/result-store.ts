/**
 * Results by key in a folder, for the next run. Each is a file of its own, written beside its place and renamed, with a
 * digest of its text in front: a reader sees a whole result or none. What can't be read, written or believed counts as
 * not there; a store never makes a run fail.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha1 } from "./digest.ts";

export interface ResultStore {
  /** What was put under the key (40 hex digits), or undefined. */
  readonly get: (key: string) => unknown;
  readonly put: (key: string, value: unknown) => void;
  /** Removes the oldest results while all of them together are larger than the store may be. */
  readonly trim: () => void;
}

const digestLength = 40;
/** What is left when a store has grown too large. */
const keptShare = 0.75;

export function openStore(folder: string, mostBytes: number): ResultStore {
  let writable = true;
  let written = 0;
  const placeOf = (key: string): string => join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
  return {
    get: (key) => {
      try {
        const text = readFileSync(placeOf(key), "utf8");
        const body = text.slice(digestLength + 1);
        return sha1(body) === text.slice(0, digestLength) ? JSON.parse(body) : undefined;
      } catch {
        return undefined;
      }
    },
    put: (key, value) => {
      if (!writable) return;
      try {
        const place = placeOf(key);
        const body = JSON.stringify(value);
        mkdirSync(join(folder, key.slice(0, 2)), { recursive: true, mode: 0o700 });
        // Threads of a process write into the same folder; to ask for a thread's number would load what starts threads.
        const beside = `${place}.${process.pid}.${Math.random().toString(36).slice(2)}.${written++}`;
        writeFileSync(beside, `${sha1(body)}\n${body}`, { flag: "wx", mode: 0o600 });
        renameSync(beside, place);
      } catch {
        // A full disk or a folder of somebody else: no use in trying again.
        writable = false;
      }
    },
    trim: () => trim(folder, mostBytes),
  };
}

function trim(folder: string, mostBytes: number): void {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, mtimeMs };
    });
    let total = files.reduce((sum, file) => sum + file.size, 0);
    if (total <= mostBytes) return;
    for (const { path, size } of files.toSorted((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= mostBytes * keptShare) return;
      rmSync(path, { force: true });
      total -= size;
    }
  } catch {
    // Another run trims at the same time.
  }
}
