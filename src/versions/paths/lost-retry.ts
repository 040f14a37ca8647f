/**
 * A way back that a patch takes away: an entry that changed under the walk was looked at again, and what follows is done
 * with the stale one now. Asked only where nothing else went, so that a loop that was rewritten is not taken for one.
 */
import { printPlace, stepsOf, successors } from "../../c/index.ts";
import type { FunctionIr, Step } from "../../c/ir.ts";
import { type Change, loss } from "../change.ts";
import { newHelpers, type Pair, surplus } from "../pair.ts";

export function lostRetry(pair: Pair): Change[] {
  const [before, after] = [pair.from.fn, pair.to.fn];
  if (waysBack(after) >= waysBack(before) || !handlesEntries(after) || newHelpers(pair).size > 0) return [];
  const [from, to] = [keysOf(before), keysOf(after)];
  const same = (key: string): string => key;
  if (surplus(from, to, same).length > 0 || surplus(to, from, same).length > 0) return [];
  const loop = before.blocks.find((block) => block.loopHead)?.steps[0]?.loc;
  const at = loop ? `what starts in line ${loop.line} ` : "";
  return [loss("stale-read", { line: after.line, column: 1 }, "way back to look again", `the patch takes away a way back to look at ${at}again: what follows goes on with what was seen the first time`, true)];
}

/** Jumps to a loop's head from within it. */
function waysBack({ blocks }: FunctionIr): number {
  const heads = new Set(blocks.filter((block) => block.loopHead).map((block) => block.id));
  return blocks.reduce((sum, block) => sum + successors(block.end).filter((to) => heads.has(to) && to <= block.id).length, 0);
}

function handlesEntries({ vars }: FunctionIr): boolean {
  return Array.from(vars.values()).some((v) => /^p(te|md|ud|4d|gd)_t(?: \*)?$/.test(v.type));
}

function keysOf(fn: FunctionIr): string[] {
  return stepsOf(fn).flatMap((step: Step) => (step.op === "call" ? [step.text] : step.op === "store" ? [printPlace(step.place).replace(/%\d+/g, "%")] : []));
}
