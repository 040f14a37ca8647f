/** Walks over expressions, places and steps, for every consumer of the graph. */
import type { Expr, Place, Step, Terminator } from "./ir.ts";

/** Calls `visit` for `expr` and every expression in it, outermost first; those that give addresses included. */
export function walkExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  switch (expr.k) {
    case "unary":
    case "cast":
      walkExpr(expr.arg, visit);
      break;
    case "binary":
      walkExpr(expr.left, visit);
      walkExpr(expr.right, visit);
      break;
    case "addr":
      walkPlace(expr.place, visit);
      break;
    case "aggregate":
      for (const { value } of expr.fields) walkExpr(value, visit);
      break;
    case "num":
    case "str":
    case "var":
    case "global":
    case "opaque":
      break;
  }
}

/** Whether the variable is read anywhere in the expression. */
export function mentionsVariable(expr: Expr, name: string): boolean {
  let found = false;
  walkExpr(expr, (one) => void (found ||= one.k === "var" && one.name === name));
  return found;
}

/** Calls `visit` for every expression that a place's address is computed from. */
export function walkPlace(place: Place, visit: (expr: Expr) => void): void {
  switch (place.k) {
    case "deref":
      walkExpr(place.ptr, visit);
      break;
    case "field":
      walkPlace(place.base, visit);
      break;
    case "index":
      walkPlace(place.base, visit);
      walkExpr(place.index, visit);
      break;
    case "var":
    case "global":
      break;
  }
}

/** The variable, global or dereference that a place is part of: `p->a.b[i]` is part of `*p`. */
export function rootOf(place: Place): Place {
  let at = place;
  while (at.k === "field" || at.k === "index") at = at.base;
  return at;
}

/** The expressions that a step evaluates, in order; the place that it reads or writes is not among them. */
export function operandsOf(step: Step): readonly Expr[] {
  switch (step.op) {
    case "assign":
      return step.value === null ? [] : [step.value];
    case "store":
      return [step.value];
    case "call":
      return step.target === null ? step.args : [step.target, ...step.args];
    case "load":
    case "gap":
      return [];
  }
}

/** The expressions that decide where a block goes, or what it returns. */
export function operandsOfEnd(end: Terminator): readonly Expr[] {
  switch (end.k) {
    case "branch":
      return [end.cond];
    case "switch":
      return [end.value, ...end.cases.flatMap(({ low, high }) => [low, high])];
    case "return":
      return end.value === null ? [] : [end.value];
    case "goto":
    case "stop":
    case "lost":
      return [];
  }
}

/** The variable or temporary that a step sets, null when it sets none. */
export function definedBy(step: Step): string | null {
  switch (step.op) {
    case "assign":
    case "load":
    case "call":
      return step.dst;
    case "store":
    case "gap":
      return null;
  }
}
