/**
 * The name of a function of which a patch shows neither head nor hunk header: git puts a label ("retry:") there when one
 * stands in the first column. A subject that speaks of one function ("mm: walk_it() must look again") names it.
 */
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import { calleesOf } from "./c/index.ts";

const unnamed = "(unknown)";

/** The unit with its only unnamed function called as the subject says; the unit itself where that is not certain. */
export function namedBySubject(unit: UnitIr, subject: string): UnitIr {
  const nameless = unit.functions.filter((fn) => fn.name === unnamed);
  const names = Array.from(new Set(Array.from(subject.slice(0, 400).matchAll(/\b([a-z_]\w{3,60})\(\)/g), (m) => m[1]!)));
  const [name] = names;
  if (nameless.length !== 1 || names.length !== 1 || isSpokenFor(name!, unit)) return unit;
  const { file, records, opsTables, unreadable } = unit;
  return { file, records, opsTables, unreadable, functions: unit.functions.map((fn): FunctionIr => (fn === nameless[0] ? { ...fn, name: name! } : fn)) };
}

/** Another function of that name is in view, or some function calls it: then the subject may mean that. */
function isSpokenFor(name: string, { functions }: UnitIr): boolean {
  return functions.some((fn) => fn.name === name || calleesOf(fn).includes(name));
}
