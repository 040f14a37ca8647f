/**
 * What the first character of a line inside a hunk can mean, and how likely a marked line is context that merely
 * starts with "+" or "-" (an expression continued on a new line, `--i;`, a list in a document) once blanks are lost.
 */

/**
 * plus, minus: starts with that mark. space: context with its blank. empty: nothing at all (a blank context line whose
 * blank was stripped, or the end of the hunk). note: "\ No newline at end of file". bare: anything else.
 */
export type Mark = "plus" | "minus" | "space" | "empty" | "note" | "bare";

export function markOf(line: string): Mark {
  switch (line[0]) {
    case undefined:
      return "empty";
    case "+":
      return "plus";
    case "-":
      return "minus";
    case " ":
    // Editors of rich text turn one of two blanks into a no-break space.
    case "\u00a0":
      return "space";
    case "\\":
      return line.startsWith("\\ ") ? "note" : "bare";
    default:
      return "bare";
  }
}

/** True for the line that mailers put before a signature; archives that strip white space leave "--". */
export function isSignatureMark(line: string): boolean {
  return line === "-- " || line === "--";
}

/** Score of a line that can hardly be anything but context in disguise. */
export const certainDisguise = 7;

/** Least score of a line that goes on with what the line before left open, whatever else speaks against it. */
export const openDisguise = 1;

/**
 * How likely the marked line `at` is context in disguise, from 0 (no sign) to certainDisguise. Looks at its neighbours, so
 * `lines` must hold the whole hunk.
 */
export function disguiseScore(lines: readonly string[], at: number): number {
  const line = lines[at]!;
  const before = lines[at - 1] ?? "";
  const after = lines[at + 1] ?? "";
  // `--i;` and `-EINVAL,`: as removals they would be `-i;` and a constant in the first column, which no one writes.
  if (/^(?:--|\+\+)[A-Za-z_(*]|^[-+](?:E[A-Z]{2,}|\d)/.test(line)) return certainDisguise;
  let score = 0;
  if (isOpen(before) && /^[-+] ?[\w(*&]/.test(line) && !isStatement.test(line)) score += 4;
  const lonely = markOf(before) !== markOf(line) && markOf(after) !== markOf(line);
  if (lonely && score > 0) score += 2;
  // A "-" that stands directly before a "+" is the common shape of a replaced line.
  if (markOf(line) === "minus" && markOf(after) === "plus") score -= 2;
  if (markOf(line) === "plus" && markOf(before) === "minus") score -= 2;
  return Math.max(0, score);
}

/** No expression goes on with an assignment or a keyword. */
const isStatement = /^[-+]\s*(?:if|else|for|while|do|switch|case|return|goto|break|continue|static|struct)\b|[^=!<>]=[^=]/;

/** True when the text of the line before ends inside an expression, so that the next line goes on with an operator. */
function isOpen(line: string): boolean {
  const text = line.trimEnd();
  if (text === "" || text.endsWith("*/")) return false;
  return /[\w)\]]$/.test(text) && !/^(?:[#*/]|(?:if|for|while|switch|else)\b.*\)$)/.test(text.replace(/^[-+ ]/, "").trimStart());
}

/**
 * How likely line `at` is the tail of the line before: mailers wrap at 65 to 80 columns, so that one and the first word
 * of this one reach beyond 64; a blank at the end of the line before is what is left of a soft line break.
 */
export function tailScore(lines: readonly string[], at: number): number {
  const line = lines[at]!;
  if (/^\s/.test(line)) return 0;
  const before = lines[at - 1] ?? "";
  const word = line.slice(0, 200).split(" ", 1)[0]!;
  const beyond = Math.max(0, columns(before) + 1 + word.length - 64);
  return beyond > 0 && before.endsWith(" ") ? beyond + 20 : beyond;
}

function columns(line: string): number {
  let width = 0;
  for (const c of line.slice(0, 400)) width = c === "\t" ? width + 8 - (width % 8) : width + 1;
  return width;
}
