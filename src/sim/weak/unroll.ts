/**
 * The control flow of a function without loops: each block once for every round that its loops may go, so that what is
 * left can be written as nested ifs. A way that would go round once more ends as lost.
 */
import type { Block, FunctionIr, Terminator } from "../../c/ir.ts";
import { successorsOf } from "../litmus/flow-graph.ts";

/** What the `why` of a lost way says when a loop was cut. */
const cutLoop = "one more round";

/** A copy of the function in which loops together go back at most `rounds - 1` times. */
export function unrolled(fn: FunctionIr, rounds: number): FunctionIr {
  const back = backEdges(fn);
  if (back.size === 0) return fn;
  const ids = new Map<string, number>();
  const wanted: { readonly block: number; readonly round: number }[] = [];
  const idOf = (block: number, round: number): number => {
    const key = `${block} ${round}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, wanted.length);
    wanted.push({ block, round });
    return wanted.length - 1;
  };
  idOf(0, 0);
  const blocks: Block[] = [];
  for (const { block, round } of wanted) {
    const original = fn.blocks[block];
    if (!original) {
      blocks.push({ id: blocks.length, steps: [], end: { k: "lost", why: cutLoop, loc: { line: fn.line, column: 1 } }, loopHead: false });
      continue;
    }
    const to = (next: number): number => {
      if (!back.has(`${block} ${next}`)) return idOf(next, round);
      return round + 1 < rounds ? idOf(next, round + 1) : idOf(-1, 0);
    };
    blocks.push({ id: blocks.length, steps: original.steps, end: redirected(original.end, to), loopHead: false });
  }
  return { ...fn, blocks };
}

function redirected(end: Terminator, to: (block: number) => number): Terminator {
  switch (end.k) {
    case "goto": return { ...end, to: to(end.to) };
    case "branch": return { ...end, yes: to(end.yes), no: to(end.no) };
    case "switch": return { ...end, cases: end.cases.map((each) => ({ ...each, to: to(each.to) })), otherwise: to(end.otherwise) };
    default: return end;
  }
}

/** "from to" of every edge to a block that is being visited in a search from the entry. */
function backEdges(fn: FunctionIr): ReadonlySet<string> {
  const found = new Set<string>();
  const state = new Map<number, "open" | "done">();
  const visit = (id: number): void => {
    state.set(id, "open");
    for (const next of successorsOf(fn.blocks[id]!.end)) {
      if (next < 0) continue;
      if (state.get(next) === "open") found.add(`${id} ${next}`);
      else if (!state.has(next)) visit(next);
    }
    state.set(id, "done");
  };
  visit(0);
  return found;
}
