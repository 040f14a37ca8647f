/** Parses single statements and expressions out of their context, trying again in simpler ways before giving up. */
import { parse } from "./parse.ts";
import { childOf, makeNode, namedChildren, withField, type SyntaxNode } from "./syntax.ts";

/** Statement kinds that the grammar gives to an expression it took for something else. */
const misreadKinds: ReadonlySet<string> = new Set(["macro_type_specifier", "function_definition", "type_identifier", "sized_type_specifier", "linkage_specification"]);

/** True when a statement in the tree was taken for something that a function can't hold. */
export function misread(node: SyntaxNode): boolean {
  if (node.children.length === 0) return false;
  if (node.kind === "compound_statement" || node.kind === "labeled_statement" || node.kind === "case_statement" || node.kind.startsWith("preproc_")) {
    if (node.children.some((child) => misreadKinds.has(child.kind))) return true;
  }
  return node.children.some(misread);
}

function brokenNode(start: number, end: number): SyntaxNode {
  return { kind: "ERROR", field: "", start, end, named: true, broken: true, children: [] };
}

/** No statement is longer; the parser's own recovery is slow on what isn't C. */
const longest = 64_000;

/** The expression in `code` from..to; an ERROR node when it is none. */
export function parseExpression(code: string, from: number, to: number, field = ""): SyntaxNode {
  if (to - from > longest) return withField(brokenNode(from, to), field);
  const root = parse(`{_=${code.slice(from, to)};}`, from - 3);
  const statement = root.children[0]?.children.find((child) => child.kind === "expression_statement");
  const assignment = statement?.children[0];
  const right = assignment === undefined ? null : childOf(assignment, "right");
  if (right === null || root.broken || root.children.length !== 1 || namedChildren(root.children[0]!).length !== 1) {
    return withField(brokenNode(from, to), field);
  }
  // `_ = a, b` is a comma expression whose left side is the assignment.
  if (assignment!.kind !== "assignment_expression") return withField(brokenNode(from, to), field);
  return withField(right, field);
}

function statementsOf(code: string, from: number, to: number): SyntaxNode[] | null {
  const text = code.slice(from, to);
  const root = parse(text.endsWith(";") ? `{${text}}` : `{${text};}`, from - 1);
  const block = root.children[0];
  if (root.broken || block?.kind !== "compound_statement" || root.children.length !== 1) return null;
  const statements = namedChildren(block);
  return statements.some((statement) => misreadKinds.has(statement.kind)) ? null : statements;
}

/** One simple statement with its `;`. Falls back to reading it as an expression, then to an ERROR node over its text. */
export function parseStatement(code: string, from: number, to: number): SyntaxNode[] {
  if (to - from > longest) return [brokenNode(from, to)];
  const statements = statementsOf(code, from, to);
  if (statements !== null) return statements;
  const end = code[to - 1] === ";" ? to - 1 : to;
  const keyword = /^\s*(goto|return|break|continue|case|default|else|if|for|while|do|switch)\b/.exec(code.slice(from, Math.min(to, from + 40)))?.[1];
  if (keyword === "goto" && /^\s*goto\s*\*/.test(code.slice(from, Math.min(to, from + 40)))) return [makeNode("goto_statement", from, to, [])];
  if (keyword !== undefined) return [brokenNode(from, to)];
  const expression = parseExpression(code, from, end);
  if (!expression.broken) return [makeNode("expression_statement", from, to, [expression])];
  return [brokenNode(from, to)];
}

/** The name or condition of a conditional directive: a preproc_if or preproc_ifdef node without body. */
export function parseDirective(code: string, from: number, to: number): SyntaxNode | null {
  const line = code.slice(from, to).replace(/^(\s*#\s*)elif/, "$1  if").replace(/^(\s*#\s*)  if(n?)def/, "$1if$2def  ");
  const root = parse(`${line}\n#endif\n`, from);
  const node = root.children[0];
  return node === undefined || root.broken || !node.kind.startsWith("preproc_if") ? null : node;
}
