/** Lowers if and switch. */
import type { BinaryOp, Expr } from "./ir.ts";
import type { OpenSwitch } from "./flow.ts";
import { literalValue } from "./literals.ts";
import { locOf, textOf, zero, type Lowering } from "./lowering.ts";
import { choiceAt, onlyWhenCompiled } from "./preprocessor.ts";
import { bare, childOf, firstNamed, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";

/** Whether an `if` that an #ifdef kept is the one that the #ifdef is about: it follows the directive or an `else`. */
function chained(l: Lowering, node: SyntaxNode): boolean {
  if (l.flow.chain === node.start) return true;
  const choice = choiceAt(l, "branch", node.start);
  return choice !== null && l.unit.masked.slice(choice.directiveTo, node.start).trim() === "";
}

export function lowerIf(l: Lowering, node: SyntaxNode): void {
  const { builder } = l;
  const yes = builder.newBlock();
  const no = builder.newBlock();
  const after = builder.newBlock();
  if (chained(l, node)) onlyWhenCompiled(l, "branch", node.start, no);
  l.test(childOf(node, "condition"), yes, no);
  builder.at(yes);
  const consequence = childOf(node, "consequence");
  if (consequence !== null) l.statement(consequence);
  builder.goto(after);
  builder.at(no);
  const alternative = childOf(node, "alternative");
  if (alternative !== null) {
    const arm = alternative.kind === "else_clause" ? (firstNamed(alternative) ?? alternative) : alternative;
    if (arm.kind === "if_statement") l.flow.chain = arm.start;
    else onlyWhenCompiled(l, "branch", arm.start, after);
    l.statement(alternative);
  }
  builder.goto(after);
  builder.at(after);
}

export function lowerSwitch(l: Lowering, node: SyntaxNode): void {
  const { builder } = l;
  const condition = childOf(node, "condition");
  const loc = locOf(l, node);
  let value: Expr = zero;
  if (condition?.broken === true) l.gap(condition, "condition not readable as C");
  else if (condition !== null) value = l.value(condition);
  const end = builder.suspend();
  const after = builder.newBlock();
  const open: OpenSwitch = { cases: [], otherwise: null };
  l.flow.switches.push(open);
  const outer = builder.targets.at(-1);
  builder.targets.push({ breakTo: after, continueTo: outer?.continueTo ?? null, cleanups: builder.cleanups.length });
  const body = childOf(node, "body");
  if (body !== null) l.statement(body);
  builder.targets.pop();
  l.flow.switches.pop();
  builder.goto(after);
  end({ k: "switch", value, cases: open.cases, otherwise: open.otherwise ?? after, loc });
  builder.at(after);
}

export function lowerCase(l: Lowering, node: SyntaxNode): void {
  const value = childOf(node, "value");
  const to = l.builder.startBlock();
  const open = l.flow.switches.at(-1);
  if (open === undefined) l.flow.cut?.enter(to, locOf(l, node).line);
  else if (value === null) open.otherwise = to;
  else open.cases.push({ ...caseRange(l, value), to });
  for (const child of namedChildren(node)) if (child !== value) l.statement(child);
}

/** `case a ... b:` was masked as a comparison. */
function caseRange(l: Lowering, node: SyntaxNode): { low: Expr; high: Expr } {
  const operator = node.kind === "binary_expression" ? operatorOf(node) : null;
  const left = childOf(node, "left");
  const right = childOf(node, "right");
  if (operator !== null && left !== null && right !== null && l.unit.plain.slice(operator.start - 1, operator.end).includes("..")) {
    return { low: constant(l, left), high: constant(l, right) };
  }
  const value = constant(l, node);
  return { low: value, high: value };
}

/** A constant expression: no steps, and what is more than names and operators is opaque. */
function constant(l: Lowering, node: SyntaxNode): Expr {
  const inner = bare(node);
  switch (inner.kind) {
    case "number_literal":
    case "char_literal":
    case "true":
    case "false":
      return literalValue(inner.kind, l.unit.plain.slice(inner.start, inner.end));
    case "identifier":
      return { k: "global", name: textOf(l, inner) };
    case "binary_expression": {
      const left = childOf(inner, "left");
      const right = childOf(inner, "right");
      const op = operatorOf(inner)?.kind ?? "";
      if (left === null || right === null || op === "&&" || op === "||") break;
      return { k: "binary", op: op as BinaryOp, left: constant(l, left), right: constant(l, right) };
    }
    default:
      break;
  }
  return { k: "opaque", text: textOf(l, inner) };
}
