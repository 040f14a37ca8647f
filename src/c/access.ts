/** Reading and writing places: what is a step and what is a plain variable. */
import type { Expr, Loc, Place } from "./ir.ts";
import { locOf, type Lowering } from "./lowering.ts";
import type { SyntaxNode } from "./syntax.ts";

/** A load step of `place`. */
export function fetch(l: Lowering, place: Place, node: SyntaxNode): Expr {
  const dst = l.builder.temp();
  l.builder.emit({ op: "load", dst, place, marking: null, loc: locOf(l, node) });
  return { k: "var", name: dst };
}

/** Reads a place: a variable is its own value, everything else a load. */
export function read(l: Lowering, place: Place, node: SyntaxNode): Expr {
  return place.k === "var" ? place : fetch(l, place, node);
}

export function write(l: Lowering, place: Place, value: Expr, loc: Loc): void {
  if (place.k === "var") l.builder.assign(place.name, value, loc);
  else l.builder.emit({ op: "store", place, value, marking: null, loc });
}

export function addressOf(l: Lowering, place: Place): Expr {
  if (place.k === "deref") return place.ptr;
  let root: Place = place;
  while (root.k === "field" || root.k === "index") root = root.base;
  if (root.k === "var") l.builder.takeAddress(root.name);
  return { k: "addr", place };
}

/** The value of an array: the address of its first element. */
export function decayed(l: Lowering, array: Place): Expr {
  return addressOf(l, { k: "index", base: array, index: { k: "num", value: 0n } });
}

export function dereferenced(ptr: Expr): Place {
  return ptr.k === "addr" ? ptr.place : { k: "deref", ptr };
}
