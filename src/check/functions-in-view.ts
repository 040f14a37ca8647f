/**
 * The functions that may be run in place, by name. Where a file has one twice (with a configuration switch and as a stub
 * without), the one that does more is meant, which is only found out, by lowering both, when somebody asks for that name.
 */
import { summaryOf } from "../c/index.ts";
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import { mayMention, mentioning } from "./call-graph.ts";

export interface FunctionsInView {
  readonly get: (name: string) => FunctionIr | undefined;
  readonly has: (name: string) => boolean;
  /** Those whose text has the word, in the order in which their names are met. */
  readonly mentioning: (word: string) => readonly FunctionIr[];
}

/** Of units that have a function of the same name the last one counts. */
export function functionsInView(units: readonly UnitIr[]): FunctionsInView {
  const byName = new Map<string, FunctionIr[]>();
  const ranks = new Map<string, number>();
  for (const unit of units) {
    for (const fn of unit.functions) {
      const known = byName.get(fn.name);
      if (!known) ranks.set(fn.name, ranks.size);
      if (known?.[0]!.file === fn.file) known.push(fn);
      else byName.set(fn.name, [fn]);
    }
  }
  const get = (name: string): FunctionIr | undefined => {
    const [first, ...others] = byName.get(name) ?? [];
    if (first === undefined || others.length === 0) return first;
    const chosen = others.reduce((best, fn) => (summaryOf(fn).steps > summaryOf(best).steps ? fn : best), first);
    byName.set(name, [chosen]);
    return chosen;
  };
  return {
    get,
    has: (name) => byName.has(name),
    mentioning: (word) => {
      const names = new Set(units.flatMap((unit) => mentioning(word, unit)).map((fn) => fn.name));
      const inOrder = Array.from(names).toSorted((a, b) => ranks.get(a)! - ranks.get(b)!);
      return inOrder.map((name) => get(name)!).filter((fn) => mayMention(fn, word));
    },
  };
}
