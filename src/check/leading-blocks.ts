/**
 * Where the paths of a function lead that matter to one who only asks what is known at certain calls: what lies behind the
 * last such call need not be run. No path that comes to one is lost, since all blocks before it lead there as well.
 */
import { successors } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";

/** By block id: how many of its steps lead to a wanted call; 0 for a block that none is reached from. */
export function leadingSteps(fn: FunctionIr, isWanted: (callee: string) => boolean): readonly number[] {
  const before = fn.blocks.map((): number[] => []);
  for (const block of fn.blocks) for (const to of successors(block.end)) before[to]!.push(block.id);
  const steps = fn.blocks.map((block) => block.steps.findLastIndex((step) => step.op === "call" && step.callee !== null && isWanted(step.callee)) + 1);
  const leading = new Set(fn.blocks.flatMap((block) => (steps[block.id]! > 0 ? before[block.id]! : [])));
  for (const id of leading) for (const from of before[id]!) leading.add(from);
  return steps.map((count, id) => (leading.has(id) ? Math.max(fn.blocks[id]!.steps.length, 1) : count));
}
