/**
 * Whether a function that is given a structure takes what it puts there for its caller, and tells by its result that it
 * has: `if (!pte_same(...)) { pte_unmap_unlock(vmf->pte, vmf->ptl); return false; } return true;`. It gives back where it
 * fails, and nowhere else. A handler that does the whole work gives back where it succeeds as well.
 */
import { mentionsVariable, stepsOf, successors } from "../../../c/index.ts";
import type { Expr, FunctionIr } from "../../../c/ir.ts";
import type { Rulebook } from "../../../rulebook/rulebook.ts";
import { memoByObject } from "../../../util/memo.ts";
import { callHasEffect, hasEffect } from "../../call-graph.ts";
import { truthOf } from "../../facts.ts";
import type { Site } from "../../model.ts";

/** This return says that all went well, each that comes behind an unmap that it did not, and a caller in view, where there is one, does the rest. */
export function isToldByReturn(value: string, site: Site): boolean {
  const { fn } = site.frame;
  const success = successOf(fn.returnType);
  if (success === null || truthOf(value, site.facts) !== success || !givesBackOnFailureOnly(site.rulebook)(fn)) return false;
  const callers = site.callersInView(fn);
  return callers.length === 0 || callers.some((caller) => goesOn(caller, fn.name, site.rulebook));
}

/** What a result says of success: zero of error numbers and faults, true of an answer. */
function successOf(returnType: string): boolean | null {
  if (returnType === "bool") return true;
  return returnType === "int" || returnType === "vm_fault_t" ? false : null;
}

const givesBackOnFailureOnly = memoByObject((rulebook: Rulebook) => memoByObject((fn: FunctionIr) => onFailureOnly(fn, rulebook)));

/** Every way from an unmap to a return maps anew or returns a constant that says that it failed. */
function onFailureOnly(fn: FunctionIr, rulebook: Rulebook): boolean {
  const success = successOf(fn.returnType);
  const open = fn.blocks.map(({ id }) => ({ id, given: false }));
  const seen = new Set<number>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { steps, end } = fn.blocks[at.id]!;
    let { given } = at;
    for (const step of steps) {
      if (callHasEffect(step, rulebook, (effect) => effect.do === "unmap")) given = true;
      else if (callHasEffect(step, rulebook, (effect) => effect.do === "map")) given = false;
    }
    if (!given) continue;
    if (end.k === "return" && truthOfConstant(end.value) !== !success) return false;
    for (const id of successors(end)) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push({ id, given: true });
    }
  }
  return true;
}

/** -EAGAIN and VM_FAULT_NOPAGE are not zero. */
function truthOfConstant(value: Expr | null): boolean | null {
  if (value === null) return null;
  if (value.k === "num") return value.value !== 0n;
  if (value.k === "unary" && value.op === "-") return truthOfConstant(value.arg);
  return value.k === "global" && /^(?:E[A-Z0-9]+|VM_FAULT_[A-Z]+)$/.test(value.name) ? true : null;
}

/** The caller unmaps or hands the structure on behind the call, or is not shown whole. */
function goesOn(caller: FunctionIr, name: string, rulebook: Rulebook): boolean {
  if (caller.partial || hasEffect(caller, rulebook, (effect) => effect.do === "unmap")) return true;
  const handed = new Set(caller.params.filter((param) => caller.vars.get(param)?.type === "struct vm_fault *"));
  return stepsOf(caller).some((step) => step.op === "call" && step.callee !== name && step.args.some((arg) => Array.from(handed).some((param) => mentionsVariable(arg, param))));
}
