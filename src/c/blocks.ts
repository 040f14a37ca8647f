/** Turns blocks as they were built into the graph that leaves the front end: unreachable ones dropped, chains joined, loop heads marked. */
import type { Block, Loc, Step, Terminator } from "./ir.ts";

export interface OpenBlock {
  steps: Step[];
  end: Terminator | null;
}

export function successors(end: Terminator): number[] {
  switch (end.k) {
    case "goto":
      return [end.to];
    case "branch":
      return [end.yes, end.no];
    case "switch":
      return [...end.cases.map((c) => c.to), end.otherwise];
    case "return":
    case "stop":
    case "lost":
      return [];
  }
}

function renamed(end: Terminator, to: (id: number) => number): Terminator {
  switch (end.k) {
    case "goto":
      return { k: "goto", to: to(end.to) };
    case "branch": {
      const yes = to(end.yes);
      const no = to(end.no);
      return yes === no ? { k: "goto", to: yes } : { ...end, yes, no };
    }
    case "switch":
      return { ...end, cases: end.cases.map((c) => ({ ...c, to: to(c.to) })), otherwise: to(end.otherwise) };
    case "return":
    case "stop":
    case "lost":
      return end;
  }
}

/** For each block the one that is run in its place: empty blocks that only jump on are passed over, except in a ring of them. */
function threads(blocks: readonly OpenBlock[]): number[] {
  const target: number[] = blocks.map(() => -1);
  for (let id = 0; id < blocks.length; id++) {
    const path: number[] = [];
    const seen = new Set<number>();
    let at = id;
    while (target[at]! < 0 && !seen.has(at)) {
      const block = blocks[at]!;
      if (block.steps.length > 0 || block.end?.k !== "goto") break;
      seen.add(at);
      path.push(at);
      at = block.end.to;
    }
    const end = target[at]! < 0 ? at : target[at]!;
    for (const passed of path) target[passed] = end;
    if (target[at]! < 0) target[at] = end;
  }
  return target;
}

/** Blocks reachable from `entry` in reverse postorder, and the targets of back edges. */
function order(ends: readonly Terminator[], entry: number): { sequence: number[]; heads: Set<number> } {
  const state = new Map<number, "open" | "done">();
  const heads = new Set<number>();
  const post: number[] = [];
  const stack: { id: number; next: number[] }[] = [];
  const enter = (id: number): void => {
    state.set(id, "open");
    stack.push({ id, next: successors(ends[id]!) });
  };
  enter(entry);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const next = top.next.pop();
    if (next === undefined) {
      state.set(top.id, "done");
      post.push(top.id);
      stack.pop();
    } else if (state.get(next) === "open") heads.add(next);
    else if (!state.has(next)) enter(next);
  }
  return { sequence: post.toReversed(), heads };
}

/** Appends to a block the only successor that has no other predecessor, as often as possible. */
function joinChains(blocks: readonly OpenBlock[], entry: number): void {
  const { sequence } = order(blocks.map((block) => block.end!), entry);
  const predecessors = new Map<number, number>([[entry, 1]]);
  for (const id of sequence) for (const to of successors(blocks[id]!.end!)) predecessors.set(to, (predecessors.get(to) ?? 0) + 1);
  const gone = new Set<number>();
  for (const id of sequence) {
    if (gone.has(id)) continue;
    const block = blocks[id]!;
    while (block.end!.k === "goto") {
      const to = block.end!.to;
      if (to === id || predecessors.get(to) !== 1) break;
      const next = blocks[to]!;
      for (const step of next.steps) block.steps.push(step);
      block.end = next.end;
      gone.add(to);
    }
  }
}

export function finishBlocks(open: readonly OpenBlock[], loc: Loc): Block[] {
  for (const block of open) block.end ??= { k: "return", value: null, loc };
  const thread = threads(open);
  const entry = thread[0]!;
  for (const block of open) block.end = renamed(block.end!, (id) => thread[id]!);
  joinChains(open, entry);
  const { sequence, heads } = order(open.map((block) => block.end!), entry);
  const ids = new Map(sequence.map((id, index) => [id, index]));
  return sequence.map((id, index) => ({
    id: index,
    steps: open[id]!.steps,
    end: renamed(open[id]!.end!, (to) => ids.get(to)!),
    loopHead: heads.has(id),
  }));
}
