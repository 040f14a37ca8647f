/** Lowers expressions whose value depends on a branch: `&&` and `||` as values, `?:`, operands under an #ifdef. */
import type { BinaryOp, Expr } from "./ir.ts";
import { held, locOf, one, textOf, zero, type Lowering } from "./lowering.ts";
import { onlyWhenCompiled } from "./preprocessor.ts";
import { childOf, type SyntaxNode } from "./syntax.ts";

/** 1 or 0 by control flow. */
export function lowerTruth(l: Lowering, node: SyntaxNode): Expr {
  const dst = l.builder.temp("int");
  const loc = locOf(l, node);
  const yes = l.builder.newBlock();
  const no = l.builder.newBlock();
  const after = l.builder.newBlock();
  l.condition(node, yes, no);
  for (const [block, value] of [[yes, one], [no, zero]] as const) {
    l.builder.at(block);
    l.builder.assign(dst, value, loc);
    l.builder.goto(after);
  }
  l.builder.at(after);
  return { k: "var", name: dst };
}

/** `c ? a : b` and `c ?: b`. */
export function lowerTernary(l: Lowering, node: SyntaxNode): Expr {
  const condition = childOf(node, "condition");
  const consequence = childOf(node, "consequence");
  const alternative = childOf(node, "alternative");
  if (condition === null || alternative === null) return { k: "opaque", text: textOf(l, node) };
  const loc = locOf(l, node);
  const dst = l.builder.temp();
  const yes = l.builder.newBlock();
  const no = l.builder.newBlock();
  const after = l.builder.newBlock();
  if (consequence === null) {
    const value = held(l, l.value(condition), loc);
    l.builder.branch(value, yes, no, loc);
    l.builder.at(yes);
    l.builder.assign(dst, value, loc);
  } else {
    l.condition(condition, yes, no);
    l.builder.at(yes);
    l.builder.assign(dst, l.value(consequence), locOf(l, consequence));
  }
  l.builder.goto(after);
  l.builder.at(no);
  l.builder.assign(dst, l.value(alternative), locOf(l, alternative));
  l.builder.goto(after);
  l.builder.at(after);
  return { k: "var", name: dst };
}

/** `a` where an #ifdef around `op b` is off, `a op b` where it is on. */
export function perhapsApplied(l: Lowering, left: Expr, op: BinaryOp, right: SyntaxNode): Expr {
  const loc = locOf(l, right);
  const dst = l.builder.temp();
  const after = l.builder.newBlock();
  l.builder.assign(dst, left, loc);
  onlyWhenCompiled(l, "operand", right.start, after);
  l.builder.assign(dst, { k: "binary", op, left: { k: "var", name: dst }, right: l.value(right) }, loc);
  l.builder.goto(after);
  l.builder.at(after);
  return { k: "var", name: dst };
}
