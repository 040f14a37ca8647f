/** Lowers statements to control flow. What can't be read becomes a gap step over its own lines. */
import { lowerCase, lowerIf, lowerSwitch } from "./branches.ts";
import { leaveScope } from "./cleanup.ts";
import { lowerDeclaration } from "./declarations.ts";
import type { Expr } from "./ir.ts";
import { lowerGoto, lowerLabeled, lowerLeave, lowerReturn } from "./jumps.ts";
import { lowerDo, lowerFor, lowerWhile } from "./loop-statements.ts";
import { isMaskedMacro, lowerMaskedMacro } from "./loops.ts";
import { held, locOf, textOf, zero, type Lowering } from "./lowering.ts";
import { lowerChoice, lowerConditional } from "./preprocessor.ts";
import { childOf, firstNamed, namedChildren, type SyntaxNode } from "./syntax.ts";
import { lineAt } from "./unit-text.ts";

const deepest = 400;

/** The statements of a block in a scope of their own; the value is that of a last expression statement when wanted. */
export function lowerBlock(l: Lowering, node: SyntaxNode, wanted: boolean): Expr {
  const depth = l.builder.cleanups.length;
  l.builder.pushScope(node.end);
  const statements = namedChildren(node);
  const last = statements.at(-1);
  let value: Expr = zero;
  for (const statement of statements) {
    const inner = wanted && statement === last && statement.kind === "expression_statement" && !statement.broken ? firstNamed(statement) : null;
    if (inner === null) l.statement(statement);
    else value = held(l, l.value(inner), locOf(l, inner));
  }
  leaveScope(l, depth, node);
  l.builder.popScope();
  return value;
}

/** A stretch that can't be read. */
export function lowerGap(l: Lowering, node: SyntaxNode, reason: string): void {
  const { lineStarts } = l.unit;
  l.builder.gap(lineAt(lineStarts, node.start), lineAt(lineStarts, Math.max(node.start, node.end - 1)), reason);
}

/** Branches on a condition; one that can't be read is a gap and then either way, none at all is true. */
export function lowerTest(l: Lowering, node: SyntaxNode | null, yes: number, no: number): void {
  if (node === null) l.builder.goto(yes);
  else if (node.broken) {
    l.gap(node, "condition not readable as C");
    l.builder.branch({ k: "opaque", text: textOf(l, node) }, yes, no, locOf(l, node));
  } else l.condition(node, yes, no);
}

/** Where a statement's own text ends and that of its inner statements begins. */
function headEnd(node: SyntaxNode): number {
  switch (node.kind) {
    case "if_statement":
      return childOf(node, "consequence")?.start ?? node.end;
    case "while_statement":
    case "for_statement":
    case "switch_statement":
    case "do_statement":
      return childOf(node, "body")?.start ?? node.end;
    case "compound_statement":
    case "labeled_statement":
    case "case_statement":
    case "preproc_if":
    case "preproc_ifdef":
    case "else_clause":
      return node.start;
    default:
      return node.end;
  }
}

/** Skips the choices that stand before the function, whose body begins at `offset`. */
export function skipChoices(l: Lowering, offset: number): void {
  const first = l.unit.choices.findIndex((choice) => choice.from >= offset);
  l.flow.nextChoice = first < 0 ? l.unit.choices.length : first;
}

/** Lowers the choices that stand before `offset` and were not met yet. */
export function settleChoices(l: Lowering, offset: number): void {
  const { choices } = l.unit;
  for (let choice = choices[l.flow.nextChoice]; choice !== undefined && choice.from < offset; choice = choices[l.flow.nextChoice]) {
    l.flow.nextChoice++;
    lowerChoice(l, choice);
  }
}

export function lowerStatement(l: Lowering, node: SyntaxNode): void {
  if (l.flow.depth > deepest) {
    l.gap(node, "nested too deeply");
    return;
  }
  l.flow.depth++;
  settleChoices(l, headEnd(node));
  lowerCompound(l, node);
  l.flow.depth--;
}

/** Statements that hold others; these may be broken inside and are still entered. */
function lowerCompound(l: Lowering, node: SyntaxNode): void {
  switch (node.kind) {
    case "compound_statement":
      l.block(node, false);
      return;
    case "if_statement":
      if (isMaskedMacro(l, node)) lowerMaskedMacro(l, node);
      else lowerIf(l, node);
      return;
    case "while_statement":
      if (isMaskedMacro(l, node)) lowerMaskedMacro(l, node);
      else lowerWhile(l, node);
      return;
    case "do_statement":
      lowerDo(l, node);
      return;
    case "for_statement":
      lowerFor(l, node);
      return;
    case "switch_statement":
      lowerSwitch(l, node);
      return;
    case "case_statement":
      lowerCase(l, node);
      return;
    case "labeled_statement":
      lowerLabeled(l, node);
      return;
    case "preproc_if":
    case "preproc_ifdef":
      lowerConditional(l, node);
      return;
    case "else_clause":
    case "attributed_statement":
      for (const child of namedChildren(node)) if (child.kind !== "attribute_declaration") l.statement(child);
      return;
    case "cut_end":
      if (l.flow.cut === null) l.gap(node, "the text ends inside a block");
      else l.flow.cut.end();
      return;
    case "stray_else":
    case "stray_conditional":
      l.gap(node, "its #if or if is not in sight");
      return;
    default:
      if (silent.has(node.kind)) return;
      if (node.broken) l.gap(node, "not readable as C");
      else lowerSimple(l, node);
  }
}

/** What does nothing when it is run. */
const silent: ReadonlySet<string> = new Set([
  "type_definition", "struct_specifier", "union_specifier", "enum_specifier", "preproc_def", "preproc_function_def", "preproc_call", "preproc_include", "comment",
]);

function lowerSimple(l: Lowering, node: SyntaxNode): void {
  switch (node.kind) {
    case "expression_statement": {
      const inner = firstNamed(node);
      if (inner !== null) l.effect(inner);
      return;
    }
    case "declaration":
      lowerDeclaration(l, node);
      return;
    case "return_statement":
      lowerReturn(l, node);
      return;
    case "break_statement":
    case "continue_statement":
      lowerLeave(l, node);
      return;
    case "goto_statement":
      lowerGoto(l, node);
      return;
    default:
      l.gap(node, `unexpected ${node.kind.replaceAll("_", " ")}`);
  }
}
