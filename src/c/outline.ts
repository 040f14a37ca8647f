/**
 * A text in pieces (pieces.ts), each cut into its functions when somebody asks for what it may hold. What is asked for is
 * looked for in the bare text first. A question may lead to a piece too many; to one too few it leads only where a macro
 * makes the name (of functions SYSCALL_DEFINE and its kind are known) or parentheses do not pair up, which no file of 6.12's or 6.1's
 * mm/ and include/linux/ does.
 */
import { blankStretch } from "./blank.ts";
import { cutBlanked, type CutFile } from "./cut-file.ts";
import { attributeCalls } from "./mask-words.ts";
import { type Piece, piecesOf, wholeOf } from "./pieces.ts";
import { apart } from "../util/apart.ts";
import { byKey } from "../util/by-key.ts";
import { memoByValue } from "../util/memo.ts";
import { Recent } from "../util/recent.ts";
import { lineStartsOf } from "./unit-text.ts";

export interface Outline {
  readonly path: string;
  readonly text: string;
  readonly plain: string;
  readonly code: string;
  readonly lineStarts: readonly number[];
  readonly pieces: readonly Piece[];
  /** The piece of that number, cut; offsets and lines count from its start. initC() must have been awaited. */
  readonly cut: (number: number) => CutFile;
  /** Numbers of the pieces that may define a function of the name; have the word; may declare a variable or a record of the name; may hold a table that has the word. */
  readonly withFunction: (name: string) => readonly number[];
  readonly withWord: (word: string) => readonly number[];
  /** Words that stand before a parenthesis anywhere: what bodies call is among them. */
  readonly called: () => ReadonlySet<string>;
  readonly withVariable: (name: string) => readonly number[];
  readonly withRecord: (name: string) => readonly number[];
  readonly withTable: (value: string) => readonly number[];
  /** Those that may hold tables at all. */
  readonly withTables: () => readonly number[];
}

/** Characters of pieces whose cuts are kept, twice: what a patch leaves alone is there before it and after it. */
const mostCharacters = 400_000;
const cutBefore = new Recent<CutFile>(mostCharacters);

/** `columnsTrue`: indentation can be relied on; else the text is one piece. */
export function outlineOf(path: string, text: string, columnsTrue = true): Outline {
  const { plain, code } = blankStretch(text);
  const pieces = columnsTrue ? piecesOf(code) : [wholeOf(code)];
  const scopes = pieces.map(({ from, bodyFrom, to }) => code.slice(from, bodyFrom === to ? to : lastEnd(code, from, bodyFrom)));
  let called: ReadonlySet<string> | null = null;
  let heads: ReadonlyMap<string, readonly number[]> | null = null;
  let variables: ReadonlyMap<string, readonly number[]> | null = null;
  let records: ReadonlyMap<string, readonly number[]> | null = null;
  let tables: ReadonlyMap<string, readonly number[]> | null = null;
  const cut = memoByValue((number: number): CutFile => {
    const { from, to } = pieces[number]!;
    const own = apart(text.slice(from, to));
    const made = (columnsTrue ? cutBefore.find(own) : undefined) ?? cutBlanked({ path, text: own, plain: apart(plain.slice(from, to)), code: apart(code.slice(from, to)) }, columnsTrue);
    if (columnsTrue) cutBefore.keep(own, own.length, made);
    return made;
  });
  return {
    path, text, plain, code, pieces, cut,
    lineStarts: lineStartsOf(text),
    withFunction: (name) => {
      heads ??= indexed(pieces.map(({ from, bodyFrom }) => headWords(code.slice(from, bodyFrom))));
      const plainly = heads.get(name) ?? [];
      return name.startsWith("sys_") ? Array.from(new Set([...plainly, ...(heads.get(name.slice(4)) ?? [])])).toSorted((a, b) => a - b) : plainly;
    },
    withWord: (word) => {
      const found: number[] = [];
      for (let at = code.indexOf(word), number = 0; at >= 0; at = code.indexOf(word, pieces[number]!.to)) {
        while (pieces[number]!.to <= at) number++;
        found.push(number);
      }
      return found;
    },
    called: () => (called ??= new Set(code.match(/\b[A-Za-z_]\w*(?=[ \t\n\\]*\()/g))),
    withVariable: (name) => (variables ??= indexed(scopes.map(variableWords))).get(name) ?? [],
    withRecord: (name) => (records ??= indexed(scopes.map(recordWords))).get(name) ?? [],
    withTable: (value) => (tables ??= indexed(scopes.map((scope) => (mayHaveTable(scope) ? wordsIn(scope) : none)))).get(value) ?? [],
    withTables: () => scopes.flatMap((scope, number) => (mayHaveTable(scope) ? [number] : [])),
  };
}

/** Behind the last thing that ends before the head of a function. */
function lastEnd(code: string, from: number, bodyFrom: number): number {
  const front = code.slice(from, bodyFrom);
  return from + Math.max(front.lastIndexOf(";"), front.lastIndexOf("}")) + 1;
}

/** Numbers of pieces by their words. */
function indexed(words: readonly ReadonlySet<string>[]): Map<string, number[]> {
  return byKey(words.keys(), (number) => words[number]!);
}

/** Words that stand before a parenthesis, or first behind it, as in SYSCALL_DEFINE1(name, ...). */
function headWords(code: string): Set<string> {
  const words = new Set<string>();
  for (const match of code.matchAll(/\b(\w+)\s*\(\s*(\w*)/g)) words.add(match[1]!).add(match[2]!);
  return words;
}

/** Words of what may declare a variable: prototypes do not, unless what looks like their name is an attribute. */
function variableWords(scope: string): Set<string> {
  const words = new Set<string>();
  if (scope.trim() === "") return words;
  for (const statement of withoutDirectives(scope).split(/[;{}]/)) {
    if (isPrototype(statement)) continue;
    for (const word of wordsIn(statement)) words.add(word);
  }
  return words;
}

const none: ReadonlySet<string> = new Set();

function withoutDirectives(scope: string): string {
  return scope.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$/gm, "");
}

function mayHaveTable(scope: string): boolean {
  return scope.includes("{") && scope.includes("=");
}

/** Words of what stands before a brace that opens no body of a function, or behind one that closes. */
function recordWords(scope: string): ReadonlySet<string> {
  if (!scope.includes("{")) return none;
  const words = new Set<string>();
  let closed = false;
  const parts = withoutDirectives(scope).split(/([;{}])/);
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const statement = parts[at]!;
    const end = parts[at + 1];
    if (closed || (end === "{" && !isPrototype(statement))) for (const word of wordsIn(statement)) words.add(word);
    closed = end === "}";
  }
  return words;
}

function wordsIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/[A-Za-z_]\w*/g), ([word]) => word));
}

function isPrototype(statement: string): boolean {
  const first = statement.search(/[=,[(]/);
  // What a pointer to a function is called counts as a variable in prototypes as well (file-scope.ts).
  if (first < 0 || statement[first] !== "(" || /\(\s*\*/.test(statement)) return false;
  const name = /\b(\w+)\s*$/.exec(statement.slice(Math.max(0, first - 200), first))?.[1] ?? "_";
  return !attributeCalls.has(name) && !/^(?:_|asm|typeof|offsetof|alignof)/.test(name);
}
