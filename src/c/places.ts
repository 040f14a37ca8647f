/** Lowers lvalues: the steps that find an address, and the place itself. */
import { dereferenced, fetch } from "./access.ts";
import type { Expr, Place } from "./ir.ts";
import { locOf, textOf, type Lowering } from "./lowering.ts";
import { elementType } from "./type-text.ts";
import { bare, childOf, firstNamed, operatorOf, type SyntaxNode } from "./syntax.ts";

export function lowerPlace(l: Lowering, node: SyntaxNode): Place {
  switch (node.kind) {
    case "parenthesized_expression": {
      const inner = firstNamed(node);
      return inner === null || inner.kind === "compound_statement" ? placeOfValue(l, l.value(node), node) : l.place(inner);
    }
    case "identifier": {
      const word = textOf(l, node);
      const local = l.names.variables.has(word) ? l.builder.lookup(word) : l.builder.resolve(word);
      return local === null ? { k: "global", name: word } : { k: "var", name: local };
    }
    case "pointer_expression": {
      const argument = childOf(node, "argument");
      if (argument !== null && operatorOf(node)?.kind === "*") return dereferenced(l.value(argument));
      break;
    }
    case "field_expression": {
      const argument = childOf(node, "argument");
      const field = childOf(node, "field");
      if (argument === null || field === null) break;
      const base = operatorOf(node)?.kind === "->" ? dereferenced(l.value(argument)) : l.place(argument);
      return { k: "field", base, field: textOf(l, field) };
    }
    case "subscript_expression": {
      const argument = childOf(node, "argument");
      const index = childOf(node, "index");
      if (argument !== null && index !== null) return subscript(l, argument, index);
      break;
    }
    case "comma_expression": {
      const left = childOf(node, "left");
      const right = childOf(node, "right");
      if (left === null || right === null) break;
      l.effect(left);
      return l.place(right);
    }
    default:
      break;
  }
  return placeOfValue(l, l.value(node), node);
}

/** A place for a value that has none of its own: the result of a call, a compound literal. */
function placeOfValue(l: Lowering, value: Expr, node: SyntaxNode): Place {
  if (value.k === "var") return value;
  const dst = l.builder.temp();
  l.builder.assign(dst, value, locOf(l, node));
  return { k: "var", name: dst };
}

/** `a[i]`: an element of an array object, or of what a pointer points to. */
function subscript(l: Lowering, argument: SyntaxNode, index: SyntaxNode): Place {
  const target = bare(argument);
  if (target.kind === "field_expression") {
    const base = l.place(target);
    // A field of unknown type is more often an array than a pointer to one; a known pointer is followed.
    if (fieldType(l, base).endsWith("*")) return { k: "deref", ptr: sum(fetch(l, base, target), l.value(index)) };
    return { k: "index", base, index: l.value(index) };
  }
  if (target.kind === "subscript_expression") {
    const base = l.place(target);
    return { k: "index", base, index: l.value(index) };
  }
  const base = l.value(argument);
  if (base.k === "addr" && base.place.k === "index" && isZero(base.place.index)) return { ...base.place, index: l.value(index) };
  if (base.k === "global") return { k: "index", base: { k: "global", name: base.name }, index: l.value(index) };
  return { k: "deref", ptr: sum(base, l.value(index)) };
}

function isZero(expr: Expr): boolean {
  return expr.k === "num" && expr.value === 0n;
}

function sum(left: Expr, right: Expr): Expr {
  return isZero(right) ? left : { k: "binary", op: "+", left, right };
}

/** Declared type of a field of a record of this unit, "" when not known. */
function fieldType(l: Lowering, place: Place): string {
  if (place.k !== "field") return "";
  const owner = baseType(l, place.base).replace(/^(?:struct|union) /, "").trim();
  return l.names.records.get(owner)?.get(place.field) ?? "";
}

function baseType(l: Lowering, place: Place): string {
  switch (place.k) {
    case "var":
      return l.builder.typeOf(place.name);
    case "global":
      return l.names.variables.get(place.name) ?? "";
    case "field":
      return fieldType(l, place);
    case "deref":
      return place.ptr.k === "var" ? l.builder.typeOf(place.ptr.name).replace(/ ?\*$/, "") : "";
    case "index":
      return elementType(baseType(l, place.base));
  }
}
