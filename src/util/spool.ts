/**
 * Values in the order in which they came, of which many may come: the first ones stay in memory, all further ones lie in a
 * file that has no name any more, so that once it is open nothing of it is left however the program ends. Going through the values again
 * reads them again. Where there is no room for such a file all of them stay in memory.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Reads and writes are of about so many bytes. */
const chunkBytes = 1 << 18;

export class Spool<T> implements Iterable<T> {
  readonly #first: T[] = [];
  readonly #most: number;
  #length = 0;
  #file: number | null = null;
  #ends: number[] = [];
  #unwritten: Buffer[] = [];
  #unwrittenBytes = 0;
  #failed = false;

  /** `most`: values that stay in memory. Values are plain data as JSON has it. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  add(value: T): void {
    this.#length++;
    if (this.#first.length < this.#most || this.#failed) this.#first.push(value);
    else this.#put(value);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  /** The value that came as number `i`, from 0. */
  at(i: number): T {
    const spooled = i - this.#most;
    if (spooled < 0) return this.#first[i]!;
    return spooled < this.#ends.length ? this.#spooledAt(spooled) : this.#first[i - this.#ends.length]!;
  }

  /** To be called when nobody goes through the values any more. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#ends = [];
    this.#unwritten = [];
  }

  #put(value: T): void {
    const bytes = Buffer.from(JSON.stringify(value));
    this.#ends.push((this.#ends.at(-1) ?? 0) + bytes.length);
    this.#unwritten.push(bytes);
    this.#unwrittenBytes += bytes.length;
    if (this.#unwrittenBytes >= chunkBytes) this.#write();
  }

  /** What can't be written stays where it is, and so does all that comes after. */
  #write(): void {
    const bytes = Buffer.concat(this.#unwritten);
    const start = this.#ends.at(-1)! - bytes.length;
    try {
      this.#file ??= openNameless();
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done, start + done);
      this.#unwritten = [];
      this.#unwrittenBytes = 0;
    } catch {
      this.#failed = true;
    }
  }

  #spooledAt(i: number): T {
    const written = this.#ends.length - this.#unwritten.length;
    const bytes = i < written ? this.#read(i === 0 ? 0 : this.#ends[i - 1]!, this.#ends[i]!) : this.#unwritten[i - written]!;
    return JSON.parse(bytes.toString("utf8")) as T;
  }

  #read(start: number, end: number): Buffer {
    const bytes = Buffer.alloc(end - start);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file!, bytes, done, bytes.length - done, start + done);
      if (count === 0) throw new Error("the temporary file has become shorter");
      done += count;
    }
    return bytes;
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), "mmreview-"));
  try {
    return openSync(join(folder, "spool"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
