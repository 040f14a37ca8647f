/**
 * A pointer that an exit tests before it unmaps (`if (pte) pte_unmap(pte)`) has to hold something on every way there: one
 * that is declared without a value and set on the way that maps holds whatever was on the stack elsewhere.
 */
import { definedBy, mentionsVariable, operandsOf } from "../../../c/index.ts";
import type { CallStep, Expr, FunctionIr, Step } from "../../../c/ir.ts";
import { followers } from "../../ways.ts";

const known = new WeakMap<FunctionIr, ReadonlyMap<CallStep, string>>();

/** The variable that `unmap` is guarded by and that no step on some way to that test has set; null when there is none. */
export function neverSetAt(unmap: CallStep, fn: FunctionIr): string | null {
  const found = known.get(fn) ?? guardedUnmaps(fn);
  known.set(fn, found);
  return found.get(unmap) ?? null;
}

/** Variables of a function that ways are followed for; a function with more pointers to entries is no source. */
const mostVariables = 200;

function guardedUnmaps(fn: FunctionIr): Map<CallStep, string> {
  const found = new Map<CallStep, string>();
  const unsetAt = new Map<string, ReadonlySet<number>>();
  for (const block of fn.blocks) {
    const { end } = block;
    if (end.k !== "branch" || end.cond.k !== "var") continue;
    const { name } = end.cond;
    const variable = fn.vars.get(name);
    if (variable?.type !== "pte_t *" || variable.kind !== "local" || variable.addressTaken) continue;
    const unmap = fn.blocks[end.yes]!.steps.find((step): step is CallStep => step.op === "call" && (step.callee ?? "").startsWith("pte_unmap") && isVariable(step.args[0], name));
    if (unmap === undefined) continue;
    // One variable may be tested thousands of times.
    if (!unsetAt.has(name) && unsetAt.size < mostVariables) unsetAt.set(name, reachedUnset(fn, name));
    if (unsetAt.get(name)?.has(block.id)) found.set(unmap, variable.source);
  }
  return found;
}

function isVariable(expr: Expr | undefined, name: string): boolean {
  return expr?.k === "var" && expr.name === name;
}

function isBare(step: Step, name: string): boolean {
  return step.op === "assign" && step.dst === name && step.declare && step.value === null;
}

/** Blocks to whose end a way leads from the declaration on which nothing sets the variable, nor a branch was taken that its use decides. */
function reachedUnset(fn: FunctionIr, name: string): Set<number> {
  const reached = new Set<number>();
  const open: number[] = [];
  const leave = (id: number, from: number): void => {
    const steps = fn.blocks[id]!.steps.slice(from);
    if (steps.some((step) => !isBare(step, name) && (definedBy(step) === name || uses(step, name)))) return;
    reached.add(id);
    open.push(...followers(fn, fn.blocks[id]!));
  };
  for (const block of fn.blocks) {
    const at = block.steps.findIndex((step) => isBare(step, name));
    if (at >= 0) leave(block.id, at + 1);
  }
  const seen = new Set<number>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    leave(id, 0);
  }
  return reached;
}

function uses(step: Step, name: string): boolean {
  return operandsOf(step).some((operand) => mentionsVariable(operand, name));
}
