/**
 * Functions run without asking their callers, each once: one that is reviewed to its end and by all rules, another only as
 * far as the calls that are asked about, since of it nothing else is of interest.
 */
import type { FunctionIr } from "../c/ir.ts";
import { atOnce } from "../util/slices.ts";
import { callRecorder } from "./entry-locks.ts";
import { type Exploration, exploring, type Surroundings } from "./explore.ts";
import type { EntryLock } from "./facts.ts";
import type { Rule } from "./model.ts";
import type { Pool } from "./pool.ts";

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

export function exploredOnce(of: ExploredOnce): Pick<Surroundings, "exploredAlone" | "exploringAlone" | "heldAtCalls"> {
  const explored = new Map<FunctionIr, Exploration>();
  const noted = new Map<FunctionIr, Noted>();
  function* run(fn: FunctionIr, rules: readonly Rule[], wanted: Noted["wanted"], pool: Pool = of.around(fn).pool): Generator<void, Exploration> {
    const held: Noted["held"] = new Map();
    noted.set(fn, { wanted, held });
    const around = { ...of.around(fn), pool, rules: [...rules, callRecorder(held, of.isInView)] };
    return yield* exploring(fn, of.entryOf(fn), around, wanted && { isWanted: (callee) => wanted.has(callee) });
  }
  function* exploringAlone(fn: FunctionIr): Generator<void, Exploration> {
    const known = explored.get(fn);
    if (known !== undefined) return known;
    const made = yield* run(fn, of.rules, null);
    explored.set(fn, made);
    return made;
  }
  const exploredAlone = (fn: FunctionIr): Exploration => atOnce(exploringAlone(fn));
  return {
    exploredAlone,
    exploringAlone,
    heldAtCalls: (caller, callee, pool) => {
      if (of.isReviewed(caller)) exploredAlone(caller);
      const before = noted.get(caller);
      if (before === undefined) atOnce(run(caller, [], new Set([callee, ...of.likely]), pool));
      // Who is asked about more and more is run to its end.
      else if (before.wanted?.has(callee) === false) atOnce(run(caller, [], null, pool));
      return noted.get(caller)?.held.get(callee) ?? [];
    },
  };
}
