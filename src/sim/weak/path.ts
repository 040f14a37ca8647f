/** The steps between two places of a function, on the way that passes the fewest barriers. */
import type { FunctionIr, Step } from "../../c/ir.ts";
import { successorsOf } from "../litmus/flow-graph.ts";

export interface StepPlace {
  readonly block: number;
  readonly index: number;
}

/** The steps that satisfy the test, in the order of blocks. */
export function stepsWhere(fn: FunctionIr, test: (step: Step) => boolean): StepPlace[] {
  return fn.blocks.flatMap((block) => block.steps.flatMap((step, index) => (test(step) ? [{ block: block.id, index }] : [])));
}

/** The steps behind `from` and before `to`; null when `to` cannot be reached. `cost` counts what a way should avoid. */
export function stepsBetween(fn: FunctionIr, from: StepPlace, to: StepPlace, cost: (step: Step) => number): Step[] | null {
  const steps = (block: number): readonly Step[] => fn.blocks[block]!.steps;
  if (from.block === to.block && from.index < to.index) return steps(from.block).slice(from.index + 1, to.index);
  const best = new Map<number, { readonly cost: number; readonly before: number | null }>();
  const queue = successorsOf(fn.blocks[from.block]!.end).map((block) => ({ block, cost: 0, before: null as number | null }));
  while (queue.length > 0) {
    queue.sort((a, b) => a.cost - b.cost);
    const { block, cost: spent, before } = queue.shift()!;
    if (block < 0 || best.has(block)) continue;
    best.set(block, { cost: spent, before });
    if (block === to.block) break;
    const here = steps(block).reduce((sum, step) => sum + cost(step), 0);
    for (const next of successorsOf(fn.blocks[block]!.end)) queue.push({ block: next, cost: spent + here, before: block });
  }
  if (!best.has(to.block)) return null;
  const middle: number[] = [];
  for (let at = best.get(to.block)!.before; at !== null; at = best.get(at)!.before) middle.unshift(at);
  return [...steps(from.block).slice(from.index + 1), ...middle.flatMap(steps), ...steps(to.block).slice(0, to.index)];
}
