/** Lowers the condition of an #if whose arms are whole statements: both arms are taken, under a branch on the configuration symbol. */
import type { BinaryOp, Expr } from "./ir.ts";
import { literalValue } from "./literals.ts";
import { locOf, textOf, type Lowering } from "./lowering.ts";
import type { ArmChoice } from "./conditionals.ts";
import { parseDirective } from "./leaves.ts";
import { lineAt, locAt, sourceOf } from "./unit-text.ts";
import { childOf, firstNamed, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";

/** Values of preprocessor expressions; equal symbols give equal globals. */
function conditionValue(l: Lowering, node: SyntaxNode): Expr {
  switch (node.kind) {
    case "parenthesized_expression": {
      const inner = firstNamed(node);
      return inner === null ? { k: "num", value: 0n } : conditionValue(l, inner);
    }
    case "identifier":
      return { k: "global", name: textOf(l, node) };
    case "number_literal":
    case "char_literal":
      return literalValue(node.kind, textOf(l, node));
    case "preproc_defined": {
      const name = firstNamed(node);
      return { k: "global", name: name === null ? "" : textOf(l, name) };
    }
    case "call_expression": {
      const callee = childOf(node, "function");
      const list = childOf(node, "arguments");
      const argument = list === null ? null : firstNamed(list);
      if (callee !== null && argument !== null && /^IS_(?:ENABLED|BUILTIN|MODULE|REACHABLE)$/.test(textOf(l, callee))) {
        return { k: "global", name: textOf(l, argument) };
      }
      return { k: "opaque", text: textOf(l, node) };
    }
    case "binary_expression": {
      const left = childOf(node, "left");
      const right = childOf(node, "right");
      const op = operatorOf(node)?.kind;
      if (left === null || right === null || op === undefined || op === "&&" || op === "||") break;
      return { k: "binary", op: op as BinaryOp, left: conditionValue(l, left), right: conditionValue(l, right) };
    }
    default:
      break;
  }
  return { k: "opaque", text: textOf(l, node) };
}

function branchOn(l: Lowering, node: SyntaxNode, yes: number, no: number): void {
  if (node.kind === "parenthesized_expression") {
    const inner = firstNamed(node);
    if (inner !== null) {
      branchOn(l, inner, yes, no);
      return;
    }
  }
  if (node.kind === "unary_expression" && operatorOf(node)?.kind === "!") {
    const argument = childOf(node, "argument");
    if (argument !== null) {
      branchOn(l, argument, no, yes);
      return;
    }
  }
  const op = node.kind === "binary_expression" ? operatorOf(node)?.kind : undefined;
  if (op === "&&" || op === "||") {
    const left = childOf(node, "left");
    const right = childOf(node, "right");
    if (left !== null && right !== null) {
      const second = l.builder.newBlock();
      if (op === "&&") branchOn(l, left, second, no);
      else branchOn(l, left, yes, second);
      l.builder.at(second);
      branchOn(l, right, yes, no);
      return;
    }
  }
  l.builder.branch(conditionValue(l, node), yes, no, locOf(l, node));
}

/** Branches on whether the arm that was kept of a conditional is the one compiled. */
function branchOnChoice(l: Lowering, choice: ArmChoice, kept: number, other: number): void {
  const { unit } = l;
  const directive = parseDirective(unit.plain, choice.from, choice.directiveTo);
  const condition = directive === null ? null : (childOf(directive, "condition") ?? childOf(directive, "name"));
  const text = sourceOf(unit, choice.from, choice.directiveTo);
  const negated = choice.negated !== /^#\s*ifn/.test(text);
  if (condition === null) l.builder.branch({ k: "opaque", text }, kept, other, locAt(unit.lineStarts, choice.from));
  else branchOn(l, condition, negated ? other : kept, negated ? kept : other);
}

/** A choice that cuts through a statement: where the other arm is compiled stands a gap, after which both go on alike. */
export function lowerChoice(l: Lowering, choice: ArmChoice): void {
  const { builder, unit } = l;
  if (choice.k !== "gap") return;
  const kept = builder.newBlock();
  const other = builder.newBlock();
  branchOnChoice(l, choice, kept, other);
  builder.at(other);
  const text = sourceOf(unit, choice.from, choice.directiveTo);
  builder.gap(lineAt(unit.lineStarts, choice.from), lineAt(unit.lineStarts, choice.to), `${text} cuts through a statement: one arm is read`);
  builder.goto(kept);
  builder.at(kept);
}

/** The choice of kind `k` that the text at `offset` was kept by, null when it is always compiled. */
export function choiceAt(l: Lowering, k: ArmChoice["k"], offset: number): ArmChoice | null {
  const { choices } = l.unit;
  return choices.length === 0 ? null : (choices.find((choice) => choice.k === k && choice.from <= offset && offset < choice.to) ?? null);
}

/** Goes to `otherwise` where the text at `offset` is not compiled; steps go on where it is. */
export function onlyWhenCompiled(l: Lowering, k: ArmChoice["k"], offset: number, otherwise: number): void {
  const choice = choiceAt(l, k, offset);
  if (choice === null) return;
  const kept = l.builder.newBlock();
  branchOnChoice(l, choice, kept, otherwise);
  l.builder.at(kept);
}

/** Lowers an #if, #ifdef, #elif or #elifdef with its alternatives. */
export function lowerConditional(l: Lowering, node: SyntaxNode): void {
  const condition = childOf(node, "condition") ?? childOf(node, "name");
  const alternative = childOf(node, "alternative");
  const body = namedChildren(node).filter((child) => child !== condition && child !== alternative);
  if (condition === null) {
    for (const child of body) l.statement(child);
    return;
  }
  const arm = l.builder.newBlock();
  const other = l.builder.newBlock();
  const after = l.builder.newBlock();
  const negated = /^\s*#\s*(?:el)?ifn/.test(l.unit.masked.slice(node.start, node.start + 40));
  branchOn(l, condition, negated ? other : arm, negated ? arm : other);
  l.builder.at(arm);
  for (const child of body) l.statement(child);
  l.builder.goto(after);
  l.builder.at(other);
  if (alternative !== null) {
    if (alternative.kind === "preproc_else") for (const child of namedChildren(alternative)) l.statement(child);
    else lowerConditional(l, alternative);
  }
  l.builder.goto(after);
  l.builder.at(after);
}
