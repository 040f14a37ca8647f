/** Lowers for_each-like macros and scoped guards, which the mask shows to the parser as `while` or `if`. */
import { declareGuard, leaveScope, tryGuard } from "./cleanup.ts";
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
  else if (name === "scoped_cond_guard" && args.length > 1) scopedCondGuard(l, node, args, body);
  else forEach(l, node, name, condition, body);
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

/** The guard is tried: where it fails, the statement that is the second argument is run in the place of the body. */
function scopedCondGuard(l: Lowering, node: SyntaxNode, [kind, failure, ...args]: readonly SyntaxNode[], body: SyntaxNode | null): void {
  const depth = l.builder.cleanups.length;
  const [inside, failed, after] = [l.builder.newBlock(), l.builder.newBlock(), l.builder.newBlock()];
  const loc = locOf(l, node);
  l.builder.pushScope(node.end);
  l.builder.targets.push({ breakTo: after, continueTo: after, cleanups: depth });
  const taken = tryGuard(l, node, textOf(l, kind!), args.map((arg) => l.value(arg)));
  l.builder.branch(taken, inside, failed, loc);
  l.builder.at(inside);
  if (body !== null) l.statement(body);
  leaveScope(l, depth, node);
  l.builder.goto(after);
  l.builder.at(failed);
  const statement = sourceOf(l.unit, failure!.start, Math.min(args[0]?.start ?? node.end, failure!.start + longestFailure)).trim();
  const returned = /^return\b\s*([^,;)]*)/.exec(statement);
  if (returned !== null) {
    l.builder.runCleanups(0, loc);
    l.builder.end({ k: "return", value: returned[1] === "" ? null : numberOrText(returned[1]!), loc });
  } else l.gap(node, "the statement of a guard that was not taken");
  l.builder.goto(after);
  l.builder.targets.pop();
  l.builder.popScope();
  l.builder.at(after);
}

/** The mask shows the statement of a guard that was not taken as a number, where it is no longer than this. */
const longestFailure = 240;

function numberOrText(text: string): Expr {
  const value = text.trim();
  return /^-?\d{1,18}$/.test(value) ? { k: "num", value: BigInt(value) } : { k: "opaque", text: value };
}

/** One round of a macro loop: a call decides whether there is another element, which the loop variable then takes. */
function forEach(l: Lowering, node: SyntaxNode, name: string, condition: SyntaxNode | null, body: SyntaxNode | null): void {
  const head = l.builder.startBlock();
  const inside = l.builder.newBlock();
  const after = l.builder.newBlock();
  lowerLoopCall(l, node, name, condition, inside, after);
  l.builder.targets.push({ breakTo: after, continueTo: head, cleanups: l.builder.cleanups.length });
  if (body !== null) l.statement(body);
  l.builder.targets.pop();
  l.builder.goto(head);
  l.builder.at(after);
}

/**
 * The head of a macro loop at `node`: goes to `inside` with the variable set, or to `after`. Also for a loop that
 * ends in `} for_each_vma(vmi, vma);`. Steps go to `inside` afterwards.
 */
export function lowerLoopCall(l: Lowering, node: SyntaxNode, name: string, condition: SyntaxNode | null, inside: number, after: number): void {
  const loc = locOf(l, node);
  const rule = loopRule(name);
  const args = macroArguments(condition);
  const variable = loopVariable(l, args, rule.variable);
  const values = args.map((arg) => l.value(arg));
  const dst = l.builder.temp();
  const element: Expr = { k: "var", name: dst };
  l.builder.call({ dst, callee: name, args: values, text: sourceOf(l.unit, node.start, condition?.end ?? node.end), role: "loop", loc });
  if (rule.endsNull && variable !== null) l.builder.assign(variable, element, loc);
  const taken = l.builder.newBlock();
  l.builder.branch(element, taken, after, loc);
  l.builder.at(taken);
  if (!rule.endsNull && variable !== null) l.builder.assign(variable, element, loc);
  l.builder.goto(inside);
  l.builder.at(inside);
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

