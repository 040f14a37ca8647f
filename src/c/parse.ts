/**
 * The C grammar: loaded once, then parsing is synchronous. Only this file talks to web-tree-sitter; trees are copied to
 * plain nodes and freed here.
 */
import { createRequire } from "node:module";
import { Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { ParsedBefore } from "./parsed-before.ts";
import type { SyntaxNode } from "./syntax.ts";

/** Nodes nested deeper than this are copied as one broken node: hostile input must not overflow the stack of a later stage. */
const maxDepth = 800;

interface Grammar {
  readonly parser: Parser;
  readonly fields: readonly (string | null)[];
  /** Name of each node type, and whether it is a named one. */
  readonly kinds: readonly string[];
  readonly named: readonly boolean[];
}

let grammar: Grammar | null = null;
let loading: Promise<void> | null = null;

async function load(): Promise<void> {
  const { resolve } = createRequire(import.meta.url);
  await Parser.init({ locateFile: () => resolve("web-tree-sitter/web-tree-sitter.wasm") });
  const language = await Language.load(resolve("tree-sitter-c/tree-sitter-c.wasm"));
  const parser = new Parser();
  parser.setLanguage(language);
  grammar = {
    parser,
    fields: language.fields,
    kinds: language.types,
    named: language.types.map((_, id) => language.nodeTypeIsNamed(id)),
  };
}

/** Loads the grammar; later calls wait for the first one. Must have been awaited before anything is parsed. */
export function initC(): Promise<void> {
  loading ??= load();
  return loading;
}

/**
 * Parses `text` and returns the root, with offsets counted from `offset`.
 * Throws when initC() has not been awaited.
 */
export function parse(text: string, offset = 0): SyntaxNode {
  return before.rootOf(text, offset, parseAnew);
}

const before = new ParsedBefore();

function parseAnew(text: string, offset: number): SyntaxNode {
  if (grammar === null) throw new Error("initC() must be awaited before C is parsed");
  const tree = withinBudget(grammar.parser, text);
  if (tree === null) return { kind: "ERROR", field: "", start: offset, end: offset + text.length, named: true, broken: true, children: [] };
  const cursor = tree.walk();
  try {
    return copy(cursor, grammar, offset, 0);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/**
 * Recovery from errors can take time that grows much faster than the text. The parser reports every hundred operations
 * and needs about one report for 250 characters of C; who needs ten times as many is given up on. Counted, not timed, so
 * that the same text always gives the same result. null: given up.
 */
function withinBudget(parser: Parser, text: string): Tree | null {
  let left = 200 + text.length / 25;
  const tree = parser.parse(text, null, { progressCallback: () => --left < 0 });
  if (tree === null) parser.reset();
  return tree;
}

/** The id of ERROR nodes is not in the tables. */
const errorId = 65535;

function copy(cursor: TreeCursor, tables: Grammar, offset: number, depth: number): SyntaxNode {
  const id = cursor.nodeTypeId;
  const kind = id === errorId ? "ERROR" : (tables.kinds[id] ?? "ERROR");
  const start = cursor.startIndex + offset;
  const end = cursor.endIndex + offset;
  const field = tables.fields[cursor.currentFieldId] ?? "";
  let broken = kind === "ERROR" || (start === end && kind !== ";" && cursor.nodeIsMissing);
  const children: SyntaxNode[] = [];
  if (depth >= maxDepth) {
    broken = true;
  } else if (cursor.gotoFirstChild()) {
    do {
      const child = copy(cursor, tables, offset, depth + 1);
      if (child.broken) broken = true;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  const node: SyntaxNode = { kind, field, start, end, named: id === errorId || (tables.named[id] ?? false), broken, children };
  return kind === "update_expression" ? rebound(node) : node;
}

/** The grammar binds `!p++` as `(!p)++`; C has it the other way round. */
function rebound(update: SyntaxNode): SyntaxNode {
  const [sign, step] = update.children;
  if (sign?.kind !== "unary_expression" || step === undefined) return update;
  const operand = sign.children.find((child) => child.field === "argument");
  if (operand === undefined) return update;
  const stepped = rebound({ ...update, start: operand.start, field: "argument", children: [operand, step] });
  return { ...sign, field: update.field, end: update.end, children: sign.children.map((child) => (child === operand ? stepped : child)) };
}
