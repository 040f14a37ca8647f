/** The text of one unit in its same-length forms, and the way from offsets to lines and columns. */
import type { ArmChoice } from "./conditionals.ts";
import type { Loc } from "./ir.ts";

export interface UnitText {
  readonly path: string;
  /** As it is. */
  readonly text: string;
  /** Comments blanked, strings kept: what people are shown and what literals are read from. */
  readonly plain: string;
  /** Comments and literals blanked. */
  readonly code: string;
  /** What is parsed: comments, literals and kernel-isms masked. */
  readonly masked: string;
  /** Conditionals of which one arm was kept, in order. */
  readonly choices: readonly ArmChoice[];
  /** Offset of each line's first character. */
  readonly lineStarts: readonly number[];
}

/** A text that pieces are taken of by their offsets. */
export type Pieces = Pick<string, "slice" | "charAt">;

/** What the lowering of a body reads. */
export interface BodyText extends Omit<UnitText, "masked"> {
  readonly masked: Pieces;
}

/** `text` at `offset` of a longer one, of which nothing else is there. */
export function placedAt(offset: number, text: string): Pieces {
  const own = (at: number): number => Math.max(0, at - offset);
  return { slice: (from = 0, to) => text.slice(own(from), to === undefined ? to : own(to)), charAt: (at) => text.charAt(at - offset) };
}

export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** 1-based line of an offset. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

export function locAt(starts: readonly number[], offset: number): Loc {
  const line = lineAt(starts, offset);
  return { line, column: offset - starts[line - 1]! + 1 };
}

/** White space folded to single blanks. */
export function fold(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function sourceOf(unit: Pick<UnitText, "plain">, from: number, to: number): string {
  return fold(unit.plain.slice(from, to));
}
