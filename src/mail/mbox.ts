/**
 * Splits a mailbox into mails, in any dialect, without holding more than one mail.
 *
 * A separator is a line "From <who> <date>" followed by a line that looks like a header (git's mailsplit demands the
 * date, too). A believable Content-Length (mboxcl, mboxcl2) decides before separators do: it is believed when another
 * separator or the end stands exactly where it points.
 */
import { readHeaders } from "./headers.ts";
import { sizeInWords, type MailLimits } from "./limits.ts";
import type { FromQuoting, RawMail } from "./raw.ts";
import { Window } from "./window.ts";

/** A time and a year, as in "From x@y Thu Jan  1 00:00:00 1970"; a zone may stand between, or the year before. */
const SEPARATOR_DATE = /\d:\d{2}(?::\d{2})?(?: [A-Z+-]\w{0,5})? \d{4}\b|\b\d{4} \d{1,2}:\d{2}/;
const AFTER_SEPARATOR = /^(?:[!-9;-~]{1,76}[ \t]{0,8}:|>?From |\r?\n|$)/;
const SEPARATOR_BYTES = 640;
const HEADER_BYTES = 128 * 1024;
/** After so many lengths that point nowhere, the mailbox doesn't use them. */
const FALSE_LENGTHS = 3;
const LF = 10;
const BLANK_LINE = Buffer.from("\n\n");
const CRLF_BLANK_LINE = Buffer.from("\n\r\n");
const FROM_LINE = Buffer.from("\nFrom ");

/** True when a mail of a mailbox starts at `text`'s first character. `text` should hold its first 640 characters. */
export function isSeparator(text: string): boolean {
  if (!text.startsWith("From ")) return false;
  const newline = text.indexOf("\n");
  if (newline < 0) return false;
  return SEPARATOR_DATE.test(text.slice(5, newline)) && AFTER_SEPARATOR.test(text.slice(newline + 1));
}

function separatorAt(buffer: Buffer, at: number): boolean {
  return buffer[at] === 70 && isSeparator(buffer.toString("latin1", at, at + SEPARATOR_BYTES));
}

/** git format-patch protects no "From " lines; every other writer of separators does. */
function quotingOf(separator: string): FromQuoting {
  return /^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001/.test(separator) ? "none" : "marked";
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === LF) lines++;
  return lines;
}

/** The header of the mail at the buffer's start, with the blank line that ends it. Never reaches into the next mail. */
function headerBlock(buffer: Buffer): Buffer {
  const bound = buffer.subarray(0, HEADER_BYTES);
  const next = bound.indexOf(FROM_LINE);
  const mail = next < 0 ? bound : bound.subarray(0, next + 1);
  const end = mail.indexOf(BLANK_LINE);
  const head = end < 0 ? mail : mail.subarray(0, end + 2);
  const crlf = head.indexOf(CRLF_BLANK_LINE);
  return crlf < 0 ? head : head.subarray(0, crlf + 3);
}

/** Where the mail at the window's start ends by its Content-Length, or null when it has none or a false one. */
async function endByLength(window: Window, limits: MailLimits): Promise<{ end: number; quoting: FromQuoting } | "false" | null> {
  await window.fill(HEADER_BYTES);
  // Content-Length is rare: look for the word before reading the header.
  const block = headerBlock(window.buffer);
  if (!/\ncontent-length[ \t]{0,8}:/i.test(block.toString("latin1"))) return null;
  const header = readHeaders(block);
  const length = Number(/^\d{1,9}$/.exec(header.fields.get("content-length") ?? "")?.[0] ?? NaN);
  const end = header.bodyAt + length;
  if (!header.closed || !(end <= limits.messageBytes)) return "false";
  await window.fill(end + SEPARATOR_BYTES + 4);
  const { buffer } = window;
  if (end > buffer.length || (end > 0 && buffer[end - 1] !== LF && end < buffer.length && buffer[end] !== LF && buffer[end] !== 13)) return "false";
  let next = end;
  for (let blank = 0; blank < 2 && (buffer[next] === LF || (buffer[next] === 13 && buffer[next + 1] === LF)); blank++) next += buffer[next] === LF ? 1 : 2;
  if (next < buffer.length && !separatorAt(buffer, next)) return "false";
  const body = buffer.subarray(header.bodyAt, end);
  // mboxcl protects "From " lines although the length makes it needless; mboxcl2 does not.
  const bare = body.includes(FROM_LINE) || body.subarray(0, 5).equals(FROM_LINE.subarray(1));
  return { end: next, quoting: bare ? "none" : "marked" };
}

/** The offset after the last byte of the mail at the window's start, as separators tell it; null: not within the window. */
function endBySeparator(buffer: Buffer, from: number, ended: boolean): { end: number } | { scanned: number } {
  let at = from;
  for (;;) {
    const newline = buffer.indexOf(FROM_LINE, at);
    if (newline < 0) return ended ? { end: buffer.length } : { scanned: Math.max(from, buffer.length - 6) };
    if (!ended && newline + 1 + SEPARATOR_BYTES > buffer.length) return { scanned: newline };
    if (separatorAt(buffer, newline + 1)) return { end: newline + 1 };
    at = newline + 1;
  }
}

function withoutLastBlank(bytes: Buffer): Buffer {
  const length = bytes.length;
  if (length < 2 || bytes[length - 1] !== LF) return bytes;
  if (bytes[length - 2] === LF) return bytes.subarray(0, length - 1);
  return bytes[length - 2] === 13 && bytes[length - 3] === LF ? bytes.subarray(0, length - 2) : bytes;
}

/**
 * Splits `chunks`, which start with a separator line, the input's line `firstLine`. `cut` is called when the last mail
 * ends in the middle of a line.
 */
export async function* splitMbox(chunks: AsyncIterable<Buffer>, limits: MailLimits, cut: () => void, firstLine = 1): AsyncGenerator<RawMail> {
  const window = new Window(chunks);
  let line = firstLine;
  let falseLengths = 0;
  try {
    for (;;) {
      await window.fill(SEPARATOR_BYTES);
      if (window.buffer.length === 0) return;
      const newline = window.buffer.indexOf(LF);
      let quoting = quotingOf(window.buffer.toString("latin1", 0, Math.min(newline < 0 ? 80 : newline, 80)));
      const told = falseLengths < FALSE_LENGTHS ? await endByLength(window, limits) : null;
      if (told === "false") falseLengths++;
      const start = line;
      const parts: Buffer[] = [];
      let size = 0;
      const consume = (bytes: number): void => {
        const taken = window.take(bytes);
        line += countLines(taken);
        if (size < limits.messageBytes) parts.push(taken);
        size += taken.length;
      };
      if (told !== null && told !== "false") {
        quoting = told.quoting;
        consume(told.end);
      } else {
        let from = 0;
        for (;;) {
          const found = endBySeparator(window.buffer, from, window.ended);
          if ("end" in found) {
            consume(found.end);
            break;
          }
          // A newline may belong to the next separator: it stays in the window.
          consume(found.scanned);
          from = 0;
          await window.fill(window.buffer.length + 1);
        }
      }
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      if (window.buffer.length === 0 && window.ended && bytes[bytes.length - 1] !== LF) cut();
      const limit = size > limits.messageBytes ? `limit hit: the mail is larger than ${sizeInWords(limits.messageBytes)}` : null;
      yield { bytes: withoutLastBlank(limit === null ? bytes : bytes.subarray(0, HEADER_BYTES)), line: start, quoting, limit };
    }
  } finally {
    await window.close();
  }
}
