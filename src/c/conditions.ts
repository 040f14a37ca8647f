/** Lowers conditions to branches: `&&`, `||`, `!` and macros that pass a truth on become control flow. */
import { locOf, wordAt, type Lowering } from "./lowering.ts";
import { macroRules } from "./macros.ts";
import { choiceAt, onlyWhenCompiled } from "./preprocessor.ts";
import { bare, childOf, namedChildren, operatorOf, type SyntaxNode } from "./syntax.ts";

export function isLogical(node: SyntaxNode): boolean {
  const op = operatorOf(node)?.kind;
  return node.kind === "binary_expression" && (op === "&&" || op === "||");
}

/** Ends the current block on the truth of `node`. */
export function lowerCondition(l: Lowering, node: SyntaxNode, yes: number, no: number): void {
  const inner = bare(node);
  const op = operatorOf(inner)?.kind;
  if (inner.kind === "unary_expression" && op === "!") {
    const argument = childOf(inner, "argument");
    if (argument !== null) {
      l.condition(argument, no, yes);
      return;
    }
  }
  if (isLogical(inner)) {
    const left = childOf(inner, "left");
    const right = childOf(inner, "right");
    if (left !== null && right !== null) {
      const second = l.builder.newBlock();
      // `#ifdef X` around `a ||`: where X is off, the right side decides.
      if (choiceAt(l, "operand", right.start) === null && choiceAt(l, "operand", operatorOf(inner)!.start) !== null) {
        onlyWhenCompiled(l, "operand", left.start, second);
      }
      if (op === "&&") l.condition(left, second, no);
      else l.condition(left, yes, second);
      l.builder.at(second);
      onlyWhenCompiled(l, "operand", right.start, op === "&&" ? yes : no);
      l.condition(right, yes, no);
      return;
    }
  }
  if (inner.kind === "comma_expression") {
    const left = childOf(inner, "left");
    const right = childOf(inner, "right");
    if (left !== null && right !== null) {
      l.effect(left);
      l.condition(right, yes, no);
      return;
    }
  }
  const passed = inner.kind === "call_expression" ? transparentArgument(l, inner) : null;
  if (passed !== null) l.condition(passed, yes, no);
  else l.builder.branch(l.value(inner), yes, no, locOf(l, inner));
}

/** The argument whose truth is that of the whole macro: likely(x), WARN_ON(x). */
function transparentArgument(l: Lowering, call: SyntaxNode): SyntaxNode | null {
  const callee = childOf(call, "function");
  const list = childOf(call, "arguments");
  if (callee === null || list === null || callee.kind !== "identifier") return null;
  const rule = macroRules.get(wordAt(l, callee));
  return rule?.k === "transparent" ? (namedChildren(list)[rule.arg] ?? null) : null;
}
