/** What a value is computed from, by names: a backward slice over all assignments of a function, without paths. */
import type { Expr, FunctionIr, Place } from "../c/ir.ts";
import { stepsOf } from "../c/index.ts";

export interface Sources {
  /** Functions and macros whose results go in; those that choose among their arguments are looked through. */
  readonly calls: ReadonlySet<string>;
  readonly params: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
  /** Constants by name (PTRS_PER_PTE, PMD_SIZE), and what else could not be looked into. */
  readonly names: ReadonlySet<string>;
}

const choosing: ReadonlySet<string> = new Set(["min", "max", "min_t", "max_t", "umin", "umax", "min3", "min_not_zero", "clamp", "clamp_t"]);

export function sourcesOf(expr: Expr, fn: FunctionIr): Sources {
  const found = { calls: new Set<string>(), params: new Set<string>(), fields: new Set<string>(), names: new Set<string>() };
  const pending: Expr[] = [expr];
  const seen = new Set<string>();
  const visitPlace = (place: Place): void => {
    if (place.k === "field") found.fields.add(place.field);
    else if (place.k === "var") pending.push({ k: "var", name: place.name });
    else found.names.add(place.k === "global" ? place.name : "memory");
  };
  for (let at = pending.pop(); at; at = pending.pop()) {
    switch (at.k) {
      case "var": {
        if (seen.has(at.name)) break;
        seen.add(at.name);
        if (fn.params.includes(at.name)) found.params.add(at.name);
        for (const step of stepsOf(fn)) {
          if (step.op === "assign" && step.dst === at.name && step.value) pending.push(step.value);
          if (step.op === "load" && step.dst === at.name) visitPlace(step.place);
          if (step.op === "call" && step.dst === at.name) {
            if (step.callee !== null && choosing.has(step.callee)) pending.push(...step.args);
            else found.calls.add(step.callee ?? "a call through a pointer");
          }
        }
        break;
      }
      case "global":
        found.names.add(at.name);
        break;
      case "unary":
      case "cast":
        pending.push(at.arg);
        break;
      case "binary":
        pending.push(at.left, at.right);
        break;
      case "opaque":
      case "aggregate":
      case "addr":
        found.names.add("unknown");
        break;
      case "num":
      case "str":
        break;
    }
  }
  return found;
}
