/** Lowers for_each-like macros and scoped guards, which the mask shows to the parser as `while` or `if`. */
import { addressOf } from "./access.ts";
import { declareGuard, leaveScope } from "./cleanup.ts";
import type { Expr } from "./ir.ts";
import { locOf, textOf, wordAt, type Lowering } from "./lowering.ts";
import { loopRule } from "./macros.ts";
import { bare, childOf, firstNamed, type SyntaxNode } from "./syntax.ts";
import { sourceOf } from "./unit-text.ts";

/** The arguments of a masked macro: its parenthesis holds a comma expression. */
function macroArguments(condition: SyntaxNode | null): SyntaxNode[] {
  const inner = condition === null ? null : firstNamed(condition);
  if (inner === null) return [];
  const args: SyntaxNode[] = [];
  let at = inner;
  for (;;) {
    const left = childOf(at, "left");
    const right = childOf(at, "right");
    if (at.kind !== "comma_expression" || left === null || right === null) break;
    args.push(left);
    at = right;
  }
  args.push(at);
  return args;
}

/** True when the `while` or `if` at `node` is a macro in the source. */
export function isMaskedMacro(l: Lowering, node: SyntaxNode): boolean {
  const word = wordAt(l, node);
  return word !== "while" && word !== "if" && word !== "";
}

export function lowerMaskedMacro(l: Lowering, node: SyntaxNode): void {
  const name = wordAt(l, node);
  const condition = childOf(node, "condition");
  const body = childOf(node, "body") ?? childOf(node, "consequence");
  const args = macroArguments(condition);
  const first = args[0];
  if (name === "scoped_guard" && first !== undefined) scopedGuard(l, node, textOf(l, first), args.slice(1), body);
  else forEach(l, node, name, args, condition, body);
}

function scopedGuard(l: Lowering, node: SyntaxNode, kind: string, args: readonly SyntaxNode[], body: SyntaxNode | null): void {
  const depth = l.builder.cleanups.length;
  const after = l.builder.newBlock();
  l.builder.pushScope(node.end);
  l.builder.targets.push({ breakTo: after, continueTo: after, cleanups: depth });
  declareGuard(l, node, kind, args.map((arg) => l.value(arg)));
  if (body !== null) l.statement(body);
  leaveScope(l, depth, node);
  l.builder.targets.pop();
  l.builder.popScope();
  l.builder.goto(after);
  l.builder.at(after);
}

/** One round of a macro loop: a call decides whether there is another element, which the loop variable then takes. */
function forEach(l: Lowering, node: SyntaxNode, name: string, args: readonly SyntaxNode[], condition: SyntaxNode | null, body: SyntaxNode | null): void {
  const loc = locOf(l, node);
  const rule = loopRule(name);
  const head = l.builder.startBlock();
  const inside = l.builder.newBlock();
  const after = l.builder.newBlock();
  const variable = loopVariable(l, args, rule.variable);
  const values = args.map((arg): Expr => {
    const place = variable !== null && isVariable(l, arg, variable) ? { k: "var" as const, name: variable } : null;
    return place === null ? l.value(arg) : addressOf(l, place);
  });
  const dst = l.builder.temp();
  const element: Expr = { k: "var", name: dst };
  l.builder.call({ dst, callee: name, args: values, text: sourceOf(l.unit, node.start, condition?.end ?? node.end), role: "loop", loc });
  if (rule.endsNull && variable !== null) l.builder.assign(variable, element, loc);
  l.builder.branch(element, inside, after, loc);
  l.builder.at(inside);
  if (!rule.endsNull && variable !== null) l.builder.assign(variable, element, loc);
  l.builder.targets.push({ breakTo: after, continueTo: head, cleanups: l.builder.cleanups.length });
  if (body !== null) l.statement(body);
  l.builder.targets.pop();
  l.builder.goto(head);
  l.builder.at(after);
}

function isVariable(l: Lowering, arg: SyntaxNode, name: string): boolean {
  const inner = bare(arg);
  return inner.kind === "identifier" && l.builder.lookup(textOf(l, inner)) === name;
}

/** The variable at the table's position, else the first argument that is one. */
function loopVariable(l: Lowering, args: readonly SyntaxNode[], position: number): string | null {
  for (const arg of [args[position], ...args]) {
    if (arg === undefined) continue;
    const inner = bare(arg);
    const name = inner.kind === "identifier" ? l.builder.lookup(textOf(l, inner)) : null;
    if (name !== null) return name;
  }
  return null;
}

