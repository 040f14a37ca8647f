/**
 * Reads statements by keywords and brackets, and only simple statements and expressions with the grammar. Used where the
 * grammar gives up: for functions with unreadable text in them, of which just that text is lost, and for fragments of
 * functions, whose brackets open or close out of sight. For these there are kinds of nodes that the grammar doesn't have:
 *
 * | kind | what it is |
 * |---|---|
 * | cut_end | the text ends here inside an open block |
 * | stray_close | a `}` whose block opened before the text; a condition when `while (...);` follows it |
 * | stray_else | an else arm whose `if` stands before the text |
 * | stray_conditional | statements since the start are one arm of an #if that opened before the text |
 */
import { parseDirective, parseExpression, parseStatement } from "./leaves.ts";
import { pairBrackets, skipBlank, type Brackets } from "./brackets.ts";
import { bareMacroEnd, directiveWord, lineEnd, semicolon, simpleEnd, wordFrom } from "./statement-ends.ts";
import { makeNode, withField, type SyntaxNode } from "./syntax.ts";

const maxNesting = 200;

interface Reader {
  readonly code: string;
  readonly to: number;
  readonly brackets: Brackets;
  at: number;
  nesting: number;
  /** Conditionals opened in the innermost block that await their #endif. */
  conditionals: number;
  /** Statements so far, and those of them that can't be read. */
  statements: number;
  broken: number;
}

function errorNode(start: number, end: number): SyntaxNode {
  return { kind: "ERROR", field: "", start, end, named: true, broken: true, children: [] };
}

/** The statements in `code` from..to, brackets closing or opening out of sight included. */
export function readFragment(code: string, from: number, to: number): SyntaxNode[] {
  const reader: Reader = { code, to, brackets: pairBrackets(code, from, to), at: from, nesting: 0, conditionals: 0, statements: 0, broken: 0 };
  const nodes: SyntaxNode[] = [];
  for (;;) {
    readList(reader, nodes, true);
    if (reader.at >= to) return nodes;
    nodes.push(strayClose(reader));
  }
}

/** A whole body, `from` at its brace: a compound statement. */
export function readBody(code: string, from: number, to: number): SyntaxNode {
  const reader: Reader = { code, to, brackets: pairBrackets(code, from, to), at: from, nesting: 0, conditionals: 0, statements: 0, broken: 0 };
  return readBlock(reader);
}

function strayClose(reader: Reader): SyntaxNode {
  const start = reader.at;
  reader.at++;
  const next = skipBlank(reader.code, reader.at);
  if (next < reader.to && wordFrom(reader.code, next) === "while") {
    const open = skipBlank(reader.code, next + 5);
    const end = reader.code[open] === "(" ? reader.brackets.parenEnd(open) : -1;
    const after = end < 0 ? -1 : skipBlank(reader.code, end);
    if (after >= 0 && after < reader.to && reader.code[after] === ";") {
      reader.at = after + 1;
      return makeNode("stray_close", start, reader.at, [parseExpression(reader.code, open, end, "condition")]);
    }
  }
  return makeNode("stray_close", start, reader.at, []);
}

/** Appends statements until a `}` that opens no block here, or the end. */
function readList(reader: Reader, nodes: SyntaxNode[], top: boolean): void {
  for (;;) {
    reader.at = Math.min(skipBlank(reader.code, reader.at), reader.to);
    if (reader.at >= reader.to || reader.code[reader.at] === "}") return;
    const before = reader.at;
    if (reader.code[reader.at] === "#") {
      if (!readDirective(reader, nodes, top)) return;
    } else readStatement(reader, nodes);
    if (reader.at <= before) reader.at = before + 1;
    if (exhausted(reader, nodes.at(-1))) {
      nodes.push(errorNode(reader.at, reader.to));
      reader.at = reader.to;
    }
  }
}

/** Most statements of one body, and of those most that can't be read: what has more is no C, and each costs a parse. */
const mostStatements = 10_000;
const mostBroken = 200;

function exhausted(reader: Reader, last: SyntaxNode | undefined): boolean {
  if (last?.broken === true) reader.broken++;
  return ++reader.statements > mostStatements || reader.broken > mostBroken;
}

function readBlock(reader: Reader): SyntaxNode {
  const start = reader.at;
  const nodes: SyntaxNode[] = [];
  const { conditionals } = reader;
  reader.conditionals = 0;
  reader.at++;
  if (++reader.nesting > maxNesting) {
    nodes.push(errorNode(start, reader.to));
    reader.at = reader.to;
  } else readList(reader, nodes, false);
  reader.nesting--;
  reader.conditionals = conditionals;
  if (reader.at < reader.to) reader.at++;
  else nodes.push(makeNode("cut_end", reader.to, reader.to, []));
  return makeNode("compound_statement", start, reader.at, nodes);
}

