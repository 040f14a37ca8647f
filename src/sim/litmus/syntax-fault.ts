/**
 * Where a thread stops being C: the first word with which no thread can go on, as herd7 names it (lib/CParser.mly, LALR).
 *
 * The front end reads patches, and so reads over what it can't read; a litmus test with a word missing must not be decided
 * without it. This knows statements and expressions by their shape alone.
 */
import { syntaxError, type LitmusSyntaxError } from "./source.ts";

interface Word {
  readonly text: string;
  readonly offset: number;
}

const word = /[ \t\r\n]+|\/\*[^]*?\*\/|\/\/[^\n]*|([A-Za-z_]\w*|0[xX][0-9A-Fa-f]+[uUlL]*|[0-9]+[uUlL]*|->|\+\+|--|<<=|>>=|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}[\]])/y;

/** The error of text[from..to], which holds whole threads; null when this reader finds none. */
export function syntaxFault(text: string, from: number, to: number): LitmusSyntaxError | null {
  const words: Word[] = [];
  for (let at = from; at < to;) {
    word.lastIndex = at;
    const match = word.exec(text);
    if (!match) return errorAt(text, words, { text: text[at]!, offset: at });
    if (match[1] !== undefined) words.push({ text: match[1], offset: at });
    at += match[0].length;
  }
  const reader: Reader = { words, at: 0, depth: 0 };
  try {
    while (reader.at < words.length) readThread(reader);
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const found = words[reader.at];
    return found ? syntaxError(text, found.offset, `unexpected '${found.text}'`) : syntaxError(text, to, "unexpected end of the threads");
  }
}

/** A character that starts no word: the words before it may already be wrong. */
function errorAt(text: string, words: readonly Word[], end: Word): LitmusSyntaxError {
  const reader: Reader = { words: [...words, end], at: 0, depth: 0 };
  try {
    while (reader.at < words.length) readThread(reader);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  const found = reader.words[reader.at] ?? end;
  return syntaxError(text, found.offset, `unexpected '${found.text}'`);
}

class Refused extends Error {}

interface Reader {
  readonly words: readonly Word[];
  at: number;
  depth: number;
}

/** Deeper nesting is no litmus test. */
const deepest = 400;

const keywords: ReadonlySet<string> = new Set(["if", "else", "while", "for", "do", "return", "switch", "case", "goto"]);

function next(reader: Reader): string {
  return reader.words[reader.at]?.text ?? "";
}

function take(reader: Reader, text: string): boolean {
  if (next(reader) !== text) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, text: string): void {
  if (!take(reader, text)) throw new Refused();
}

function isName(text: string): boolean {
  return /^[A-Za-z_]/.test(text) && !keywords.has(text);
}

function readThread(reader: Reader): void {
  while (isName(next(reader)) || next(reader) === "*") reader.at++;
  expect(reader, "(");
  if (!take(reader, ")")) {
    do readDeclarator(reader); while (take(reader, ","));
    expect(reader, ")");
  }
  readBlock(reader);
}

/** Words and stars, the last of them the name; `int a[2]`. */
function readDeclarator(reader: Reader): void {
  if (!isName(next(reader))) throw new Refused();
  while (isName(next(reader)) || next(reader) === "*") reader.at++;
  while (take(reader, "[")) {
    if (next(reader) !== "]") readExpression(reader);
    expect(reader, "]");
  }
}

function readBlock(reader: Reader): void {
  expect(reader, "{");
  while (!take(reader, "}")) readStatement(reader);
}

function readStatement(reader: Reader): void {
  if (++reader.depth > deepest) throw new Refused();
  switch (next(reader)) {
    case "{": readBlock(reader); break;
    case ";": reader.at++; break;
    case "if":
      readHead(reader);
      readStatement(reader);
      if (take(reader, "else")) readStatement(reader);
      break;
    case "while":
    case "switch":
      readHead(reader);
      readStatement(reader);
      break;
    case "case":
      reader.at++;
      readOperand(reader);
      expect(reader, ":");
      break;
    case "goto":
      reader.at++;
      if (!isName(next(reader))) throw new Refused();
      reader.at++;
      expect(reader, ";");
      break;
    case "for":
      reader.at++;
      expect(reader, "(");
      for (const end of [";", ";", ")"]) {
        if (next(reader) !== end) readSimple(reader);
        expect(reader, end);
      }
      readStatement(reader);
      break;
    case "do":
      reader.at++;
      readStatement(reader);
      if (next(reader) !== "while") throw new Refused();
      readHead(reader);
      expect(reader, ";");
      break;
    case "return":
      reader.at++;
      if (next(reader) !== ";") readExpression(reader);
      expect(reader, ";");
      break;
    default:
      if (isName(next(reader)) && reader.words[reader.at + 1]?.text === ":") {
        reader.at += 2;
        break;
      }
      readSimple(reader);
      expect(reader, ";");
  }
  reader.depth--;
}

/** `if (...)` and `while (...)`. */
function readHead(reader: Reader): void {
  reader.at++;
  expect(reader, "(");
  readExpression(reader);
  expect(reader, ")");
}

/** A declaration, an assignment or a call, without its semicolon. */
function readSimple(reader: Reader): void {
  if (!declares(reader)) return readExpression(reader);
  do {
    readDeclarator(reader);
    if (take(reader, "=")) readExpression(reader);
  } while (take(reader, ","));
}

/** Two names in a row, perhaps with stars between: a type and what it is the type of. */
function declares(reader: Reader): boolean {
  if (!isName(next(reader))) return false;
  let at = reader.at + 1;
  while (reader.words[at]?.text === "*") at++;
  const follows = reader.words[at]?.text ?? "";
  if (at === reader.at + 1) return isName(follows) && isTypeWord(next(reader));
  return isName(follows) && (isTypeWord(next(reader)) || /^[=;,[]$/.test(reader.words[at + 1]?.text ?? ""));
}

function isTypeWord(text: string): boolean {
  return /^(?:struct|union|unsigned|signed|const|volatile|void|char|short|int|long|bool|_Bool|size_t|u?intptr_t|[us](?:8|16|32|64)|\w+_t)$/.test(text);
}

const binary = /^(?:[-+*/%&|^<>=?:.]|->|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|<<=|>>=)$/;

function readExpression(reader: Reader): void {
  if (++reader.depth > deepest) throw new Refused();
  readOperand(reader);
  while (binary.test(next(reader))) {
    reader.at++;
    readOperand(reader);
  }
  reader.depth--;
}

function readOperand(reader: Reader): void {
  while (/^(?:[-+*&!~]|\+\+|--)$/.test(next(reader))) reader.at++;
  const first = next(reader);
  if (first === "(") {
    reader.at++;
    if (isTypeWord(next(reader))) {
      readDeclarator(reader);
      expect(reader, ")");
      return readOperand(reader);
    }
    if (next(reader) === "{") {
      readBlock(reader);
    } else {
      readExpression(reader);
      while (take(reader, ",")) readExpression(reader);
    }
    expect(reader, ")");
  } else if (isName(first) || /^[0-9]/.test(first)) {
    reader.at++;
  } else {
    throw new Refused();
  }
  for (;;) {
    if (take(reader, "[")) {
      readExpression(reader);
      expect(reader, "]");
    } else if (take(reader, "(")) {
      if (take(reader, ")")) continue;
      do readExpression(reader); while (take(reader, ","));
      expect(reader, ")");
    } else if (!take(reader, "++") && !take(reader, "--")) {
      return;
    }
  }
}
