/** Who calls whom among the functions in view, and what a function calls: answers that need no path. */
import { operandsOf, walkExpr } from "../c/index.ts";
import type { FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect } from "../rulebook/schema.ts";

export function stepsOf(fn: FunctionIr): readonly Step[] {
  return fn.blocks.flatMap((block) => block.steps);
}

/** Names of the functions that `fn` calls. */
export function calleesOf(fn: FunctionIr): readonly string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" && step.callee !== null ? [step.callee] : []));
}

/** Whether `fn` calls something whose contract has such an effect. */
export function hasEffect(fn: FunctionIr, rulebook: Rulebook, wanted: (effect: Effect) => boolean): boolean {
  return calleesOf(fn).some((callee) => rulebook.contract(callee)?.effects?.some(wanted) ?? false);
}

/** Callers by name of the called function; null for a function whose callers need not all be in view. */
export type CallersOf = (fn: FunctionIr) => readonly FunctionIr[] | null;

/** Only a static function that is never used as a value is called from nowhere else. */
export function callersAmong(functions: readonly FunctionIr[], isCallback: (fn: FunctionIr) => boolean): CallersOf {
  let graph: { readonly callers: ReadonlyMap<string, ReadonlySet<FunctionIr>>; readonly values: ReadonlySet<string> } | null = null;
  return (fn) => {
    graph ??= buildGraph(functions);
    if (!fn.isStatic || graph.values.has(fn.name) || isCallback(fn)) return null;
    const callers = Array.from(graph.callers.get(fn.name) ?? []).filter((caller) => caller !== fn);
    return callers.length > 0 ? callers : null;
  };
}

function buildGraph(functions: readonly FunctionIr[]): { callers: Map<string, Set<FunctionIr>>; values: Set<string> } {
  const callers = new Map<string, Set<FunctionIr>>();
  const values = new Set<string>();
  for (const fn of functions) {
    for (const callee of calleesOf(fn)) {
      const known = callers.get(callee) ?? new Set<FunctionIr>();
      callers.set(callee, known.add(fn));
    }
    for (const step of stepsOf(fn)) {
      for (const operand of operandsOf(step)) walkExpr(operand, (expr) => void (expr.k === "global" ? values.add(expr.name) : null));
    }
  }
  return { callers, values };
}
