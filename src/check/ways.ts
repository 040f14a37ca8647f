/**
 * Ways through a function by its lines, for what is asked of the graph alone. After lines that are not shown, control may
 * come back anywhere (c/cut-function.ts); here it goes on at the next line that is shown, or past a jump out of sight.
 */
import { successors } from "../c/index.ts";
import type { Block, FunctionIr, Loc, Step } from "../c/ir.ts";
import { memoByObject } from "../util/memo.ts";

const reached = / is reached from the lines before$/;
const again = / runs again$/;

/** Numbers of the blocks that follow. */
export function followers(fn: FunctionIr, block: Block): readonly number[] {
  const { end } = block;
  if (end.k !== "branch" || end.cond.k !== "opaque") return successors(end);
  if (again.test(end.cond.text)) return [end.no];
  if (!reached.test(end.cond.text)) return successors(end);
  return fn.blocks[end.yes]!.end.k === "lost" && isEntrance(fn.blocks[end.no]!) ? [end.no] : [end.yes];
}

/** One more place at which the lines before may come in. */
function isEntrance({ steps, end }: Block): boolean {
  return steps.length === 0 && end.k === "branch" && end.cond.k === "opaque" && reached.test(end.cond.text);
}

export interface StepPlace {
  readonly block: number;
  readonly place: number;
}

const placesOf = memoByObject((fn: FunctionIr): ReadonlyMap<Step, StepPlace> => new Map(fn.blocks.flatMap(({ id, steps }) => steps.map((one, place) => [one, { block: id, place }] as const))));

/** Where a step stands: number of its block and place in it; null when the function has no such step. */
export function placeOf(step: Step, fn: FunctionIr): StepPlace | null {
  return placesOf(fn).get(step) ?? null;
}

/** Before the first step of a function. */
export const entrance: StepPlace = { block: 0, place: -1 };

type Next = (fn: FunctionIr, block: Block) => readonly number[];

/** The other answer to what comes after lines that are not shown: control may come back at each of its entrances. */
export function anyFollowers(_fn: FunctionIr, { end }: Block): readonly number[] {
  return successors(end);
}

/** The steps that ways lead to from behind some places: each way to its end, or as far as its first step that is a last one, which is among them. */
export function* stepsBehind(fn: FunctionIr, from: readonly StepPlace[], isLast: (step: Step) => boolean = () => false, nextOf: Next = followers): Generator<Step, void> {
  const seen = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const block = fn.blocks[at.block]!;
    const steps = block.steps.slice(at.place + 1);
    const last = steps.findIndex(isLast);
    yield* last < 0 ? steps : steps.slice(0, last + 1);
    if (last >= 0) continue;
    for (const next of nextOf(fn, block)) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push({ block: next, place: -1 });
    }
  }
}

/** Whether a way leads from behind a place to a step that is wanted. */
export function leadsTo(fn: FunctionIr, from: StepPlace, wanted: (step: Step) => boolean, nextOf?: Next): boolean {
  for (const step of stepsBehind(fn, [from], undefined, nextOf)) if (wanted(step)) return true;
  return false;
}

/** The blocks that come right before each. */
export const precedingBlocks: (fn: FunctionIr) => ReadonlyMap<number, readonly number[]> = memoByObject((fn) => {
  const before = new Map<number, number[]>();
  for (const block of fn.blocks) {
    for (const to of followers(fn, block)) {
      const known = before.get(to);
      if (known === undefined) before.set(to, [block.id]);
      else known.push(block.id);
    }
  }
  return before;
});

/** Whether no way comes to the one place but through the other. */
export function everyWayLeadsThrough(fn: FunctionIr, first: Loc, then: Loc): boolean {
  const isAt = ({ loc }: Step, { line, column }: Loc): boolean => loc.line === line && loc.column === column;
  for (const step of stepsBehind(fn, [entrance], (one) => isAt(one, first))) if (isAt(step, then) && !isAt(step, first)) return false;
  return true;
}
