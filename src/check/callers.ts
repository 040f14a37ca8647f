/**
 * What the callers of a static function hold when they call it. A caller that has reached the entry by a walk of its own
 * and holds no page-table lock shows that the function runs without: nobody locks an entry that is not reached yet.
 */
import type { FunctionIr } from "../c/ir.ts";
import { callsBelow } from "./calls-below.ts";
import { covering } from "./locks.ts";
import { explore, type Surroundings } from "./explore.ts";
import { emptyFacts } from "./facts.ts";
import type { CallInfo, Rule, Site } from "./model.ts";
import * as sym from "./symbols.ts";

/** Names of the callers, when every call of `fn` in view passes an entry just reached, without a lock; null when it can't be said. */
export function unlockedCallers(fn: FunctionIr, param: string, around: Surroundings): readonly string[] | null {
  const position = fn.params.indexOf(param);
  if (!fn.isStatic || position < 0) return null;
  const callers = around.functions.mentioning(fn.name).filter((caller) => caller !== fn && calls(caller, fn.name));
  // A helper of the caller that is run in place may call it, too.
  const below = callsBelow(around.functions, (callee) => callee === fn.name);
  const leadsToIt = (callee: string): boolean => {
    const helper = around.functions.get(callee);
    return helper !== undefined && below.reaches(helper);
  };
  let shown = true;
  let seen = 0;
  for (const caller of callers) {
    const watch: Rule = {
      id: "entry-lock",
      onCall: (call, site) => {
        if (call.step.callee !== fn.name) return;
        seen++;
        shown &&= isUnlocked(call, position, site);
      },
    };
    explore(caller, emptyFacts(), { ...around, rules: [watch] }, { isWanted: (callee) => callee === fn.name || leadsToIt(callee), isDone: () => !shown });
    if (!shown) return null;
  }
  return seen > 0 ? callers.map((caller) => caller.name) : null;
}

function calls(fn: FunctionIr, name: string): boolean {
  return fn.blocks.some((block) => block.steps.some((step) => step.op === "call" && step.callee === name));
}

function isUnlocked(call: CallInfo, position: number, site: Site): boolean {
  const { facts } = site;
  if (facts.unseenLocks || covering(facts).length > 0 || facts.locks.some((l) => !l.certain)) return false;
  const origin = site.callOf(sym.splitMove(call.args[position] ?? "").root)?.contract;
  return origin?.returns?.entry !== undefined;
}
