/** Expressions and places of the front end as expressions of a litmus program. */
import type { BinaryOp, Expr, Loc, Marking, Place } from "../../c/ir.ts";
import type { Expression, ReadOrder } from "../memory/program.ts";
import { wrapped } from "../memory/value.ts";

/** Something in a thread that the engine does not have. `loc` is its place in the file. */
export class UnsupportedCode extends Error {
  readonly loc: Loc;
  constructor(loc: Loc, message: string) {
    super(message);
    this.name = "UnsupportedCode";
    this.loc = loc;
  }
}

/** Expressions that stand for temporaries of the front end. */
export type Temporaries = (name: string) => Expression | undefined;

/** A value. Variables are registers, and so is every name that is declared nowhere, as in herd7. */
export function valueOf(expr: Expr, temporaries: Temporaries, loc: Loc): Expression {
  const inner = (each: Expr): Expression => valueOf(each, temporaries, loc);
  switch (expr.k) {
    case "num": return { k: "constant", value: wrapped(expr.value) };
    case "var": return temporaries(expr.name) ?? { k: "register", name: expr.name };
    case "global": return { k: "register", name: expr.name };
    case "unary": return expr.op === "+" ? inner(expr.arg) : { k: "unary", operator: expr.op, of: inner(expr.arg) };
    case "binary": return { k: "binary", operator: operatorOf(expr.op), left: inner(expr.left), right: inner(expr.right) };
    case "cast": return inner(expr.arg);
    case "addr": return addressOf(expr.place, temporaries, loc);
    case "opaque": return literal(expr.text, loc);
    case "aggregate":
    case "str": throw new UnsupportedCode(loc, `${expr.k === "str" ? "string" : "compound value"} in an expression`);
  }
}

function operatorOf(op: BinaryOp): BinaryOp {
  return op;
}

/** Numbers with a sign reach us as text. */
function literal(text: string, loc: Loc): Expression {
  const match = /^([-+]?)([0-9]+)[uUlL]*$/.exec(text.trim());
  if (!match) throw new UnsupportedCode(loc, text.trim());
  const size = BigInt(match[2]!);
  return { k: "constant", value: wrapped(match[1] === "-" ? -size : size) };
}

/** The address of a place in memory. */
export function addressOf(place: Place, temporaries: Temporaries, loc: Loc): Expression {
  switch (place.k) {
    case "deref": return valueOf(place.ptr, temporaries, loc);
    case "global": return { k: "constant", value: place.name };
    case "var": throw new UnsupportedCode(loc, `the address of the variable ${place.name}`);
    case "field": throw new UnsupportedCode(loc, `the field ${place.field}`);
    case "index": throw new UnsupportedCode(loc, "an array element");
  }
}

/** How a load is marked in the source -> how the model counts it. */
export function readOrderOf(marking: Marking, loc: Loc): ReadOrder {
  switch (marking) {
    case null: return "plain";
    case "READ_ONCE":
    case "rcu_dereference": return "once";
    case "smp_load_acquire": return "acquire";
    default: throw new UnsupportedCode(loc, `a load marked ${marking}`);
  }
}
