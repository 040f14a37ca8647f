/**
 * Cuts a litmus file into its parts, as herd7 does (lib/splitter.mll): the line with architecture and name, the initial
 * state in braces, the threads, and what is asked. Offsets are kept, so that every later error can name its place.
 */
import { blank, syntaxError } from "./source.ts";

export interface Sections {
  readonly name: string;
  /** Offsets of the initial state, without its braces. */
  readonly initial: readonly [number, number];
  readonly threads: readonly Section[];
  /** Offset of the question; the end of the text when there is none. */
  readonly question: number;
  /** The text with OCaml comments outside of threads turned into blanks of equal length. */
  readonly text: string;
}

/** One thread: its number, and where its head and body lie. */
export interface Section {
  readonly thread: number;
  readonly from: number;
  readonly to: number;
}

const questionWords = /^(?:exists|forall|final|filter|locations|observed|Observed|~[ \t\r\n]*exists|not[ \t\r\n]+exists)(?![A-Za-z0-9_])/;

export function cutSections(source: string): Sections {
  const head = /^[ \t\r]*([A-Za-z0-9_]+)[ \t\r]+([A-Za-z0-9_/.+[\]~-]+)/.exec(source);
  if (!head) throw syntaxError(source, 0, "expected a line with the architecture and the name of the test");
  if (head[1] !== "C") throw syntaxError(source, source.indexOf(head[1]!), `architecture ${head[1]} is not C`);
  const open = findInitial(source, head[0].length);
  const close = closing(source, open, "{", "}", "initial state");
  const { threads, question } = cutThreads(source, close + 1);
  const name = head[2]!.endsWith(".litmus") ? head[2]!.slice(0, -".litmus".length) : head[2]!;
  const start = threads[0]?.from ?? question;
  const text =
    blank(source.slice(0, open)) + withoutComments(source, open, start) + source.slice(start, question) +
    withoutComments(source, question, source.length);
  return { name, initial: [open + 1, close], threads, question, text };
}

/** The offset of the first brace that is not in a comment. */
function findInitial(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith("(*", at)) at = commentEnd(source, at) - 1;
    else if (source[at] === "{") return at;
  }
  throw syntaxError(source, source.length, "expected the initial state in braces");
}

/** The offset behind an OCaml comment, which may nest. */
function commentEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    if (source.startsWith("(*", at)) {
      depth++;
      at++;
    } else if (source.startsWith("*)", at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  throw syntaxError(source, from, "comment is not closed");
}

/** The offset of the brace that closes the one at `open`. */
function closing(source: string, open: number, left: string, right: string, what: string): number {
  let depth = 0;
  for (let at = open; at < source.length; at++) {
    const skip = source.startsWith("(*", at) && what === "initial state" ? commentEnd(source, at) : skipC(source, at);
    if (skip > at) {
      at = skip - 1;
      continue;
    }
    if (source[at] === left) depth++;
    if (source[at] === right) depth--;
    if (source[at] === right && depth === 0) return at;
  }
  throw syntaxError(source, open, `${what} is not closed`);
}

/** The offset behind a C comment or string at `at`, or `at` when there is none. */
function skipC(source: string, at: number): number {
  if (source.startsWith("//", at)) {
    const end = source.indexOf("\n", at);
    return end < 0 ? source.length : end;
  }
  if (!source.startsWith("/*", at)) return at;
  const end = source.indexOf("*/", at + 2);
  if (end < 0) throw syntaxError(source, at, "comment is not closed");
  return end + 2;
}

function cutThreads(source: string, from: number): { readonly threads: Section[]; readonly question: number } {
  const threads: Section[] = [];
  let at = from;
  for (;;) {
    at = skipSpace(source, at);
    if (at >= source.length) return { threads, question: at };
    const rest = source.slice(at, at + 200);
    if (questionWords.test(rest) || rest.startsWith("(")) return { threads, question: at };
    const head = /^(?:static[ \t\r\n]+)?(?:void[ \t\r\n]+)?P([0-9]+)[ \t\r\n]*\(/.exec(rest);
    if (!head) throw syntaxError(source, at, "expected a thread P<n>(...) or the question (exists, forall, filter, locations)");
    const open = source.indexOf("{", at);
    if (open < 0) throw syntaxError(source, at, `P${head[1]} has no body`);
    const close = closing(source, open, "{", "}", `body of P${head[1]}`);
    if (Number(head[1]) !== threads.length) throw syntaxError(source, at, `expected P${threads.length}: threads are numbered from 0 in their order`);
    threads.push({ thread: threads.length, from: at, to: close + 1 });
    at = close + 1;
  }
}

function skipSpace(source: string, from: number): number {
  let at = from;
  while (at < source.length) {
    const skip = source.startsWith("(*", at) ? commentEnd(source, at) : skipC(source, at);
    if (skip > at) at = skip;
    else if (/\s/.test(source[at]!) || source[at] === ";") at++;
    else return at;
  }
  return at;
}

function withoutComments(source: string, from: number, to: number): string {
  let out = "";
  let at = from;
  while (at < to) {
    const skip = source.startsWith("(*", at) ? commentEnd(source, at) : skipC(source, at);
    const end = skip > at ? skip : at + 1;
    out += skip > at ? blank(source.slice(at, end)) : source[at]!;
    at = end;
  }
  return out;
}
