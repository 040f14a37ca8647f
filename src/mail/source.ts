/**
 * Bytes of an input: a file, standard input, or a gzip of either (told by its first bytes, not its name), as a stream
 * of chunks. Trouble in the middle (a truncated gzip) ends the stream and is reported as data, because what came before
 * is still worth a review; an input that can't be opened at all is an InputError.
 */
import { closeSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../core/errors.ts";
import { gunzipChunks } from "./gunzip.ts";
import type { MailLimits } from "./limits.ts";
import type { MailInputs } from "./types.ts";

/** How an input begins, and all of its bytes (the head included). */
export interface ByteSource {
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
  /** Sentences about what went wrong while reading; complete once `chunks` has ended. */
  readonly troubles: readonly string[];
}

const HEAD_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Containers that people try, by their first bytes. */
const FOREIGN: readonly (readonly [string, readonly number[]])[] = [
  ["an xz file: unpack it first", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["a bzip2 file: unpack it first", [0x42, 0x5a, 0x68]],
  ["a zstd file: unpack it first", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a zip file: unpack it first", [0x50, 0x4b, 0x03, 0x04]],
  ["a git bundle or pack, not mail", [0x50, 0x41, 0x43, 0x4b]],
];

function reasonOf(error: unknown): string {
  switch ((error as { code?: string }).code) {
    case "ENOENT":
      return "no such file";
    case "ENOTDIR":
      return "no such file (a part of its path is not a directory)";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "too many symbolic links";
    case "ENAMETOOLONG":
      return "the name is too long";
    case "EISDIR":
      return "is a directory";
    default:
      return `cannot be read (${(error as Error).message})`;
  }
}

/** What is at `path`. Throws InputError when nothing can be learnt of it. */
export async function statInput(path: string, inputs: MailInputs): Promise<Stats> {
  try {
    return statSync(resolve(inputs.cwd ?? "", path));
  } catch (error) {
    throw new InputError(path, `${path}: ${reasonOf(error)}`);
  }
}

/** Without Node's streams, which take longer to load than most mails to read. The event loop has its turn behind each chunk that is full. */
async function* regularChunks(path: string): AsyncGenerator<Buffer> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const length = readSync(file, chunk);
      if (length > 0) yield chunk.subarray(0, length);
      if (length === 0) return;
      if (length === CHUNK_BYTES) await new Promise(setImmediate);
    }
  } finally {
    closeSync(file);
  }
}

/** Opening a pipe waits for who writes into it, which the program must not. */
async function* pathChunks(path: string): AsyncGenerator<Uint8Array> {
  if (statSync(path).isFile()) yield* regularChunks(path);
  else yield* (await open(path, "r")).createReadStream({ highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
}

async function* fileChunks(path: string, inputs: MailInputs): AsyncGenerator<Buffer> {
  const fetched = inputs.fetched?.get(path);
  if (fetched !== undefined) {
    for (let at = 0; at < fetched.length; at += CHUNK_BYTES) yield Buffer.from(fetched.buffer, fetched.byteOffset + at, Math.min(CHUNK_BYTES, fetched.length - at));
    return;
  }
  try {
    const stream: AsyncIterable<Uint8Array> = path === "-" ? (inputs.stdin ?? process.stdin) : pathChunks(resolve(inputs.cwd ?? "", path));
    for await (const chunk of stream) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  } catch (error) {
    throw new InputError(path, `${path}: ${reasonOf(error)}`);
  }
}

interface Peeked {
  readonly head: Buffer;
  /** The whole stream, the head included. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Gives up the stream; for who never starts to read `chunks`. */
  readonly close: () => Promise<unknown>;
}

/** Reads at least `bytes` bytes, or all there are. */
async function peek(chunks: AsyncGenerator<Buffer>, bytes: number): Promise<Peeked> {
  const first: Buffer[] = [];
  let size = 0;
  let ended = false;
  while (size < bytes && !ended) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else {
      first.push(next.value);
      size += next.value.length;
    }
  }
  const head = Buffer.concat(first);
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      if (!ended) yield* chunks;
    } finally {
      await chunks.return(undefined);
    }
  }
  return { head, chunks: all(), close: () => chunks.return(undefined) };
}

async function* utf16Chunks(chunks: AsyncIterable<Buffer>, label: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(label);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest);
}

/** Throws for content that is neither mail nor diff. */
function refuseForeign(path: string, head: Buffer): void {
  if (head.length === 0) throw new InputError(path, `${path}: is empty`);
  const foreign = FOREIGN.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (foreign) throw new InputError(path, `${path}: is ${foreign[0]}`);
  if (head.subarray(0, 8192).includes(0)) throw new InputError(path, `${path}: is a binary file, neither mail nor diff`);
  // oxlint-disable-next-line no-control-regex -- blanks of all kinds
  if (head.length < HEAD_BYTES && /^[\s\u0000]*$/.test(head.toString("latin1"))) throw new InputError(path, `${path}: is empty but for blanks`);
}

/** Opens `path` ("-" is standard input). Throws InputError when it can't be read or is no text. */
export async function openSource(path: string, limits: MailLimits, inputs: MailInputs): Promise<ByteSource> {
  const troubles: string[] = [];
  let peeked = await peek(fileChunks(path, inputs), 2);
  if (peeked.head[0] === 0x1f && peeked.head[1] === 0x8b) {
    const most = inputs.fetched?.has(path) ? { ...limits, decompressedBytes: limits.fetchedBytes } : limits;
    peeked = await peek(gunzipChunks(peeked.chunks, most, troubles), HEAD_BYTES);
    if (peeked.head.length === 0 && troubles.length > 0) throw new InputError(path, `${path}: ${troubles[0]}`);
  } else {
    const [first, second] = peeked.head;
    const label = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
    const chunks = label ? utf16Chunks(peeked.chunks, label) : peeked.chunks;
    peeked = await peek(generator(chunks), HEAD_BYTES);
  }
  try {
    refuseForeign(path, peeked.head);
  } catch (error) {
    await peeked.close();
    throw error;
  }
  return { head: peeked.head, chunks: peeked.chunks, troubles };
}

async function* generator(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}
