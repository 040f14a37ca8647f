/** Lowers assignments, compound assignments, increments and decrements. */
import { read, write } from "./access.ts";
import type { BinaryOp, Expr } from "./ir.ts";
import { held, locOf, one, textOf, type Lowering } from "./lowering.ts";
import { childOf, operatorOf, type SyntaxNode } from "./syntax.ts";

/** Right side, place, then for `op=` load and store. The value is what was stored. */
export function lowerAssignment(l: Lowering, node: SyntaxNode): Expr {
  const left = childOf(node, "left");
  const right = childOf(node, "right");
  if (left === null || right === null) return { k: "opaque", text: textOf(l, node) };
  const op = (operatorOf(node)?.kind ?? "=").slice(0, -1);
  const loc = locOf(l, node);
  let value = l.value(right);
  const place = l.place(left);
  if (op !== "") value = { k: "binary", op: op as BinaryOp, left: read(l, place, left), right: value };
  write(l, place, value, loc);
  return place.k === "var" ? place : value;
}

/** `x++`, `--x`: the value is that before or after. */
export function lowerUpdate(l: Lowering, node: SyntaxNode, wanted: boolean): Expr {
  const argument = childOf(node, "argument");
  const operator = operatorOf(node);
  if (argument === null || operator === null) return { k: "opaque", text: textOf(l, node) };
  const place = l.place(argument);
  const loc = locOf(l, node);
  const postfix = operator.start > argument.start;
  let before = read(l, place, argument);
  if (postfix && wanted) before = held(l, before, loc);
  const after: Expr = { k: "binary", op: operator.kind === "--" ? "-" : "+", left: before, right: one };
  write(l, place, after, loc);
  if (postfix) return before;
  return place.k === "var" ? place : after;
}
