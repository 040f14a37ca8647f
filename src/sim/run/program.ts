/**
 * A function as the machine runs it: which variables live in memory (their address is taken, or they are structs), and
 * which are still needed at a point, so that what is dead does not make states differ.
 */
import { successors } from "../../c/index.ts";
import type { Expr, FunctionIr, Place, Step, Terminator } from "../../c/ir.ts";

export interface Program {
  readonly ir: FunctionIr;
  /** Unique in the process; part of state keys. As long as any other: what a state costs goes by the length of its key, and must not depend on what was run before. */
  readonly id: string;
  /** Where it comes from: the code under test, or knowledge that is not shown in traces line by line. */
  readonly origin: "code" | "model";
  /** Variables that are read or written through an address. */
  readonly inMemory: ReadonlySet<string>;
  /** Variables that are needed before step `step` of `block` (steps.length stands for the terminator). */
  readonly live: (block: number, step: number) => ReadonlySet<string>;
  /** Number of a variable, in the order of declaration. */
  readonly placeOf: ReadonlyMap<string, number>;
}

let programs = 0;

export function programOf(ir: FunctionIr, origin: Program["origin"]): Program {
  const inMemory = new Set<string>();
  for (const variable of ir.vars.values()) if (variable.addressTaken || variable.kind === "static") inMemory.add(variable.name);
  const place = (p: Place, outer: boolean): void => {
    if (p.k === "var" && !outer) inMemory.add(p.name);
    if (p.k === "field" || p.k === "index") place(p.base, false);
  };
  for (const block of ir.blocks) {
    for (const step of block.steps) {
      if (step.op === "load" || step.op === "store") place(step.place, false);
      for (const e of expressionsOf(step)) visit(e, (x) => x.k === "addr" && place(x.place, false));
    }
    for (const e of endExpressions(block.end)) visit(e, (x) => x.k === "addr" && place(x.place, false));
  }
  const atStart = liveAtStart(ir);
  const cache = ir.blocks.map(() => new Map<number, ReadonlySet<string>>());
  const all = new Set(ir.vars.keys());
  const live = (block: number, step: number): ReadonlySet<string> => {
    // All are taken for live: states that differ in dead ones only are not found to be one.
    if (atStart === null) return all;
    const known = cache[block]!;
    const before = known.get(step);
    if (before !== undefined) return before;
    const { steps } = ir.blocks[block]!;
    const mark = Math.min(steps.length, markOf(step) + marks);
    const set = new Set(mark >= steps.length ? liveAtEnd(ir, block, atStart) : live(block, mark));
    for (let at = mark - 1; at >= step; at--) backOver(steps[at]!, set);
    known.set(step, set);
    return set;
  };
  const placeOf = new Map(Array.from(ir.vars.keys(), (name, place) => [name, place] as const));
  return { ir, id: (programs++).toString(36).padStart(4, "0"), origin, inMemory, live, placeOf };
}

/** What is live is known from every so many steps on, so that a long block is not gone through for each of its steps. */
const marks = 64;

function markOf(step: number): number {
  return step - (step % marks);
}

function expressionsOf(step: Step): readonly Expr[] {
  switch (step.op) {
    case "assign":
      return step.value === null ? [] : [step.value];
    case "load":
      return placeExpressions(step.place);
    case "store":
      return [...placeExpressions(step.place), step.value];
    case "call":
      return step.target === null ? step.args : [...step.args, step.target];
    case "gap":
      return [];
  }
}

function placeExpressions(place: Place): readonly Expr[] {
  switch (place.k) {
    case "var":
      return [place];
    case "global":
      return [];
    case "deref":
      return [place.ptr];
    case "field":
      return placeExpressions(place.base);
    case "index":
      return [...placeExpressions(place.base), place.index];
  }
}

function endExpressions(end: Terminator): readonly Expr[] {
  if (end.k === "branch") return [end.cond];
  if (end.k === "switch") return [end.value];
  return end.k === "return" && end.value !== null ? [end.value] : [];
}

/** Calls `see` for the expression and everything in it. */
export function visit(expr: Expr, see: (e: Expr) => void): void {
  see(expr);
  switch (expr.k) {
    case "unary": case "cast":
      visit(expr.arg, see);
      return;
    case "binary":
      visit(expr.left, see);
      visit(expr.right, see);
      return;
    case "addr":
      for (const e of placeExpressions(expr.place)) visit(e, see);
      return;
    case "aggregate":
      for (const field of expr.fields) visit(field.value, see);
      return;
    case "num": case "str": case "var": case "global": case "opaque":
      return;
  }
}

function addUses(expressions: readonly Expr[], live: Set<string>): void {
  for (const e of expressions) visit(e, (x) => x.k === "var" && live.add(x.name));
}

function backOver(step: Step, live: Set<string>): void {
  const target = step.op === "assign" || step.op === "load" || step.op === "call" ? step.dst : null;
  if (target !== null) live.delete(target);
  addUses(expressionsOf(step), live);
}

function liveAtEnd(ir: FunctionIr, block: number, atStart: readonly ReadonlySet<string>[]): Set<string> {
  const { end } = ir.blocks[block]!;
  const live = new Set<string>();
  for (const next of successors(end)) for (const name of atStart[next]!) live.add(name);
  addUses(endExpressions(end), live);
  return live;
}

/** Steps gone over and names carried until the sets stand; the kernel's largest functions come to a twentieth. */
const mostWork = 1_000_000;

/** null where that would take too long. */
function liveAtStart(ir: FunctionIr): ReadonlySet<string>[] | null {
  const sets: Set<string>[] = ir.blocks.map(() => new Set<string>());
  let work = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let block = ir.blocks.length - 1; block >= 0; block--) {
      const set = liveAtEnd(ir, block, sets);
      for (const step of ir.blocks[block]!.steps.toReversed()) backOver(step, set);
      work += ir.blocks[block]!.steps.length + set.size;
      if (work > mostWork) return null;
      if (set.size === sets[block]!.size) continue;
      sets[block] = set;
      changed = true;
    }
  }
  return sets;
}
