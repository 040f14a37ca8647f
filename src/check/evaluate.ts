/** Pure expressions and places -> symbols, in the memory of one path. */
import type { BinaryOp, Expr, FunctionIr, Place } from "../c/ir.ts";
import type { Facts } from "./facts.ts";
import * as sym from "./symbols.ts";

/** One activation of a function: the reviewed one is frame 1, inlined helpers get numbers of their own. */
export interface Frame {
  readonly id: number;
  readonly fn: FunctionIr;
}

export function addressOf(place: Place, facts: Facts, frame: Frame): string {
  switch (place.k) {
    case "var":
      return sym.variableAddress(frame.id, place.name);
    case "global":
      return sym.globalAddress(place.name);
    case "deref":
      return evaluate(place.ptr, facts, frame);
    case "field":
      return sym.field(addressOf(place.base, facts, frame), place.field);
    case "index":
      return sym.element(addressOf(place.base, facts, frame), evaluate(place.index, facts, frame));
  }
}

/** What an address holds; variables of inlined helpers and of the function alike. */
export function contentOf(address: string, facts: Facts): string {
  return facts.memory.get(address) ?? sym.initial(address);
}

export function evaluate(expr: Expr, facts: Facts, frame: Frame): string {
  switch (expr.k) {
    case "num":
      return sym.number(expr.value);
    case "str":
      return `"${expr.text.length}"`;
    case "var": {
      const known = facts.memory.get(sym.variableAddress(frame.id, expr.name));
      if (known !== undefined) return known;
      const isParam = frame.fn.vars.get(expr.name)?.kind === "param";
      return isParam ? sym.parameter(frame.id, expr.name) : sym.initial(sym.variableAddress(frame.id, expr.name));
    }
    case "global":
      return expr.name === "NULL" ? sym.zero : `g:${expr.name}`;
    case "addr":
      return addressOf(expr.place, facts, frame);
    case "cast":
      return evaluate(expr.arg, facts, frame);
    case "unary":
      return unary(expr.op, evaluate(expr.arg, facts, frame));
    case "binary":
      return binary(expr.op, evaluate(expr.left, facts, frame), evaluate(expr.right, facts, frame));
    case "aggregate":
      return sym.expression("", [`{${expr.fields.map((f) => `${f.name}=${evaluate(f.value, facts, frame)}`).join(",")}}`]);
    case "opaque":
      return sym.expression("", [`?${expr.text}`]);
  }
}

function unary(op: string, arg: string): string {
  const value = sym.asNumber(arg);
  if (value === null) return sym.expression(op, [arg]);
  if (op === "!") return sym.number(value === 0n ? 1n : 0n);
  if (op === "-") return sym.number(-value);
  return op === "~" ? sym.number(~value) : arg;
}

function binary(op: BinaryOp, left: string, right: string): string {
  const a = sym.asNumber(left);
  const b = sym.asNumber(right);
  if (a !== null && b !== null) {
    const folded = fold(op, a, b);
    if (folded !== null) return sym.number(folded);
  }
  if (op === "+") return a === null ? sym.moved(left, b) : sym.moved(right, a);
  // Moved back by as much as it was moved on: no longer one past its table.
  if (op === "-" && b === null && left.endsWith("+n")) return `${sym.splitMove(left).root}+m`;
  if (op === "-") return sym.moved(left, b === null ? null : -b);
  if ((op === "==" || op === "!=") && left === right && !sym.isUnstable(left)) return sym.number(op === "==" ? 1n : 0n);
  if ((op === "==" || op === "!=") && areOtherConstants(left, right)) return sym.number(op === "==" ? 0n : 1n);
  if (op === ">" || op === "<=") return op === ">" ? sym.expression("<", [right, left]) : sym.expression("!", [sym.expression("<", [right, left])]);
  if (op === ">=") return sym.expression("!", [sym.expression("<", [left, right])]);
  if (op === "==") return equality(left, right);
  if (op === "!=") return sym.expression("!", [equality(left, right)]);
  return sym.expression(op, [left, right]);
}

/** Two members of one enumeration (SCAN_FAIL, SCAN_SUCCEED): same prefix, other name, other value. */
function areOtherConstants(left: string, right: string): boolean {
  const a = left.startsWith("g:") ? /^g:([A-Z][A-Z0-9]*_)[A-Z0-9_]+$/.exec(left) : null;
  return a !== null && left !== right && right.startsWith(`g:${a[1]}`);
}

/** Equality has one spelling, so that `a != b` and `b == a` are known to be opposites. */
export function equality(left: string, right: string): string {
  return sym.expression("==", right < left ? [right, left] : [left, right]);
}

/** Only what decides branches; shifts and products of constants are left symbolic. */
function fold(op: BinaryOp, a: bigint, b: bigint): bigint | null {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "==":
      return a === b ? 1n : 0n;
    case "!=":
      return a === b ? 0n : 1n;
    case "<":
      return a < b ? 1n : 0n;
    case ">":
      return a > b ? 1n : 0n;
    case "<=":
      return a <= b ? 1n : 0n;
    case ">=":
      return a >= b ? 1n : 0n;
    default:
      return null;
  }
}
