/**
 * The C grammar: loaded once, then parsing is synchronous. Trees of the parser are copied to plain nodes here.
 */
import { errorId, type Cursor, type Grammar } from "./grammar.ts";
import { nativeGrammar } from "./native-grammar.ts";
import { ParsedBefore } from "./parsed-before.ts";
import type { SyntaxNode } from "./syntax.ts";

/** Nodes nested deeper than this are copied as one broken node: hostile input must not overflow the stack of a later stage. */
const maxDepth = 800;

/** A grammar with what is known of its node types, by id. */
export interface Tables {
  readonly grammar: Grammar;
  readonly kinds: (string | undefined)[];
  readonly named: boolean[];
  readonly silent: boolean[];
}

let tables: Tables | null = null;
let loading: Promise<void> | null = null;

/** MMREVIEW_GRAMMAR=wasm keeps text of strangers out of native code. */
async function load(): Promise<void> {
  const native = process.env["MMREVIEW_GRAMMAR"] === "wasm" ? null : nativeGrammar();
  tables = tablesOf(native ?? (await (await import("./wasm-grammar.ts")).wasmGrammar()));
}

export function tablesOf(grammar: Grammar): Tables {
  return { grammar, kinds: [], named: [], silent: [] };
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
  if (tables === null) throw new Error("initC() must be awaited before C is parsed");
  return parseBy(tables, text, offset);
}

/**
 * Recovery from errors can take time that grows with the square of the text. The parser needs about one report for 250 characters of C; who
 * needs ten times as many is given up on, and so is who makes more than 80 behind an error in a text of 100,000 characters (more in a
 * shorter one: what a report costs grows with the text). So is what nests deeper than copy() goes, which takes such time without an error.
 */
export function parseBy(by: Tables, text: string, offset: number): SyntaxNode {
  const budget = { reports: 200 + text.length / 25, spoilt: Math.max(20, 8_000_000 / text.length) };
  const root = nestsDeeperThan(maxDepth, text) ? null : by.grammar.parse(text, budget, (cursor, sound) => copy(cursor, by, offset, 0, sound));
  return root ?? { kind: "ERROR", field: "", start: offset, end: offset + text.length, named: true, broken: true, children: [] };
}

/** Counted by characters, in whatever they stand. */
function nestsDeeperThan(most: number, text: string): boolean {
  if (text.length <= most || (text.match(/[[({]/g) ?? []).length <= most) return false;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[({\])}]/g)) {
    if ("[({".includes(bracket)) {
      if (++depth > most) return true;
    } else if (depth > 0) depth--;
  }
  return false;
}

/** A type's name and whether its nodes are named are asked for once: to make a string of the parser's takes longer than to copy a node. */
function learn(cursor: Cursor, { kinds, named, silent }: Tables, id: number): string {
  named[id] = cursor.nodeIsNamed;
  const kind = (kinds[id] = cursor.nodeType);
  silent[id] = !named[id] && silentTokens.has(kind);
  return kind;
}

/** Tokens that say nothing: they are in no field, and nobody asks where they stand but for the parentheses of a cast. */
const silentTokens: ReadonlySet<string> = new Set(["(", ")", "{", "}", "[", "]", ",", ";", ":", "if", "else", "for", "switch", "case", "default", "return", "goto", "break", "continue"]);

/** Nodes without children, or with none that anybody looks at. */
const leaves: ReadonlySet<string> = new Set(["identifier", "field_identifier", "type_identifier", "statement_identifier", "primitive_type", "number_literal", "string_literal", "char_literal"]);

/** `sound`: no text of the tree is broken, so that nothing is missing. */
function copy(cursor: Cursor, by: Tables, offset: number, depth: number, sound: boolean): SyntaxNode {
  const id = cursor.nodeTypeId;
  const kind = id === errorId ? "ERROR" : (by.kinds[id] ?? learn(cursor, by, id));
  const start = cursor.startIndex + offset;
  const end = cursor.endIndex + offset;
  const field = by.grammar.fields[cursor.currentFieldId ?? 0] ?? "";
  let broken = kind === "ERROR" || (!sound && start === end && kind !== ";" && cursor.nodeIsMissing);
  const children: SyntaxNode[] = [];
  // Only named nodes have any.
  const named = id === errorId || by.named[id] === true;
  if (depth >= maxDepth) {
    broken = true;
  } else if (named && !(sound && leaves.has(kind)) && cursor.gotoFirstChild()) {
    const terse = sound && depth > 0 && kind !== "cast_expression" && kind !== "compound_literal_expression";
    do {
      if (terse && by.silent[cursor.nodeTypeId] === true) continue;
      const child = copy(cursor, by, offset, depth + 1, sound);
      if (child.broken) broken = true;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  const node: SyntaxNode = { kind, field, start, end, named, broken, children };
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
