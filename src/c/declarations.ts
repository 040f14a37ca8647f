/** Lowers declarations inside functions: variables come into scope, initialisers become assignments. */
import { aggregate } from "./expressions.ts";
import { declareFree } from "./cleanup.ts";
import { locOf, type Lowering } from "./lowering.ts";
import { childOf, childrenOf, type SyntaxNode } from "./syntax.ts";
import { declared } from "./type-text.ts";

/** The words before the first declarator. A typeof() is shown as the source has it. */
function baseText(l: Lowering, node: SyntaxNode, declarators: readonly SyntaxNode[]): string {
  const record = node.children.find((child) => child.field === "type" && childOf(child, "body") !== null);
  if (record !== undefined) {
    const name = childOf(record, "name");
    return `${record.kind.replace("_specifier", "")} ${name === null ? "" : l.unit.masked.slice(name.start, name.end)}`;
  }
  const end = declarators[0]!.start;
  const masked = l.unit.masked.slice(node.start, end);
  return /_{6}/.test(masked) ? l.unit.plain.slice(node.start, end) : masked;
}

function declaresFunction(node: SyntaxNode): boolean {
  let at: SyntaxNode | null = node;
  while (at !== null && at.kind === "pointer_declarator") at = childOf(at, "declarator");
  return at?.kind === "function_declarator" && childOf(at, "declarator")?.kind === "identifier";
}

export function lowerDeclaration(l: Lowering, node: SyntaxNode): void {
  const declarators = childrenOf(node, "declarator");
  if (declarators.length === 0) return;
  const base = baseText(l, node, declarators);
  if (/\b(?:extern|typedef)\b/.test(base)) return;
  const kind = /\bstatic\b/.test(base) ? "static" : "local";
  for (const declarator of declarators) {
    const initialised = declarator.kind === "init_declarator";
    const core = initialised ? childOf(declarator, "declarator") : declarator;
    if (core === null || declaresFunction(core)) continue;
    const { name: source, type } = declared(`${base} ${l.unit.masked.slice(core.start, core.end)}`);
    if (source === "") continue;
    const initialiser = initialised ? childOf(declarator, "value") : null;
    const loc = locOf(l, core);
    if (kind === "static") {
      l.builder.declare(source, type, kind);
      continue;
    }
    // The name is in scope in its own initialiser.
    const name = l.builder.declare(source, type, kind);
    const value = initialiser === null ? null : initialiser.kind === "initializer_list" ? aggregate(l, initialiser, type) : l.value(initialiser);
    l.builder.assign(name, value, loc, true);
    declareFree(l, declarator, name, core.end, initialiser?.start ?? node.end);
  }
}
