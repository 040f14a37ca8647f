/**
 * A loop over the VMAs that map one index of a file finds those alone: a huge entry that is changed in it may be mapped by
 * other VMAs, too, which map other pages of it (fs/dax.c, dax_writeback_one() visits the whole range of an entry).
 */
import type { CallStep, Expr, FunctionIr, Loc } from "../c/ir.ts";
import { callsIn, stepsOf } from "../c/index.ts";

/** The head of such a loop above `at`, or null. */
export function singleIndexLoop(fn: FunctionIr, at: Loc): CallStep | null {
  for (const step of stepsOf(fn)) {
    if (step.op !== "call" || step.role !== "loop" || step.callee !== "vma_interval_tree_foreach" || step.loc.line > at.line) continue;
    const [first, last] = step.args.slice(2);
    if (first !== undefined && last !== undefined && isSame(first, last) && closes(fn, step, at)) return step;
  }
  return null;
}

/**
 * The place lies in a loop over the VMAs that map a file: the mmap locks of all of them are held by nobody. Where the head
 * of the loop is not shown, the release of what it walks under tells.
 */
export function inLoopOfRmap(fn: FunctionIr, at: Loc): boolean {
  const calls = callsIn(fn);
  if (calls.some((step) => step.role === "loop" && step.callee === "vma_interval_tree_foreach" && step.loc.line <= at.line && closes(fn, step, at))) return true;
  const releases = calls.some((step) => step.callee === "i_mmap_unlock_read" && step.loc.line > at.line);
  return fn.partial && releases && !calls.some((step) => step.callee === "i_mmap_lock_read" || (step.callee ?? "").startsWith("mmap_"));
}

function isSame(a: Expr, b: Expr): boolean {
  return a.k === "var" && b.k === "var" && a.name === b.name;
}

/** The place lies in the loop: a block of it comes after the head, and the loop goes on after it. */
function closes(fn: FunctionIr, head: CallStep, at: Loc): boolean {
  const headBlock = fn.blocks.find((block) => block.steps.includes(head));
  const after = fn.blocks.flatMap((block) => (block.end.k === "branch" && block === headBlock ? [block.end.no] : []));
  const end = after.map((id) => fn.blocks[id]?.steps[0]?.loc.line ?? fn.endLine)[0] ?? fn.endLine;
  return at.line < end;
}
