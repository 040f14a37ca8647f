/** Where things end in statement text: words, lines, simple statements. Bounded scans over text that may be torn. */
import { skipBlank, type Brackets } from "./brackets.ts";

export function wordFrom(code: string, at: number): string {
  let end = at;
  while (end < code.length && end - at < 100 && /\w/.test(code[end]!)) end++;
  return code.slice(at, end);
}

/** The next `;` outside brackets, or -1. */
export function semicolon(code: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const c = code.charCodeAt(at);
    if (c === 40 || c === 91 || c === 123) depth++;
    else if (c === 41 || c === 93 || c === 125) depth--;
    else if (c === 59 && depth === 0) return at;
  }
  return -1;
}

/** Behind `MACRO(...)` on a line of its own, without `;`, before another statement; null when this is none. */
export function bareMacroEnd(code: string, at: number, to: number, brackets: Brackets): number | null {
  const word = wordFrom(code, at);
  const open = skipBlank(code, at + word.length);
  if (!/^[A-Za-z_]/.test(word) || code[open] !== "(") return null;
  const end = brackets.parenEnd(open);
  if (end < 0 || end >= to) return null;
  const next = skipBlank(code, end);
  return code.slice(end, next).includes("\n") && /[\w}]/.test(code.charAt(next)) ? end : null;
}

/**
 * Behind the simple statement that begins at `from`: its `;`, or what must end it: a `}`, a preprocessor line, the end. A bracket
 * that is never closed ends it at the first `;` that ends a line.
 */
export function simpleEnd(code: string, from: number, to: number): number {
  let round = 0;
  let curly = 0;
  let fallback = -1;
  let lineStart = false;
  for (let at = from; at < to; at++) {
    const c = code.charCodeAt(at);
    if (c === 10) {
      lineStart = true;
      continue;
    }
    if (c <= 32) continue;
    const open = round > 0 || curly > 0;
    if (c === 35 && lineStart && !open && at > from) return at;
    lineStart = false;
    if (c === 40 || c === 91) round++;
    else if (c === 123) curly++;
    else if (c === 41 || c === 93) {
      if (round === 0) return at + 1;
      round--;
    } else if (c === 125) {
      if (curly === 0) return fallback < 0 ? at : fallback;
      curly--;
    } else if (c === 59) {
      if (!open) return at + 1;
      if (fallback >= 0 && at - fallback > 4000) return fallback;
      if (fallback < 0 && round > 0 && /^[ \t]*(?:\n|$)/.test(code.slice(at + 1, at + 200))) fallback = at + 1;
    }
  }
  return round > 0 && fallback >= 0 ? fallback : to;
}

export function lineEnd(code: string, at: number, to: number): number {
  let end = code.indexOf("\n", at);
  while (end > 0 && code[end - 1] === "\\") end = code.indexOf("\n", end + 1);
  return end < 0 || end > to ? to : end;
}

/** The keyword of the preprocessor line at `start`. */
export function directiveWord(code: string, start: number, end: number): string {
  return /^#\s*(\w*)/.exec(code.slice(start, Math.min(end, start + 40)))?.[1] ?? "";
}
