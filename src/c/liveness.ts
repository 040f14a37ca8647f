/**
 * Which variables may still be read at a point of a function, for those who follow its paths: states that differ in what is dead are one.
 * A variable whose address is taken may be read through it, and always lives.
 */
import { successors } from "./blocks.ts";
import type { Block, Expr, FunctionIr, Place, Terminator } from "./ir.ts";
import { definedBy, operandsOf, operandsOfEnd, rootOf, walkExpr, walkPlace } from "./walk.ts";

export interface Liveness {
  /** What may still be read from a step of a block on; the number of its steps stands for its end. */
  readonly before: (block: number, step: number) => ReadonlySet<string>;
}

/** Steps gone over and names carried until the sets stand; the kernel's largest functions come to a twentieth. */
const mostWork = 1_000_000;

/** What lives is known from every so many steps on, so that a long block is not gone through for each of its steps. */
const marks = 64;

export function livenessOf(fn: FunctionIr): Liveness {
  const always = Array.from(fn.vars.values()).filter((v) => v.addressTaken).map((v) => v.name);
  const atStart = liveAtStart(fn, always);
  if (atStart === null) {
    // Of a function that would take too long nothing is taken for dead.
    const all = new Set(fn.vars.keys());
    return { before: () => all };
  }
  const known = fn.blocks.map(() => new Map<number, ReadonlySet<string>>());
  const before = (block: number, step: number): ReadonlySet<string> => {
    if (step === 0) return atStart[block]!;
    const made = known[block]!.get(step);
    if (made !== undefined) return made;
    const { steps, end } = fn.blocks[block]!;
    const mark = step - (step % marks) + marks;
    const behind = mark >= steps.length ? successors(end).map((next) => atStart[next]!) : [before(block, mark)];
    const live = livingOver(usesOf(steps.slice(step, mark), mark >= steps.length ? end : null), behind, always);
    known[block]!.set(step, live);
    return live;
  };
  return { before };
}

/** By block id; null where that would take too long. */
function liveAtStart(fn: FunctionIr, always: readonly string[]): readonly ReadonlySet<string>[] | null {
  if (fn.blocks.length * always.length > mostWork) return null;
  const live: ReadonlySet<string>[] = fn.blocks.map(() => new Set(always));
  const uses = fn.blocks.map(({ steps, end }) => usesOf(steps, end));
  const order = fn.blocks.toReversed();
  let work = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id, steps, end } of order) {
      const now = livingOver(uses[id]!, successors(end).map((next) => live[next]!), always);
      work += now.size + steps.length;
      if (work > mostWork) return null;
      if (now.size === live[id]!.size) continue;
      live[id] = now;
      changed = true;
    }
  }
  return live;
}

/** What steps do with variables, whatever comes behind them: those that they read before they write them, and those that they write. */
interface Uses {
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

function livingOver({ read, written }: Uses, behind: readonly ReadonlySet<string>[], always: readonly string[]): ReadonlySet<string> {
  const live = new Set(always);
  for (const name of read) live.add(name);
  for (const names of behind) for (const name of names) if (!written.has(name)) live.add(name);
  return live;
}

function usesOf(steps: Block["steps"], end: Terminator | null): Uses {
  const read = new Set<string>();
  const written = new Set<string>();
  const use = (expr: Expr): void => {
    if (expr.k === "var") read.add(expr.name);
    if (expr.k === "addr") usePlace(expr.place);
  };
  const usePlace = (place: Place): void => {
    const root = rootOf(place);
    if (root.k === "var") read.add(root.name);
    walkPlace(place, use);
  };
  if (end !== null) for (const expr of operandsOfEnd(end)) walkExpr(expr, use);
  for (const step of steps.toReversed()) {
    const defined = definedBy(step);
    if (defined !== null) {
      read.delete(defined);
      written.add(defined);
    }
    for (const expr of operandsOf(step)) walkExpr(expr, use);
    if (step.op === "load" || step.op === "store") usePlace(step.place);
  }
  return { read, written };
}
