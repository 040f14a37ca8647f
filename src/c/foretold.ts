/** What the words of a body say of its steps: of most helpers they show that it does not matter, and nothing is parsed to learn that. */
import { madeNames } from "./body-words.ts";
import { calleesOf } from "./called.ts";
import type { FunctionIr } from "./ir.ts";
import { macroRules } from "./macros.ts";

/** Names that the function calls, read from the text where it can be. */
export function calledIn(fn: FunctionIr): ReadonlySet<string> {
  return fn.words?.called ?? new Set(calleesOf(fn));
}

/** False only when the function neither calls nor uses anything of this name. */
export function mayMention({ words }: FunctionIr, name: string): boolean {
  return words?.all.has(name) ?? true;
}

/** Whether the words of the function name all that it calls: calledIn() is not read from its steps, and leaves none out. */
export function wordsTellCalls({ words }: FunctionIr): boolean {
  return words !== undefined && !madeNames.some((name) => words.all.has(name));
}

/** False only when the function calls nothing that is wanted. */
export function mayCall(fn: FunctionIr, isWanted: (callee: string) => boolean): boolean {
  if (fn.words === undefined) return calleesOf(fn).some(isWanted);
  if (!wordsTellCalls(fn)) return true;
  for (const name of fn.words.called) if (isWanted(name)) return true;
  return false;
}

/** What may keep a function from coming to its end. */
const endless: readonly string[] = ["for", "while", "do", "goto", ...Array.from(macroRules).flatMap(([name, { k }]) => (k === "stop" ? [name] : []))];

/** False only when some way out of the function returns no constant (BodySummary): nothing at all, or what a variable or a field holds, or what a call gives. */
export function mayReturnConstants({ words, returnType }: FunctionIr): boolean {
  if (words === undefined) return true;
  return !words.returnsVariable && (returnType !== "void" || endless.some((name) => words.all.has(name)));
}
