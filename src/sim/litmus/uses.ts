/** How often the variables of a function are read. */
import type { Expr, FunctionIr, Place } from "../../c/ir.ts";

export function countUses(fn: FunctionIr): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const count = (expr: Expr): void => {
    switch (expr.k) {
      case "var": uses.set(expr.name, (uses.get(expr.name) ?? 0) + 1); break;
      case "unary":
      case "cast": count(expr.arg); break;
      case "binary":
        count(expr.left);
        count(expr.right);
        break;
      case "addr": countPlace(expr.place); break;
      default:
    }
  };
  const countPlace = (place: Place): void => {
    if (place.k === "deref") count(place.ptr);
    else if (place.k === "index") count(place.index);
    if (place.k === "field" || place.k === "index") countPlace(place.base);
  };
  for (const block of fn.blocks) {
    for (const step of block.steps) {
      if ((step.op === "assign" || step.op === "store") && step.value) count(step.value);
      if (step.op === "load" || step.op === "store") countPlace(step.place);
      if (step.op === "call") step.args.forEach(count);
    }
    if (block.end.k === "branch") count(block.end.cond);
  }
  return uses;
}
