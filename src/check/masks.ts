/**
 * Tests of single bits after a test of several: where `fault & (A | B)` is not zero and `fault & A` is, `fault & B` is not.
 * Fault handlers ask in this way before and inside their helpers (arch/sh/mm/fault.c, mm_fault_error()).
 */
import { type Facts, truthOf } from "./facts.ts";
import * as sym from "./symbols.ts";

/** Whether `symbol` cannot be zero, by tests of other bits on the path. */
export function isLastBit(symbol: string, facts: Facts): boolean {
  const tested = sym.conjuncts(symbol);
  if (tested === null) return false;
  const [value, bit] = tested;
  for (const [known, truth] of facts.truths) {
    const mask = truth ? sym.conjuncts(known) : null;
    if (mask === null || mask[0] !== value) continue;
    const bits = alternatives(mask[1]);
    if (bits.length > 1 && bits.includes(bit) && bits.every((other) => other === bit || truthOf(sym.expression("&", [value, other]), facts) === false)) return true;
  }
  return false;
}

/** `(A|B)` -> A and B, of names only. */
function alternatives(mask: string): readonly string[] {
  return /^\([\w:]+(?:\|[\w:]+)+\)$/.test(mask) ? mask.slice(1, -1).split("|") : [mask];
}
