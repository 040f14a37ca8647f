/**
 * An order of the blocks of a function in which what leads to a block comes before it, as far as loops allow: a loop stands in
 * one piece, its head first, and what lies behind it comes after all of it (a weak topological order: F. Bourdoncle, Efficient
 * chaotic iteration strategies with widenings, 1993). States that wait are taken in this order, so that a loop is run until
 * nothing new comes of it before its outcome is followed, and most blocks are run once for all paths that meet there.
 */
import { successors } from "../c/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { components } from "../util/components.ts";

/** Loops within loops that are taken apart; those deeper still are in the order in which they are reached. */
const deepest = 12;

/** By block id: its place in the order. */
export function blockOrder(fn: FunctionIr): readonly number[] {
  const next = fn.blocks.map((block) => successors(block.end));
  const place = fn.blocks.map(() => 0);
  /** Which part of the function a block belongs to while that part is put in order; 0 for those that have their place. */
  const part = fn.blocks.map(() => 1);
  let parts = 1;
  let placed = 0;
  // A part waits with the parts behind it below it on the stack, so that it is placed whole before them.
  const waiting: Part[] = [{ id: 1, members: fn.blocks.map((block) => block.id), depth: 0 }];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const [head, ...rest] = current.members;
    if (current.depth > 0) {
      place[head!] = placed++;
      part[head!] = 0;
    }
    const members = current.depth > 0 ? rest : current.members;
    if (members.length === 0) continue;
    if (current.depth > deepest) {
      for (const id of members) place[id] = placed++;
      continue;
    }
    for (const component of components(members, next, (to) => part[to] === current.id)) {
      const id = ++parts;
      for (const member of component) part[member] = id;
      waiting.push({ id, members: component, depth: current.depth + 1 });
    }
  }
  return place;
}

/** By block id: whether a way leads from the block back to it. */
export function blocksOnCycles({ blocks }: FunctionIr): readonly boolean[] {
  const next = blocks.map(({ end }) => successors(end));
  const onCycle = blocks.map(({ id }) => next[id]!.includes(id));
  for (const component of components(blocks.map(({ id }) => id), next)) if (component.length > 1) for (const id of component) onCycle[id] = true;
  return onCycle;
}

interface Part {
  readonly id: number;
  readonly members: readonly number[];
  readonly depth: number;
}
