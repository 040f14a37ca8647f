/** Expressions and places of C as values and addresses of a memory model's program. */
import type { BinaryOp, Expr, Place } from "../../c/ir.ts";
import type { Expression, Value } from "../memory/index.ts";
import { applyBinary, applyUnary, IllegalOperation, wrapped } from "../memory/value.ts";
import { constant, freshName, NotModelled, register, type Bound, type Scope, type ThreadContext } from "./thread.ts";

const constants: ReadonlyMap<string, bigint> = new Map([["NULL", 0n], ["false", 0n], ["true", 1n], ["ENOMEM", 12n], ["EAGAIN", 11n]]);

export function valueOf(context: ThreadContext, scope: Scope, expr: Expr): Expression {
  const inner = (each: Expr): Expression => valueOf(context, scope, each);
  switch (expr.k) {
    case "num": return constant(wrapped(expr.value));
    case "var": return valueOfName(bindingOf(context, scope, expr.name), expr.name);
    case "global": {
      const value = constants.get(expr.name);
      if (value === undefined) throw new NotModelled(`the value of ${expr.name}`);
      return constant(value);
    }
    case "unary": return folded(() => (expr.op === "+" ? inner(expr.arg) : unary(expr.op, inner(expr.arg))));
    case "binary": return folded(() => binary(expr.op, inner(expr.left), inner(expr.right)));
    case "cast": return inner(expr.arg);
    case "addr": return addressOf(context, scope, expr.place);
    case "aggregate": {
      const [only, another] = expr.fields;
      if (!only || another) throw new NotModelled("a compound value");
      return inner(only.value);
    }
    case "str":
    case "opaque": throw new NotModelled(expr.text);
  }
}

function valueOfName(bound: Bound, name: string): Expression {
  switch (bound.k) {
    case "value": return bound.value;
    case "register": return register(bound.name);
    case "variable": throw new NotModelled(`the address of a local variable (${name}) as a value`);
    case "unknown": throw new NotModelled(bound.why);
  }
}

/** What a variable stands for; it gets a register when it is first named. */
export function bindingOf(context: ThreadContext, scope: Scope, name: string): Bound {
  const known = scope.names.get(name);
  if (known) return known;
  const bound: Bound = { k: "register", name: freshName(context, scope.fn.vars.get(name)?.source ?? name) };
  scope.names.set(name, bound);
  return bound;
}

/** The register behind a place that is no memory: a local variable, a field of one, what a pointer to one points to. */
export function localOf(context: ThreadContext, scope: Scope, place: Place): string | null {
  switch (place.k) {
    case "var": {
      const bound = bindingOf(context, scope, place.name);
      return bound.k === "register" ? bound.name : null;
    }
    case "deref": {
      const bound = place.ptr.k === "var" ? bindingOf(context, scope, place.ptr.name) : null;
      if (place.ptr.k === "addr") return localOf(context, scope, place.ptr.place);
      return bound?.k === "variable" ? bound.name : null;
    }
    case "field": {
      const base = localOf(context, scope, place.base);
      if (base === null) return null;
      const name = `${base}.${place.field}`;
      const bound = scope.names.get(name) ?? { k: "register", name: freshName(context, name) };
      scope.names.set(name, bound);
      return bound.k === "register" ? bound.name : null;
    }
    default: return null;
  }
}

/** Fields of the kernel's objects that stand for one thing in the world. */
const objects: Readonly<Record<string, Value>> = { vm_mm: "mm" };

/** The value of a field that never changes, null when it is memory. */
export function fixedField(place: Place): Expression | null {
  const value = place.k === "field" ? objects[place.field] : undefined;
  return value === undefined ? null : constant(value);
}

/** Fields that are one half of an entry. */
export function halfOf(place: Place): "low" | "high" | null {
  if (place.k !== "field") return null;
  if (/^p(?:te|md|ud)_low$/.test(place.field)) return "low";
  return /^p(?:te|md|ud)_high$/.test(place.field) ? "high" : null;
}

/** The address of a place in memory. An entry's low half is at its own address. */
export function addressOf(context: ThreadContext, scope: Scope, place: Place): Expression {
  switch (place.k) {
    case "deref": return valueOf(context, scope, place.ptr);
    case "global": return constant(place.name);
    case "field": {
      const base = addressOf(context, scope, place.base);
      const half = halfOf(place);
      if (half === "low") return base;
      if (base.k !== "constant") throw new NotModelled(`the field ${place.field} of what a pointer in memory points to`);
      return constant(half === "high" ? highHalf(String(base.value)) : place.field);
    }
    case "var": throw new NotModelled(`the address of the variable ${place.name}`);
    case "index": throw new NotModelled("an array");
  }
}

export function highHalf(entry: string): string {
  return `${entry}_high`;
}

function unary(operator: "-" | "~" | "!", of: Expression): Expression {
  return of.k === "constant" ? constant(applyUnary(operator, of.value)) : { k: "unary", operator, of };
}

function binary(operator: BinaryOp, left: Expression, right: Expression): Expression {
  if (operator === "+" && right.k === "constant" && right.value === 0n) return left;
  if (left.k === "constant" && right.k === "constant") return constant(applyBinary(operator, left.value, right.value));
  return { k: "binary", operator, left, right };
}

function folded(compute: () => Expression): Expression {
  try {
    return compute();
  } catch (error) {
    if (error instanceof IllegalOperation) throw new NotModelled(error.message);
    throw error;
  }
}
