/** Answers about functions that depend on nothing else: given once, for as long as the function is there. */
import type { FunctionIr } from "../c/ir.ts";

export function perFunction<Answer>(answer: (fn: FunctionIr) => Answer): (fn: FunctionIr) => Answer {
  const known = new WeakMap<FunctionIr, { readonly answer: Answer }>();
  return (fn) => {
    const before = known.get(fn);
    if (before !== undefined) return before.answer;
    const made = { answer: answer(fn) };
    known.set(fn, made);
    return made.answer;
  };
}
