/**
 * The syntax tree as plain data. The parser's own tree lives in wasm memory and must be freed by hand; it is copied once
 * and freed at once, so that nothing after the parser has to care.
 */

export interface SyntaxNode {
  /** The grammar's name of the node, or the token itself for keywords and punctuation. */
  readonly kind: string;
  /** Field name in the parent, "" when none. */
  readonly field: string;
  /** Offsets in the unit's text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly named: boolean;
  /** True when the node holds, at any depth, text that is not C or lacks a token. */
  readonly broken: boolean;
  readonly children: readonly SyntaxNode[];
}

export function makeNode(kind: string, start: number, end: number, children: readonly SyntaxNode[], field = ""): SyntaxNode {
  return { kind, field, start, end, named: true, broken: children.some((child) => child.broken), children };
}

export function withField(node: SyntaxNode, field: string): SyntaxNode {
  return { ...node, field };
}

export function childOf(node: SyntaxNode, field: string): SyntaxNode | null {
  for (const child of node.children) if (child.field === field) return child;
  return null;
}

export function childrenOf(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((child) => child.field === field);
}

export function namedChildren(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child.named);
}

export function firstNamed(node: SyntaxNode): SyntaxNode | null {
  for (const child of node.children) if (child.named) return child;
  return null;
}

/** The operator token of a binary, unary, assignment or update expression. */
export function operatorOf(node: SyntaxNode): SyntaxNode | null {
  return childOf(node, "operator") ?? node.children.find((child) => !child.named) ?? null;
}

/** Parentheses stripped. */
export function bare(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.kind === "parenthesized_expression") {
    const inner = firstNamed(at);
    if (inner === null) return at;
    at = inner;
  }
  return at;
}
