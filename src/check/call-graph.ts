/** Who calls whom among the functions in view, and what a function calls: answers that need no path. */
import { calleesOf, operandsOf, stepsOf, walkExpr } from "../c/index.ts";
import type { Expr, FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect, LockClass, LockRef } from "../rulebook/schema.ts";

/** Whether `fn` calls something whose contract has such an effect. */
export function hasEffect(fn: FunctionIr, rulebook: Rulebook, wanted: (effect: Effect) => boolean): boolean {
  return calleesOf(fn).some((callee) => rulebook.contract(callee)?.effects?.some(wanted) ?? false);
}

/** Whether a contract names a lock of one of these classes; one that it names by a pointer is of none. */
export function isOfClass(lock: LockRef, ...classes: readonly LockClass[]): boolean {
  return "class" in lock && classes.includes(lock.class);
}

/** Callers by name of the called function; null for a function whose callers need not all be in view. */
export type CallersOf = (fn: FunctionIr) => readonly FunctionIr[] | null;

/** False only when the text of `fn` shows that it neither calls nor uses anything of this name; nothing is lowered for it. */
export function mayMention(fn: FunctionIr, name: string): boolean {
  return fn.words?.all.has(name) ?? true;
}

/** Only a static function that is never used as a value is called from nowhere else. */
export function callersAmong(functions: readonly FunctionIr[], isCallback: (fn: FunctionIr) => boolean): CallersOf {
  const known = new Map<string, readonly FunctionIr[] | null>();
  return (fn) => {
    if (!fn.isStatic || isCallback(fn)) return null;
    const before = known.get(fn.name);
    if (before !== undefined) return before;
    const callers = callersByName(fn.name, functions);
    known.set(fn.name, callers);
    return callers;
  };
}

/** The other functions that call one of this name; null when there is none, or one of them uses it as a value. */
export function callersByName(name: string, functions: readonly FunctionIr[]): readonly FunctionIr[] | null {
  const users = functions.filter((fn) => mayMention(fn, name));
  if (users.some((fn) => usesAsValue(fn, name))) return null;
  const callers = users.filter((fn) => fn.name !== name && calleesOf(fn).includes(name));
  return callers.length > 0 ? callers : null;
}

function usesAsValue(fn: FunctionIr, name: string): boolean {
  let found = false;
  const look = (expr: Expr): void => {
    if (expr.k === "global" && expr.name === name) found = true;
  };
  for (const step of stepsOf(fn)) for (const operand of operandsOf(step)) walkExpr(operand, look);
  return found;
}
