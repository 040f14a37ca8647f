/** Positions in a litmus file, and the error that names one. */

/** The file can't be read as a litmus test. Line and column count from 1. */
export class LitmusSyntaxError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(place: { readonly line: number; readonly column: number }, message: string) {
    super(message);
    this.name = "LitmusSyntaxError";
    this.line = place.line;
    this.column = place.column;
  }
}

export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

export function syntaxError(text: string, offset: number, message: string): LitmusSyntaxError {
  return new LitmusSyntaxError(placeOf(text, offset), message);
}

/** The text with everything outside from..to, and OCaml comments inside when `comments`, turned into blanks; line ends stay. */
export function keepOnly(text: string, from: number, to: number): string {
  return blank(text.slice(0, from)) + text.slice(from, to) + blank(text.slice(to));
}

export function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