/** One statement as the body of another; several nodes become one block without a scope of its own to speak of. */
function readSingle(reader: Reader, field: string): SyntaxNode {
  reader.at = Math.min(skipBlank(reader.code, reader.at), reader.to);
  const start = reader.at;
  const nodes: SyntaxNode[] = [];
  if (reader.at >= reader.to) return makeNode("cut_end", reader.to, reader.to, [], field);
  if (reader.code[reader.at] !== "}" && reader.code[reader.at] !== "#") {
    if (++reader.nesting > maxNesting) {
      nodes.push(errorNode(start, reader.to));
      reader.at = reader.to;
    } else readStatement(reader, nodes);
    reader.nesting--;
  }
  const only = nodes[0];
  return nodes.length === 1 && only !== undefined ? withField(only, field) : makeNode("compound_statement", start, Math.max(start, reader.at), nodes, field);
}

function readStatement(reader: Reader, nodes: SyntaxNode[]): void {
  const { code } = reader;
  const start = reader.at;
  if (code[start] === "{") {
    nodes.push(readBlock(reader));
    return;
  }
  const word = wordFrom(code, start);
  switch (word) {
    case "if":
      nodes.push(readIf(reader));
      return;
    case "else": {
      reader.at += 4;
      const alternative = readSingle(reader, "alternative");
      nodes.push(makeNode("stray_else", start, reader.at, [alternative]));
      return;
    }
    case "while":
    case "switch":
      nodes.push(readHeaded(reader, word));
      return;
    case "for":
      nodes.push(readFor(reader));
      return;
    case "do":
      nodes.push(readDo(reader));
      return;
    case "case":
    case "default":
      if (readCase(reader, word, nodes)) return;
      break;
    default:
      if (word !== "" && readLabel(reader, word, nodes)) return;
  }
  const end = bareMacroEnd(code, start, reader.to, reader.brackets) ?? simpleEnd(reader.code, reader.at, reader.to);
  nodes.push(...parseStatement(code, start, end));
  reader.at = end;
}

/** The parenthesis behind a keyword; null when there is none that closes in sight. */
function readCondition(reader: Reader, keyword: string): SyntaxNode | null {
  const open = skipBlank(reader.code, reader.at + keyword.length);
  if (open >= reader.to || reader.code[open] !== "(") return null;
  const end = reader.brackets.parenEnd(open);
  if (end < 0 || end > reader.to) return null;
  reader.at = end;
  return parseExpression(reader.code, open, end, "condition");
}

/** A keyword whose parenthesis is cut off: everything to the next `;` or the end is lost. */
function headless(reader: Reader): SyntaxNode {
  const start = reader.at;
  reader.at = Math.max(simpleEnd(reader.code, reader.at, reader.to), start + 1);
  return errorNode(start, reader.at);
}

function readIf(reader: Reader): SyntaxNode {
  const start = reader.at;
  const condition = readCondition(reader, "if");
  if (condition === null) return headless(reader);
  const children = [condition, readSingle(reader, "consequence")];
  const next = skipBlank(reader.code, reader.at);
  if (next < reader.to && wordFrom(reader.code, next) === "else") {
    reader.at = next + 4;
    children.push(readSingle(reader, "alternative"));
  }
  return makeNode("if_statement", start, reader.at, children);
}

function readHeaded(reader: Reader, word: "while" | "switch"): SyntaxNode {
  const start = reader.at;
  const condition = readCondition(reader, word);
  if (condition === null) return headless(reader);
  const body = readSingle(reader, "body");
  return makeNode(`${word}_statement`, start, reader.at, [condition, body]);
}

function readDo(reader: Reader): SyntaxNode {
  const start = reader.at;
  reader.at += 2;
  const body = readSingle(reader, "body");
  const next = skipBlank(reader.code, reader.at);
  if (next >= reader.to || wordFrom(reader.code, next) !== "while") return makeNode("do_statement", start, reader.at, [body]);
  reader.at = next;
  const keyword: SyntaxNode = { kind: "while", field: "", start: next, end: next + 5, named: false, broken: false, children: [] };
  const condition = readCondition(reader, "while");
  if (condition === null) return makeNode("do_statement", start, reader.at, [body, keyword, headless(reader)]);
  const end = skipBlank(reader.code, reader.at);
  if (reader.code[end] === ";" && end < reader.to) reader.at = end + 1;
  return makeNode("do_statement", start, reader.at, [body, keyword, condition]);
}

