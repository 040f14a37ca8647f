/**
 * The functions that may be run in place, by name. Where a file has one twice (with a configuration switch and as a stub
 * without), the one that does more is meant, which is only found out, by lowering both, when somebody asks for that name.
 */
import { functionsNamed, mayMention, summaryOf } from "../c/index.ts";
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import { memoByValue } from "../util/memo.ts";
import { mentioning } from "./call-graph.ts";

export interface FunctionsInView {
  readonly get: (name: string) => FunctionIr | undefined;
  readonly has: (name: string) => boolean;
  /** Those whose text has the word, in the order in which their names are met. */
  readonly mentioning: (word: string) => readonly FunctionIr[];
}

/** What the units have of one name. */
interface Named {
  /** Number of the first unit that has the name, and the line there. */
  readonly unit: number;
  readonly line: number;
  /** Those of the last file that has any: they count. */
  readonly functions: readonly FunctionIr[];
}

export function functionsInView(units: readonly UnitIr[]): FunctionsInView {
  const named = memoByValue((name: string): Named => {
    const found = units.map((unit) => functionsNamed(unit, name));
    const unit = found.findIndex((some) => some.length > 0);
    return { unit, line: found[unit]?.[0]?.line ?? 0, functions: ofLastFile(found.flat()) };
  });
  const chosen = memoByValue((name: string) => doingMost(named(name).functions));
  return {
    get: (name) => chosen(name) ?? undefined,
    has: (name) => named(name).functions.length > 0,
    mentioning: (word) => {
      const names = new Set(units.flatMap((unit) => mentioning(word, unit)).map((fn) => fn.name));
      const inOrder = Array.from(names).toSorted((a, b) => named(a).unit - named(b).unit || named(a).line - named(b).line);
      return inOrder.map((name) => chosen(name)!).filter((fn) => mayMention(fn, word));
    },
  };
}

function ofLastFile(functions: readonly FunctionIr[]): readonly FunctionIr[] {
  const first = functions.findLastIndex((fn, i) => i > 0 && fn.file !== functions[i - 1]!.file);
  return first < 0 ? functions : functions.slice(first);
}

function doingMost([first, ...others]: readonly FunctionIr[]): FunctionIr | null {
  return first === undefined ? null : others.reduce((best, fn) => (summaryOf(fn).steps > summaryOf(best).steps ? fn : best), first);
}
