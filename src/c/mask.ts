/**
 * Rewrites kernel-isms that the C grammar can't take into plain C of the same length, so that offsets and lines stay
 * true and nothing has to be preprocessed. Whoever reads the tree looks at the original text at the same offset to learn
 * that a `while` really is a list_for_each_entry(). One pass, linear in the text.
 */
import { apart } from "../util/apart.ts";
import { type Brackets, isBlank, pairBrackets, skipBlank } from "./brackets.ts";
import { maskRows, type Edit, type MaskRow, type MaskSite } from "./mask-rows.ts";
import { notCallees } from "./mask-words.ts";

interface OpenParen {
  readonly callee: string;
  readonly declared: boolean;
}

const token = /\w+|[(){}]/g;

/**
 * Masks `code` (blanked text). `inBody`: the text starts inside a function, as fragments of a patch do.
 * The result has the same length and the same line ends.
 */
export function mask(code: string, inBody = false): string {
  return masked(code, pairBrackets(code), 0, code.length, inBody, false);
}

/** The same but for what looks like the body of a function, which stays as it is: of a file of hundreds of functions few are looked into. */
export function maskOutside(code: string): string {
  return masked(code, pairBrackets(code), 0, code.length, false, true);
}

/** The body of a function that stands in `code` from its opening brace on, masked. */
export function maskBody(code: string, from: number, to: number): string {
  return masked(code, pairBrackets(code, from, to), from, to, false, false);
}

/** The stretch of `code`, masked. `passBodies`: what looks like the body of a function stays as it is. */
function masked(code: string, brackets: Brackets, start: number, end: number, inBody: boolean, passBodies: boolean): string {
  const edits: Edit[] = [];
  const parens: OpenParen[] = [];
  let depth = inBody ? 1 : 0;
  let done = start;
  let firstClose = -1;
  let last = { word: "", to: -1, before: "" };
  token.lastIndex = start;
  for (let match = token.exec(code); match !== null && match.index < end; match = token.exec(code)) {
    const word = match[0];
    const from = match.index;
    const c = word.charCodeAt(0);
    if (word.length === 1 && (c === 40 || c === 41 || c === 123 || c === 125)) {
      if (c === 123) depth++;
      else if (c === 125) depth = Math.max(inBody ? 1 : 0, depth - 1);
      else if (c === 41) parens.pop();
      else if (parens.length < 500) parens.push(openParen(code, from, last));
      if (!passBodies || c !== 123 || depth !== 1 || parens.length > 0 || !opensBody(code, from)) continue;
      // The first closing brace in the first column ends it, if brackets say so, too.
      if (firstClose < from) firstClose = code.indexOf("\n}", from) + 1 || Infinity;
      if (brackets.braceStart(firstClose) === from) token.lastIndex = firstClose;
      continue;
    }
    if (c >= 48 && c <= 57) continue;
    const before = lastSolid(code, from);
    const wordBefore = last.to === before + 1 ? last.word : "";
    last = { word, to: from + word.length, before: wordBefore };
    if (from < done) continue;
    const paren = parens.at(-1);
    const site: MaskSite = {
      code,
      brackets,
      word,
      from,
      to: from + word.length,
      before,
      wordBefore,
      after: skipBlank(code, from + word.length),
      inBody: depth > 0,
      callee: paren?.callee ?? "",
      declared: paren?.declared ?? false,
    };
    const edit = firstEdit(site);
    if (edit === null) continue;
    edits.push(edit);
    if (edit.also !== undefined) edits.push(edit.also);
    done = edit.to;
  }
  return applyEdits(code, edits, start, end);
}

/** Behind a list of parameters, at the start of a line, as kernel style has the brace that opens a function. */
function opensBody(code: string, brace: number): boolean {
  return code.charCodeAt(brace - 1) === 10 && code.charCodeAt(lastSolid(code, brace)) === 41;
}

function openParen(code: string, at: number, last: { word: string; to: number; before: string }): OpenParen {
  if (last.to < 0 || lastSolid(code, at) + 1 !== last.to) return { callee: "", declared: false };
  return { callee: last.word, declared: last.before !== "" && !notCallees.has(last.before) };
}

function lastSolid(code: string, from: number): number {
  let at = from - 1;
  while (at >= 0 && isBlank(code.charCodeAt(at))) at--;
  return at;
}

function firstEdit(site: MaskSite): Edit | null {
  for (const row of rowsFor(site.word)) {
    const edit = row.rewrite(site);
    if (edit !== null) return edit;
  }
  return null;
}

/** Kept by word: most rows ask for a few words, and most words come again and again. Emptied when there are many. */
const rowsOf = new Map<string, readonly MaskRow[]>();
const mostWords = 20_000;

function rowsFor(word: string): readonly MaskRow[] {
  const known = rowsOf.get(word);
  if (known !== undefined) return known;
  if (rowsOf.size >= mostWords) rowsOf.clear();
  const rows = maskRows.filter(({ isFor }) => isFor?.(word) ?? true);
  rowsOf.set(apart(word), rows);
  return rows;
}

function applyEdits(code: string, edits: readonly Edit[], start: number, end: number): string {
  const pieces: string[] = [];
  let at = start;
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    if (edit.from < at) continue;
    pieces.push(code.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  pieces.push(code.slice(at, end));
  return pieces.join("");
}
