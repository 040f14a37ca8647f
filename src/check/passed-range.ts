/**
 * A flush of what a loop has passed: `if (addr > start) flush_tlb_range(vma, start, addr)` (move_present_ptes(), mm/userfaultfd.c of 6.18).
 * Where the range is empty, nothing was passed, and no entry that was changed on the way is still changed.
 */
import type { FunctionIr, Terminator } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { callHasEffect } from "./call-graph.ts";
import { owedFlush, without } from "./duties.ts";
import type { Facts } from "./facts.ts";

/** The facts where the branch is not taken. */
export function withEmptyRange(end: Extract<Terminator, { k: "branch" }>, fn: FunctionIr, rulebook: Rulebook, facts: Facts): Facts {
  return facts.duties.has(owedFlush) && flushesBetween(end, fn, rulebook) ? without(facts, owedFlush) : facts;
}

/** Whether the branch leads to a flush that is given both of what it compares. */
function flushesBetween({ cond, yes }: Extract<Terminator, { k: "branch" }>, fn: FunctionIr, rulebook: Rulebook): boolean {
  if (cond.k !== "binary" || (cond.op !== ">" && cond.op !== "<")) return false;
  const { left, right } = cond;
  if (left.k !== "var" || right.k !== "var") return false;
  const names = [left.name, right.name];
  return fn.blocks[yes]!.steps.some((step) => callHasEffect(step, rulebook, (effect) => effect.do === "flush" && effect.what !== "entry") && names.every((name) => step.args.some((arg) => arg.k === "var" && arg.name === name)));
}
