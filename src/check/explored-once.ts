/**
 * Functions run without asking their callers, each once: one that is reviewed to its end and by all rules, another only as
 * far as the calls that are asked about, since of it nothing else is of interest.
 */
import type { FunctionIr } from "../c/ir.ts";
import { callRecorder } from "./entry-locks.ts";
import { type Exploration, explore, type Surroundings } from "./explore.ts";
import type { EntryLock } from "./facts.ts";
import type { Rule } from "./model.ts";

export interface ExploredOnce {
  readonly rules: readonly Rule[];
  readonly isReviewed: (fn: FunctionIr) => boolean;
  /** What a function is run in: a caller in another file has helpers of its own. */
  readonly around: (fn: FunctionIr) => Surroundings;
  readonly entryOf: Surroundings["entryOf"];
  readonly isInView: (name: string) => boolean;
  /** Names of functions whose callers are likely to be asked. */
  readonly likely: readonly string[];
}

/** What a function holds at its calls of these; null: at all calls. */
interface Noted {
  readonly wanted: ReadonlySet<string> | null;
  readonly held: Map<string, EntryLock[][]>;
}

export function exploredOnce(of: ExploredOnce): Pick<Surroundings, "exploredAlone" | "heldAtCalls"> {
  const explored = new Map<FunctionIr, Exploration>();
  const noted = new Map<FunctionIr, Noted>();
  const run = (fn: FunctionIr, rules: readonly Rule[], wanted: Noted["wanted"]): Exploration => {
    const held: Noted["held"] = new Map();
    noted.set(fn, { wanted, held });
    const around = { ...of.around(fn), rules: [...rules, callRecorder(held, of.isInView)] };
    return explore(fn, of.entryOf(fn), around, wanted && { isWanted: (callee) => wanted.has(callee) });
  };
  const exploredAlone = (fn: FunctionIr): Exploration => {
    const known = explored.get(fn);
    if (known !== undefined) return known;
    const made = run(fn, of.rules, null);
    explored.set(fn, made);
    return made;
  };
  return {
    exploredAlone,
    heldAtCalls: (caller, callee) => {
      if (of.isReviewed(caller)) exploredAlone(caller);
      const before = noted.get(caller);
      if (before === undefined) run(caller, [], new Set([callee, ...of.likely]));
      // Who is asked about more and more is run to its end.
      else if (before.wanted?.has(callee) === false) run(caller, [], null);
      return noted.get(caller)?.held.get(callee) ?? [];
    },
  };
}
