/**
 * A text cut behind its functions by brackets alone, so that each can be cut further by itself and only when somebody wants
 * it: of the dozen files with helpers that a patch leads to, few functions are looked into. A cut is made where a brace in
 * the first column closes what a list of parameters stands before, with nothing else on the line and no brace open. Parentheses are
 * not counted, nor is it asked which conditionals a cut lies in: one that is open there is settled on either side by itself.
 */
import { isBlank } from "./brackets.ts";

/** From one cut to the next: what stands at file scope, then the body of a function. */
export interface Piece {
  readonly from: number;
  /** Offset of the brace that opens the last body; `to` where there is none. */
  readonly bodyFrom: number;
  readonly to: number;
}

export function wholeOf(code: string): Piece {
  return { from: 0, bodyFrom: code.length, to: code.length };
}

/** Pieces of `code` (blanked text) in order, without gaps; a single one where braces do not pair up. */
export function piecesOf(code: string): Piece[] {
  const pieces: Piece[] = [];
  let [from, bodyFrom, depth] = [0, 0, 0];
  let open = code.indexOf("{");
  let close = code.indexOf("}");
  while (close >= 0) {
    if (open >= 0 && open < close) {
      if (depth++ === 0) bodyFrom = open;
      open = code.indexOf("{", open + 1);
      continue;
    }
    if (--depth < 0) return [wholeOf(code)];
    if (depth === 0 && code.charCodeAt(close - 1) === 10 && isLastOfLine(code, close) && solidBefore(code, bodyFrom) === 41) {
      pieces.push({ from, bodyFrom, to: close + 1 });
      from = close + 1;
    }
    close = code.indexOf("}", close + 1);
  }
  if (depth !== 0 || open >= 0) return [wholeOf(code)];
  if (from < code.length) pieces.push({ from, bodyFrom: code.length, to: code.length });
  return pieces;
}

function isLastOfLine(code: string, at: number): boolean {
  let next = at + 1;
  while (code.charCodeAt(next) === 32 || code.charCodeAt(next) === 9) next++;
  return next >= code.length || code.charCodeAt(next) === 10;
}

function solidBefore(code: string, at: number): number {
  let before = at - 1;
  while (before >= 0 && isBlank(code.charCodeAt(before))) before--;
  return code.charCodeAt(before);
}
