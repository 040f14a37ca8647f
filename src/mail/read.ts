/** An input -> its mails, one by one, in constant memory. */
import { InputError } from "../core/errors.ts";
import { listDirectory } from "./directory.ts";
import { defaultLimits, sizeInWords, type MailLimits } from "./limits.ts";
import { splitMbox } from "./mbox.ts";
import { readMessage } from "./message.ts";
import type { RawMail } from "./raw.ts";
import { detectShape, type Shape } from "./shape.ts";
import { openSource, statInput, type ByteSource } from "./source.ts";
import type { MailEvent, MailInputs, MailOptions, MessageEvent } from "./types.ts";

/** The whole input as one mail; reading stops where the limit is reached. */
async function* wholeInput(source: ByteSource, limits: MailLimits, line: number): AsyncGenerator<RawMail> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > limits.messageBytes) break;
  }
  const bytes = Buffer.concat(parts);
  const over = size > limits.messageBytes;
  const limit = over ? `limit hit: the input is one mail or diff of more than ${sizeInWords(limits.messageBytes)}${bytes.includes(10) ? "" : " in a single line"}` : null;
  yield { bytes: over ? bytes.subarray(0, 64 * 1024) : bytes, line, quoting: "none", limit };
}

/** A byte order mark and blank lines in front of the text. */
async function* trimmed(source: ByteSource, skip: number): AsyncGenerator<Buffer> {
  let left = skip;
  for await (const chunk of source.chunks) {
    const dropped = Math.min(left, chunk.length);
    left -= dropped;
    if (dropped < chunk.length) yield chunk.subarray(dropped);
  }
}

/** The number of bytes before the first that isn't a blank line or a byte order mark. */
function leading(head: Buffer): number {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (at < head.length && (head[at] === 10 || head[at] === 13)) at++;
  return at;
}

async function* readFile(path: string, input: string, limits: MailLimits, inputs: MailInputs, wanted: () => boolean): AsyncGenerator<MailEvent> {
  const source = await openSource(path, limits, inputs);
  const skip = leading(source.head);
  const shape: Shape = detectShape(source.head.subarray(skip));
  let midLine = false;
  let last: MessageEvent | null = null;
  const firstLine = source.head.subarray(0, skip).toString("latin1").split("\n").length;
  const body = { ...source, chunks: trimmed(source, skip) };
  const mails = shape === "mbox" ? splitMbox(body.chunks, limits, () => (midLine = true), firstLine) : wholeInput(body, limits, firstLine);
  for await (const raw of mails) {
    last = await readMessage(raw, shape, { input, path }, limits, wanted());
    yield last;
  }
  for (const text of source.troubles) yield { kind: "trouble", input, path, text };
  if (source.troubles.length > 0) return;
  if (midLine) yield { kind: "trouble", input, path, text: "the mailbox ends in the middle of a line: it may have been cut, and the last mail with it" };
  else if (last?.cut) yield { kind: "trouble", input, path, text: "the last mail ends in its header or within a hunk: the input may have been cut" };
}

/**
 * Reads the mails of `path`: a file, a directory (Maildir, or a folder of mails and patches), or "-" for standard
 * input. Yields an event for every mail and for every trouble on the way.
 *
 * @throws InputError when the input can't be read or holds no text. Within a directory such a file is a trouble.
 */
export async function* readInput(path: string, options: MailOptions = {}): AsyncGenerator<MailEvent> {
  const limits: MailLimits = { ...defaultLimits, ...options.limits };
  let position = 0;
  const wanted = (): boolean => options.wanted?.(position++) ?? true;
  if (path === "-" || options.fetched?.has(path) || !(await statInput(path, options)).isDirectory()) {
    yield* readFile(path, path, limits, options, wanted);
    return;
  }
  for (const file of await listDirectory(path, options)) {
    try {
      yield* readFile(file, path, limits, options, wanted);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { kind: "trouble", input: path, path: file, text: error.message };
    }
  }
}