function readFor(reader: Reader): SyntaxNode {
  const start = reader.at;
  const { code } = reader;
  const open = skipBlank(code, start + 3);
  const end = open < reader.to && code[open] === "(" ? reader.brackets.parenEnd(open) : -1;
  if (end < 0 || end > reader.to) return headless(reader);
  const first = semicolon(code, open + 1, end);
  const second = first < 0 ? -1 : semicolon(code, first + 1, end);
  const children: SyntaxNode[] = [];
  if (second < 0) children.push(withField(errorNode(open, end), "condition"));
  else {
    if (code.slice(open + 1, first).trim() !== "") {
      const [initializer] = parseStatement(code, open + 1, first + 1);
      if (initializer !== undefined) children.push(withField(initializer.kind === "expression_statement" ? (initializer.children[0] ?? initializer) : initializer, "initializer"));
    }
    if (code.slice(first + 1, second).trim() !== "") children.push(parseExpression(code, first + 1, second, "condition"));
    if (code.slice(second + 1, end - 1).trim() !== "") children.push(parseUpdate(code, second + 1, end - 1));
  }
  reader.at = end;
  children.push(readSingle(reader, "body"));
  return makeNode("for_statement", start, reader.at, children);
}

/** The update of a for: may be a comma expression, which needs parentheses to stand as one. */
function parseUpdate(code: string, from: number, to: number): SyntaxNode {
  const [statement] = parseStatement(code, from, to);
  const inner = statement?.kind === "expression_statement" ? statement.children[0] : undefined;
  return withField(inner ?? errorNode(from, to), "update");
}

function readCase(reader: Reader, word: string, nodes: SyntaxNode[]): boolean {
  const { code } = reader;
  const start = reader.at;
  let depth = 0;
  let questions = 0;
  for (let at = start + word.length; at < reader.to; at++) {
    const c = code[at]!;
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "?" && depth === 0) questions++;
    else if (c === ";" || c === "{" || c === "}") return false;
    else if (c === ":" && depth === 0 && questions-- === 0) {
      const children = word === "case" ? [parseExpression(code, start + 4, at, "value")] : [];
      nodes.push(makeNode("case_statement", start, at + 1, children));
      reader.at = at + 1;
      return true;
    }
  }
  return false;
}

function readLabel(reader: Reader, word: string, nodes: SyntaxNode[]): boolean {
  const start = reader.at;
  const colon = skipBlank(reader.code, start + word.length);
  if (colon >= reader.to || reader.code[colon] !== ":" || reader.code[colon + 1] === ":") return false;
  const label = makeNode("statement_identifier", start, start + word.length, [], "label");
  nodes.push(makeNode("labeled_statement", start, colon + 1, [label]));
  reader.at = colon + 1;
  return true;
}

/** False: an #else, #elif or #endif ends the list, as it belongs to the conditional around it. */
function readDirective(reader: Reader, nodes: SyntaxNode[], top: boolean): boolean {
  const start = reader.at;
  const end = lineEnd(reader.code, start, reader.to);
  const word = directiveWord(reader.code, start, end);
  if (/^(?:if|ifdef|ifndef)$/.test(word)) {
    nodes.push(readConditional(reader, ""));
    return true;
  }
  const closes = /^(?:else|elif|elifdef|elifndef|endif)$/.test(word);
  if (closes && reader.conditionals > 0) return false;
  reader.at = end;
  if (closes && word !== "endif" && top) readStrayArm(reader, nodes, start);
  return true;
}

/** The #if opened before the fragment: what was read so far is one arm, what follows up to #endif the other. */
function readStrayArm(reader: Reader, nodes: SyntaxNode[], start: number): void {
  const first = makeNode("compound_statement", start, start, nodes.splice(0), "consequence");
  const from = reader.at;
  const second = readArm(reader);
  endConditional(reader);
  nodes.push(makeNode("stray_conditional", start, reader.at, [first, makeNode("compound_statement", from, reader.at, second, "alternative")]));
}

function readArm(reader: Reader): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  reader.conditionals++;
  readList(reader, nodes, false);
  reader.conditionals--;
  return nodes;
}

function endConditional(reader: Reader): void {
  if (reader.at < reader.to && reader.code[reader.at] === "#") reader.at = lineEnd(reader.code, reader.at, reader.to);
}

/** Reads an #if or #elif with its arms. */
function readConditional(reader: Reader, field: string): SyntaxNode {
  const start = reader.at;
  const end = lineEnd(reader.code, start, reader.to);
  const directive = parseDirective(reader.code, start, end);
  const condition = directive?.children.find((child) => child.field === "condition" || child.field === "name");
  const children: SyntaxNode[] = [condition ?? makeNode("unreadable_condition", start, end, [], "condition")];
  reader.at = end;
  if (++reader.nesting > maxNesting) {
    children.push(errorNode(start, reader.to));
    reader.at = reader.to;
  } else children.push(...readArm(reader));
  const next = reader.at;
  const word = next < reader.to && reader.code[next] === "#" ? directiveWord(reader.code, next, reader.to) : "";
  if (word === "else") {
    reader.at = lineEnd(reader.code, next, reader.to);
    const arm = readArm(reader);
    children.push(makeNode("preproc_else", next, reader.at, arm, "alternative"));
    endConditional(reader);
  } else if (word.startsWith("elif")) children.push(readConditional(reader, "alternative"));
  else endConditional(reader);
  reader.nesting--;
  return makeNode("preproc_if", start, reader.at, children, field);
}
