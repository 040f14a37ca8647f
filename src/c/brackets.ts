/** Pairs of brackets of a text, found once, so that hostile text can't make later scans quadratic. */

export interface Brackets {
  /** Offset behind the parenthesis that closes the one at `open`; -1 when it is not closed within a sane distance. */
  readonly parenEnd: (open: number) => number;
  /** Offset of the parenthesis that the one at `close` closes, -1 when there is none near. */
  readonly parenStart: (close: number) => number;
  /** Offset of the brace that the one at `close` closes, -1 when there is none. */
  readonly braceStart: (close: number) => number;
}

/** Longest stretch between two parentheses that is believed. */
const longest = 20_000;

export function pairBrackets(code: string, from = 0, to: number = code.length): Brackets {
  const parens = new Map<number, number>();
  const starts = new Map<number, number>();
  const braces = new Map<number, number>();
  const openParens: number[] = [];
  const openBraces: number[] = [];
  for (let at = from; at < to; at++) {
    const c = code.charCodeAt(at);
    if (c === 40) openParens.push(at);
    else if (c === 41) {
      const open = openParens.pop();
      if (open === undefined || at - open >= longest) continue;
      parens.set(open, at + 1);
      starts.set(at, open);
    } else if (c === 123) openBraces.push(at);
    else if (c === 125) {
      const open = openBraces.pop();
      if (open !== undefined) braces.set(at, open);
    }
  }
  return { parenEnd: (open) => parens.get(open) ?? -1, parenStart: (close) => starts.get(close) ?? -1, braceStart: (close) => braces.get(close) ?? -1 };
}

/** Offset of the first character at or after `from` that is not white space. */
export function skipBlank(code: string, from: number): number {
  let at = from;
  while (at < code.length && isBlank(code.charCodeAt(at))) at++;
  return at;
}

export function isBlank(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}
