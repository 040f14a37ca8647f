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

/** What a read returned, undefined as long as that is open. */
export type Valuation = (event: number) => Value | undefined;

export function isKnown(term: Term): term is Value {
  return typeof term !== "object";
}

export function unaryTerm(operator: UnaryOperator, of: Term): Term {
  return isKnown(of) ? applyUnary(operator, of) : { k: "unary", operator, of };
}

export function binaryTerm(operator: BinaryOperator, left: Term, right: Term): Term {
  return isKnown(left) && isKnown(right) ? applyBinary(operator, left, right) : { k: "binary", operator, left, right };
}

/** The value of a term, undefined when it depends on an open read. */
export function evaluate(term: Term, valuation: Valuation): Value | undefined {
  if (isKnown(term)) return term;
  switch (term.k) {
    case "read": return valuation(term.event);
    case "unary": {
      const value = evaluate(term.of, valuation);
      return value === undefined ? undefined : applyUnary(term.operator, value);
    }
    case "binary": {
      const left = evaluate(term.left, valuation);
      if (left === undefined) return undefined;
      const right = evaluate(term.right, valuation);
      return right === undefined ? undefined : applyBinary(term.operator, left, right);
    }
  }
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
