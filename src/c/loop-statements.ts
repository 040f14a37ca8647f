/** Lowers while, do and for. */
import { wordAt, type Lowering } from "./lowering.ts";
import { isMaskedMacro, lowerLoopCall } from "./loops.ts";
import { childOf, type SyntaxNode } from "./syntax.ts";

function loopBody(l: Lowering, body: SyntaxNode | null, breakTo: number, continueTo: number): void {
  l.builder.targets.push({ breakTo, continueTo, cleanups: l.builder.cleanups.length });
  if (body !== null) l.statement(body);
  l.builder.targets.pop();
}

export function lowerWhile(l: Lowering, node: SyntaxNode): void {
  const { builder } = l;
  const head = builder.startBlock();
  const inside = builder.newBlock();
  const after = builder.newBlock();
  l.test(childOf(node, "condition"), inside, after);
  builder.at(inside);
  loopBody(l, childOf(node, "body"), after, head);
  builder.goto(head);
  builder.at(after);
}

export function lowerDo(l: Lowering, node: SyntaxNode): void {
  const { builder } = l;
  const inside = builder.startBlock();
  const test = builder.newBlock();
  const after = builder.newBlock();
  loopBody(l, childOf(node, "body"), after, test);
  builder.goto(test);
  builder.at(test);
  const condition = childOf(node, "condition");
  const keyword = node.children.find((child) => child.kind === "while");
  if (keyword !== undefined && isMaskedMacro(l, keyword)) lowerLoopCall(l, keyword, wordAt(l, keyword), condition, inside, after);
  else l.test(condition, inside, after);
  builder.at(after);
}

function part(l: Lowering, node: SyntaxNode | null): void {
  if (node === null) return;
  if (node.broken) l.gap(node, "not readable as C");
  else if (node.kind === "declaration") l.statement(node);
  else l.effect(node);
}

export function lowerFor(l: Lowering, node: SyntaxNode): void {
  const { builder } = l;
  builder.pushScope(node.end);
  part(l, childOf(node, "initializer"));
  const head = builder.startBlock();
  const inside = builder.newBlock();
  const next = builder.newBlock();
  const after = builder.newBlock();
  l.test(childOf(node, "condition"), inside, after);
  builder.at(inside);
  loopBody(l, childOf(node, "body"), after, next);
  builder.goto(next);
  builder.at(next);
  part(l, childOf(node, "update"));
  builder.goto(head);
  builder.at(after);
  builder.popScope();
}

