/** Where results go: to standard output, or to a file that is written whole or not at all. */
import { closeSync, fchmodSync, fstatSync, fsyncSync, lstatSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { OutStream } from "./context.ts";

/** Resolves when the stream has taken the text. Rejects with the stream's own error for EPIPE, else with a UsageError. */
export function write(stream: OutStream, text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((done, fail) => {
    stream.write(text, (error) => {
      if (!error) done();
      else fail(isClosedPipe(error) ? error : new UsageError(`can't write the result: ${error.message}`));
    });
  });
}

const chunk = 1 << 16;

/** The same text in pieces of some size: small ones cost a call each. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let held = "";
  for (const piece of pieces) {
    held += piece;
    if (held.length < chunk) continue;
    yield held;
    held = "";
  }
  yield held;
}

/** Whether whoever reads our output has had enough. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

/** Fails before the work is done rather than after it. */
export function checkWritable(path: string, cwd: string, option = "--output"): void {
  const folder = dirname(resolve(cwd, path));
  if (!isFolder(folder)) throw new UsageError(`${option}: there is no folder '${dirname(path)}'`);
  if (isFolder(resolve(cwd, path))) throw new UsageError(`${option}: '${path}' is a folder`);
}

/**
 * Writes beside the file and renames over it. A device or pipe can only be written to directly; a symbolic link is
 * followed, so that the link stays. Throws UsageError when the file can't be written; nothing is left behind then.
 */
export function writeWhole(path: string, cwd: string, pieces: string | Iterable<string>, option = "--output"): void {
  const text = typeof pieces === "string" ? [pieces] : pieces;
  const given = resolve(cwd, path);
  try {
    const target = exists(given) ? realpathSync(given) : given;
    if (exists(target) && !lstatSync(target).isFile()) writeTo(openSync(target, "w"), text);
    else replace(target, text);
  } catch (error) {
    throw new UsageError(`${option}: can't write '${path}': ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What others may do with the old file they may do with the new one, and no more. */
function replace(target: string, text: Iterable<string>): void {
  // Not by the process alone: in containers that share a folder many have the same number.
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  const file = openSync(temporary, "wx", 0o666);
  try {
    writeTo(file, text, exists(target) ? lstatSync(target).mode & 0o777 : null);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Closes the file, in any case. `mode`: what is permitted of it from then on, where that is not as it was made. */
function writeTo(file: number, text: Iterable<string>, mode: number | null = null): void {
  try {
    if (mode !== null) fchmodSync(file, mode);
    for (const piece of inChunks(text)) writeFileSync(file, piece);
    if (fstatSync(file).isFile()) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(realpathSync(path)).isDirectory();
  } catch {
    return false;
  }
}
