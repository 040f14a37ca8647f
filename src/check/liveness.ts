/** Which variables may still be read at the start of each block, and which blocks lie on a cycle. */
import { definedBy, operandsOf, rootOf, successors, walkExpr, walkPlace } from "../c/index.ts";
import type { Block, Expr, FunctionIr, Place, Step, Terminator } from "../c/ir.ts";
import { components } from "../util/components.ts";

export interface Liveness {
  /** By block id. */
  readonly liveIn: readonly ReadonlySet<string>[];
  readonly onCycle: readonly boolean[];
  /** What may still be read behind a step of a block. */
  readonly liveAfter: (block: number, step: number) => ReadonlySet<string>;
}

/** Steps gone over and names carried until the sets stand; the kernel's largest functions come to a twentieth. */
const mostWork = 1_000_000;

export function livenessOf(fn: FunctionIr): Liveness {
  const always = Array.from(fn.vars.values()).filter((v) => v.addressTaken).map((v) => v.name);
  if (fn.blocks.length * always.length > mostWork) return everythingLives(fn);
  const liveIn = fn.blocks.map(() => new Set<string>(always));
  const order = fn.blocks.map((b) => b.id).reverse();
  const uses = fn.blocks.map(usesOf);
  let work = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order) {
      const live = new Set(always);
      const { read, written } = uses[id]!;
      for (const name of read) live.add(name);
      for (const next of successors(fn.blocks[id]!.end)) for (const name of liveIn[next]!) if (!written.has(name)) live.add(name);
      work += live.size + fn.blocks[id]!.steps.length;
      if (work > mostWork) return everythingLives(fn);
      if (live.size > liveIn[id]!.size) {
        liveIn[id] = live;
        changed = true;
      }
    }
  }
  const within = new Map<Step, ReadonlySet<string>>();
  const liveAfter = (block: number, step: number): ReadonlySet<string> => {
    const { steps, end } = fn.blocks[block]!;
    const known = within.get(steps[step]!);
    if (known !== undefined) return known;
    const { read, written } = usesOf({ steps: steps.slice(step + 1), end });
    const behind = successors(end).flatMap((next) => Array.from(liveIn[next]!).filter((name) => !written.has(name)));
    const live = new Set([...always, ...read, ...behind]);
    within.set(steps[step]!, live);
    return live;
  };
  return { liveIn, onCycle: cycles(fn.blocks), liveAfter };
}

/** Of a function that would take too long nothing is taken for dead. */
function everythingLives(fn: FunctionIr): Liveness {
  const all = new Set(fn.vars.keys());
  return { liveIn: fn.blocks.map(() => all), onCycle: cycles(fn.blocks), liveAfter: () => all };
}

/** What a block does with variables, whatever comes behind it: those that it reads before it writes them, and those that it writes. */
interface Uses {
  readonly read: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

function usesOf(block: Pick<Block, "steps" | "end">): Uses {
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
  for (const expr of terminatorExprs(block.end)) walkExpr(expr, use);
  for (const step of block.steps.toReversed()) {
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

function terminatorExprs(end: Terminator): readonly Expr[] {
  switch (end.k) {
    case "branch":
      return [end.cond];
    case "switch":
      return [end.value, ...end.cases.flatMap((c) => [c.low, c.high])];
    case "return":
      return end.value ? [end.value] : [];
    case "goto":
    case "stop":
    case "lost":
      return [];
  }
}

/** Blocks that a way leads back to. */
function cycles(blocks: readonly Block[]): boolean[] {
  const next = blocks.map(({ end }) => successors(end));
  const onCycle = blocks.map(({ id }) => next[id]!.includes(id));
  for (const component of components(blocks.map(({ id }) => id), next)) if (component.length > 1) for (const id of component) onCycle[id] = true;
  return onCycle;
}
