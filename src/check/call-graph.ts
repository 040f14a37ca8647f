/** Who calls whom among the functions in view, and what a function calls: answers that need no path. */
import { calledIn, calleesOf, operandsOf, stepsOf, walkExpr, wordsTellCalls } from "../c/index.ts";
import type { CallStep, Expr, FunctionIr, Step, UnitIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect, LockClass, LockRef } from "../rulebook/schema.ts";
import { byKey } from "../util/by-key.ts";
import { memoByObject, memoByValue } from "../util/memo.ts";

/** The effects of the contracts of some names of each function, each once: rules ask for them on every path. */
function effectsOf(namesIn: (fn: FunctionIr) => Iterable<string>): (rulebook: Rulebook) => (fn: FunctionIr) => ReadonlySet<Effect> {
  return memoByObject((rulebook) => memoByObject((fn) => new Set(Array.from(namesIn(fn)).flatMap((callee) => rulebook.contract(callee)?.effects ?? []))));
}

const effectsIn = effectsOf(calleesOf);
const effectsForetold = effectsOf(calledIn);

/** Whether `fn` calls something whose contract has such an effect. */
export function hasEffect(fn: FunctionIr, rulebook: Rulebook, wanted: (effect: Effect) => boolean): boolean {
  // Of most functions their words say that they have none, and their bodies are not read to learn it.
  if (wordsTellCalls(fn) && !some(effectsForetold(rulebook)(fn), wanted)) return false;
  return some(effectsIn(rulebook)(fn), wanted);
}

/** Whether a step is a call whose contract has such an effect. */
export function callHasEffect(step: Step, rulebook: Rulebook, wanted: (effect: Effect) => boolean): step is CallStep {
  return step.op === "call" && step.callee !== null && nameHasEffect(step.callee, rulebook, wanted);
}

/** The same of what a call names. */
export function nameHasEffect(callee: string, rulebook: Rulebook, wanted: (effect: Effect) => boolean): boolean {
  return rulebook.contract(callee)?.effects?.some(wanted) ?? false;
}

function some(effects: ReadonlySet<Effect>, wanted: (effect: Effect) => boolean): boolean {
  for (const effect of effects) if (wanted(effect)) return true;
  return false;
}

/** Whether a contract names a lock of one of these classes; one that it names by a pointer is of none. */
export function isOfClass(lock: LockRef, ...classes: readonly LockClass[]): boolean {
  return "class" in lock && classes.includes(lock.class);
}

/** Callers by name of the called function; null for a function whose callers need not all be in view. */
export type CallersOf = (fn: FunctionIr) => readonly FunctionIr[] | null;

/** All are asked for all others, so they are put down by name once. */
const byMention = memoByObject((functions: UnitIr["functions"]) => byKey(functions, (fn) => fn.words?.all ?? new Set([...calleesOf(fn), ...usedAsValues(fn.blocks), ...fieldsSet(fn)])));

/** Functions of a file that call or use what has this name, or set a field of it, in order; others may be among them. */
export function mentioning(name: string, unit: Pick<UnitIr, "index" | "functions">): readonly FunctionIr[] {
  return unit.index?.mentioning(name) ?? byMention(unit.functions).get(name) ?? [];
}

/** Only a static function that is never used as a value is called from nowhere else. */
export function callersAmong(units: readonly UnitIr[], isCallback: (fn: FunctionIr) => boolean): CallersOf {
  const callers = memoByValue((name: string) => callersByName(name, units));
  return (fn) => (!fn.isStatic || isCallback(fn) ? null : callers(fn.name));
}

/** The other functions that call one of this name; null when there is none, or one of them uses it as a value. */
export function callersByName(name: string, units: readonly UnitIr[]): readonly FunctionIr[] | null {
  const users = units.flatMap((unit) => mentioning(name, unit));
  if (users.some((fn) => usedAsValues(fn.blocks).has(name))) return null;
  const callers = users.filter((fn) => fn.name !== name && calleesOf(fn).includes(name));
  return callers.length > 0 ? callers : null;
}

function fieldsSet(fn: FunctionIr): readonly string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "store" && step.place.k === "field" ? [step.place.field] : []));
}

/** Names that a function uses without calling them. */
const usedAsValues = memoByObject((blocks: FunctionIr["blocks"]): ReadonlySet<string> => {
  const found = new Set<string>();
  const look = (expr: Expr): void => {
    if (expr.k === "global") found.add(expr.name);
  };
  for (const step of stepsOf({ blocks })) for (const operand of operandsOf(step)) walkExpr(operand, look);
  return found;
});
