/**
 * The names in the text of a function's body: whoever looks for the callers of one function among hundreds asks these
 * first, and has only those lowered that may be meant.
 */
import type { BodyWords } from "./ir.ts";
import { macroRules } from "./macros.ts";
import { notCallees } from "./mask-words.ts";

/** Of text without comments and strings; all arms of an #if count. */
export function bodyWords(code: string): BodyWords {
  const all = new Set<string>();
  const called = new Set<string>();
  for (const match of code.matchAll(/[A-Za-z_]\w*/g)) {
    all.add(match[0]);
    let next = match.index + match[0].length;
    while (blanks.has(code[next]!)) next++;
    if (code[next] === "(") called.add(match[0]);
  }
  return { all, called, returnsVariable: !code.includes("#") && returnsVariable(code) };
}

function returnsVariable(code: string): boolean {
  for (const [, name, call] of code.matchAll(plainReturn)) if (call === undefined || !(macroRules.has(name!) || notCallees.has(name!))) return true;
  return false;
}

/** A variable, a field of it, or the result of a call. */
const plainReturn = /\breturn\s+(?!true\b|false\b)([a-z_]\w*)(?:(?:(?:->|\.)\w+)*|\s*(\([^;?:&|]{0,200}\)))\s*;/g;

const blanks: ReadonlySet<string> = new Set([" ", "\t", "\n", "\\"]);

/** Words of which the front end makes calls that do not stand in the text (cleanup.ts: "unguard:mutex"; macros.ts: the barrier of smp_store_mb()). */
export const madeNames: readonly string[] = ["guard", "scoped_guard", "scoped_cond_guard", "CLASS", "__free", "smp_store_mb"];
