/**
 * Values that are not known yet: what a thread computes as long as nobody has said what its reads return.
 *
 * Threads are run on terms first (unfold.ts), so that a candidate execution is a set of equations between terms, as
 * in herd7. A term without reads is folded to its value at once.
 */
import { applyBinary, applyUnary, type BinaryOperator, type UnaryOperator, type Value } from "./value.ts";

export type Term =
  | Value
  /** What the event with this number read. Numbers count within a thread, then (rebase) within a graph. */
  | { readonly k: "read"; readonly event: number }
  | { readonly k: "unary"; readonly operator: UnaryOperator; readonly of: Term }
  | { readonly k: "binary"; readonly operator: BinaryOperator; readonly left: Term; readonly right: Term };

/** What is known of the values that reads returned. */
export interface Valuation {
  /** undefined as long as it is open. */
  valueOf(event: number): Value | undefined;
  /** Whether two reads returned the same, be it known or open. */
  areSame(a: number, b: number): boolean;
}

export function isKnown(term: Term): term is Value {
  return typeof term !== "object";
}

export function unaryTerm(operator: UnaryOperator, of: Term): Term {
  return isKnown(of) ? applyUnary(operator, of) : { k: "unary", operator, of };
}

/** Adding zero leaves even an open value as it is. */
export function binaryTerm(operator: BinaryOperator, left: Term, right: Term): Term {
  if (operator === "+" || operator === "|") {
    if (left === 0n) return right;
    if (right === 0n) return left;
  }
  return isKnown(left) && isKnown(right) ? applyBinary(operator, left, right) : { k: "binary", operator, left, right };
}

/** The value of a term, undefined when it depends on an open read. */
export function evaluate(term: Term, valuation: Valuation): Value | undefined {
  if (isKnown(term)) return term;
  switch (term.k) {
    case "read": return valuation.valueOf(term.event);
    case "unary": {
      const value = evaluate(term.of, valuation);
      return value === undefined ? undefined : applyUnary(term.operator, value);
    }
    case "binary": {
      const left = evaluate(term.left, valuation);
      const right = evaluate(term.right, valuation);
      if (left !== undefined && right !== undefined) return applyBinary(term.operator, left, right);
      return left === right && isSameRead(term.left, term.right, valuation) ? ofEqualOperands.get(term.operator) : undefined;
    }
  }
}

/** What operators yield on equal operands, whatever these are. */
const ofEqualOperands: ReadonlyMap<BinaryOperator, Value> = new Map<BinaryOperator, Value>([["==", 1n], ["!=", 0n], ["^", 0n]]);

function isSameRead(a: Term, b: Term, valuation: Valuation): boolean {
  return !isKnown(a) && !isKnown(b) && a.k === "read" && b.k === "read" && valuation.areSame(a.event, b.event);
}

/** The same term with `by` added to the numbers of its reads. */
export function rebase(term: Term, by: number): Term {
  if (isKnown(term) || by === 0) return term;
  switch (term.k) {
    case "read": return { k: "read", event: term.event + by };
    case "unary": return { k: "unary", operator: term.operator, of: rebase(term.of, by) };
    case "binary": return { k: "binary", operator: term.operator, left: rebase(term.left, by), right: rebase(term.right, by) };
  }
}
