/**
 * Comments and the insides of strings become blanks of the same length, so that every later scan may look at bare
 * characters and every offset still is the offset in the image. Line ends stay.
 */

export interface Blanked {
  /** Comments blanked; strings as written. */
  readonly plain: string;
  /** Comments and the insides of string and character literals blanked. */
  readonly code: string;
}

const NEWLINE = 10;
const BACKSLASH = 92;
const SLASH = 47;
const STAR = 42;

/** `text` with everything but line ends in the ranges turned into blanks. */
export function blankRanges(text: string, ranges: readonly { readonly from: number; readonly to: number }[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    if (to <= at) continue;
    const start = Math.max(at, from);
    pieces.push(text.slice(at, start), blanks(text.slice(start, to)));
    at = to;
  }
  return [...pieces, text.slice(at)].join("");
}

/** Blanks in the shape of `text`: as long, and with its line ends. */
export function blanks(text: string): string {
  return text.replace(/[^\n]+/g, (line) => " ".repeat(line.length));
}

/** End of the string or character literal that opens at `from`; a line end ends it, so that a stray quote costs one line. */
function literalEnd(text: string, from: number, limit: number): number {
  const quote = text.charCodeAt(from);
  let at = from + 1;
  while (at < limit) {
    const c = text.charCodeAt(at);
    if (c === BACKSLASH) {
      at += 2;
      continue;
    }
    if (c === quote) return at + 1;
    if (c === NEWLINE) return at;
    at++;
  }
  return limit;
}

/** End of the line comment that opens at `from`, continued lines included. */
function lineCommentEnd(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const c = text.charCodeAt(at);
    if (c === NEWLINE) return at;
    at += c === BACKSLASH ? 2 : 1;
  }
  return limit;
}

function blankSlice(text: string, from: number, to: number): string {
  return blanks(text.slice(from, to));
}

/**
 * Blanks comments and literals of `text` in from..to; the rest of the text is not in the result, which is as long as the
 * stretch. A comment that is not closed ends with the stretch.
 */
export function blankStretch(text: string, from = 0, to: number = text.length): Blanked {
  const plain: string[] = [];
  const code: string[] = [];
  let kept = from;
  let at = from;
  const keep = (until: number): void => {
    const piece = text.slice(kept, until);
    plain.push(piece);
    code.push(piece);
    kept = until;
  };
  // From one quote or slash to the next: most of a text is neither.
  const next = /["'/]/g;
  const stretch = text.slice(from, to);
  for (next.lastIndex = 0; next.test(stretch); next.lastIndex = at - from) {
    at = from + next.lastIndex - 1;
    const c = text.charCodeAt(at);
    if (c === 34 || c === 39) {
      const end = Math.min(literalEnd(text, at, to), to);
      keep(at);
      const closed = end - at >= 2 && text.charCodeAt(end - 1) === c;
      const inner = closed ? end - 1 : end;
      plain.push(text.slice(at, end));
      code.push(text.slice(at, at + 1), blankSlice(text, at + 1, inner), text.slice(inner, end));
      kept = at = end;
      continue;
    }
    if (at + 1 < to) {
      const second = text.charCodeAt(at + 1);
      if (second === STAR || second === SLASH) {
        const found = second === STAR ? stretch.indexOf("*/", at - from + 2) : -1;
        const end = second === SLASH ? Math.min(lineCommentEnd(text, at, to), to) : found < 0 ? to : from + found + 2;
        keep(at);
        const gone = blankSlice(text, at, end);
        plain.push(gone);
        code.push(gone);
        kept = at = end;
        continue;
      }
    }
    at++;
  }
  keep(to);
  return { plain: plain.join(""), code: code.join("") };
}
