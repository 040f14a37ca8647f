/**
 * A function as the machine runs it: which variables live in memory (their address is taken, or they are structs), and
 * which are still needed at a point, so that what is dead does not make states differ.
 */
import { successors } from "../../c/index.ts";
import type { Expr, FunctionIr, Place, Step, Terminator } from "../../c/ir.ts";

export interface Program {
  readonly ir: FunctionIr;
  /** Unique in the process; part of state keys. */
  readonly id: number;
  /** Where it comes from: the code under test, or knowledge that is not shown in traces line by line. */
  readonly origin: "code" | "model";
  /** Variables that are read or written through an address. */
  readonly inMemory: ReadonlySet<string>;
  /** Variables that are needed before step `step` of `block` (steps.length stands for the terminator). */
  readonly live: (block: number, step: number) => ReadonlySet<string>;
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
  const cache = new Map<number, ReadonlySet<string>>();
  const live = (block: number, step: number): ReadonlySet<string> => {
    const key = block * 65536 + step;
    let set = cache.get(key);
    if (set === undefined) {
      set = liveBefore(ir, block, step, atStart);
      cache.set(key, set);
    }
    return set;
  };
  return { ir, id: programs++, origin, inMemory, live };
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

function liveBefore(ir: FunctionIr, block: number, step: number, atStart: readonly ReadonlySet<string>[]): Set<string> {
  const b = ir.blocks[block]!;
  const live = new Set<string>();
  for (const next of successors(b.end)) for (const name of atStart[next]!) live.add(name);
  addUses(endExpressions(b.end), live);
  for (const s of b.steps.slice(step).toReversed()) backOver(s, live);
  return live;
}

function liveAtStart(ir: FunctionIr): ReadonlySet<string>[] {
  const sets: Set<string>[] = ir.blocks.map(() => new Set<string>());
  for (let changed = true; changed; ) {
    changed = false;
    for (let block = ir.blocks.length - 1; block >= 0; block--) {
      const set = liveBefore(ir, block, 0, sets);
      if (set.size === sets[block]!.size) continue;
      sets[block] = set;
      changed = true;
    }
  }
  return sets;
}
