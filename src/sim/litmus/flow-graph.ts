/** Where the branches of a function meet again, from its control-flow graph. */
import type { FunctionIr, Terminator } from "../../c/ir.ts";

/** Stands for "the function returns". */
export const exit = -1;

export function successorsOf(end: Terminator): readonly number[] {
  switch (end.k) {
    case "goto": return [end.to];
    case "branch": return [end.yes, end.no];
    case "switch": return [...end.cases.map((each) => each.to), end.otherwise];
    default: return [exit];
  }
}

/** Per block, the first block that every way from it to the exit passes (immediate post-dominator), or `exit`. */
export function meetingPoints(fn: FunctionIr): readonly number[] {
  const all = new Set([exit, ...fn.blocks.map((block) => block.id)]);
  const passed = new Map<number, ReadonlySet<number>>(fn.blocks.map((block) => [block.id, all]));
  passed.set(exit, new Set([exit]));
  for (let changed = true; changed;) {
    changed = false;
    for (const block of fn.blocks.toReversed()) {
      const [first, ...rest] = successorsOf(block.end).map((to) => passed.get(to)!);
      const common = Array.from(first!).filter((id) => rest.every((set) => set.has(id)));
      const next = new Set([block.id, ...common]);
      if (next.size === passed.get(block.id)!.size) continue;
      passed.set(block.id, next);
      changed = true;
    }
  }
  return fn.blocks.map((block) => {
    const others = Array.from(passed.get(block.id)!).filter((id) => id !== block.id);
    return others.find((id) => passed.get(id)!.size === others.length) ?? exit;
  });
}

/** Whether `target` can be reached from `from` without passing `barrier`. */
export function reaches(fn: FunctionIr, from: number, target: number, barrier: number): boolean {
  const seen = new Set<number>([barrier]);
  const queue = [from];
  for (const at of queue) {
    if (at === target) return true;
    if (at === exit || seen.has(at)) continue;
    seen.add(at);
    queue.push(...successorsOf(fn.blocks[at]!.end));
  }
  return false;
}
