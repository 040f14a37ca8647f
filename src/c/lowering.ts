/**
 * What the lowering of expressions, calls and statements share. They call each other through this record, as a statement
 * may hold an expression that holds a statement.
 */
import type { FunctionBuilder } from "./builder.ts";
import type { Flow } from "./flow.ts";
import type { Expr, Loc, Place } from "./ir.ts";
import type { SyntaxNode } from "./syntax.ts";
import { type BodyText, locAt, sourceOf } from "./unit-text.ts";

/** What the unit's other items say: file-scope variables and fields. */
export interface UnitNames {
  /** Variables at file scope: reading one is a load. Name -> type. */
  readonly variables: Pick<ReadonlyMap<string, string>, "get" | "has">;
  /** Record name -> field -> type. */
  readonly records: Pick<ReadonlyMap<string, ReadonlyMap<string, string>>, "get">;
}

export interface Lowering {
  readonly unit: BodyText;
  readonly names: UnitNames;
  readonly builder: FunctionBuilder;
  readonly flow: Flow;
  /** Emits the steps of an expression and returns its value. */
  readonly value: (node: SyntaxNode) => Expr;
  /** Emits the steps of an expression whose value is not wanted. */
  readonly effect: (node: SyntaxNode) => void;
  /** Emits the steps of an lvalue's address. */
  readonly place: (node: SyntaxNode) => Place;
  /** Ends the current block on an expression's truth. */
  readonly condition: (node: SyntaxNode, yes: number, no: number) => void;
  readonly call: (node: SyntaxNode, wanted: boolean) => Expr;
  /** Lowers the statements of a block in a scope of their own; the value is that of a last expression statement when wanted. */
  readonly block: (node: SyntaxNode, wanted: boolean) => Expr;
  readonly statement: (node: SyntaxNode) => void;
  /** Branches on a statement's condition, which may be absent or unreadable. */
  readonly test: (node: SyntaxNode | null, yes: number, no: number) => void;
  /** A stretch that can't be read. */
  readonly gap: (node: SyntaxNode, reason: string) => void;
}

export function locOf(l: Lowering, node: SyntaxNode): Loc {
  return locAt(l.unit.lineStarts, node.start);
}

/** The source of a node as people know it: comments gone, white space folded. */
export function textOf(l: Lowering, node: SyntaxNode): string {
  return sourceOf(l.unit, node.start, node.end);
}

/** The word that stands in the source at a node; differs from the parsed one where it was masked. */
export function wordAt(l: Lowering, node: SyntaxNode): string {
  return /^\w*/.exec(l.unit.plain.slice(node.start, node.start + 80))![0];
}

export const zero: Expr = { k: "num", value: 0n };
export const one: Expr = { k: "num", value: 1n };

/** `expr` kept in a temporary, so that later changes of the variables in it don't touch it. */
export function held(l: Lowering, expr: Expr, loc: Loc): Expr {
  if (expr.k === "num" || expr.k === "global" || expr.k === "str" || (expr.k === "var" && expr.name.startsWith("%"))) return expr;
  const dst = l.builder.temp();
  l.builder.assign(dst, expr, loc);
  return { k: "var", name: dst };
}
