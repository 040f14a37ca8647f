/** Which variables may still be read at the start of each block, and which blocks lie on a cycle. */
import type { Block, Expr, FunctionIr, Place, Step, Terminator } from "../c/ir.ts";

export interface Liveness {
  /** By block id. */
  readonly liveIn: readonly ReadonlySet<string>[];
  readonly onCycle: readonly boolean[];
}

export function livenessOf(fn: FunctionIr): Liveness {
  const always = Array.from(fn.vars.values()).filter((v) => v.addressTaken).map((v) => v.name);
  const liveIn = fn.blocks.map(() => new Set<string>(always));
  const order = fn.blocks.map((b) => b.id).reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order) {
      const live = transferBlock(fn.blocks[id]!, liveIn);
      for (const name of always) live.add(name);
      if (live.size > liveIn[id]!.size) {
        liveIn[id] = live;
        changed = true;
      }
    }
  }
  return { liveIn, onCycle: cycles(fn.blocks) };
}

function transferBlock(block: Block, liveIn: readonly Set<string>[]): Set<string> {
  const live = new Set<string>();
  for (const next of successors(block.end)) for (const name of liveIn[next]!) live.add(name);
  for (const expr of terminatorExprs(block.end)) addVariables(expr, live);
  for (const step of block.steps.toReversed()) {
    const written = writtenVariable(step);
    if (written !== null) live.delete(written);
    addUses(step, live);
  }
  return live;
}

export function successors(end: Terminator): readonly number[] {
  switch (end.k) {
    case "goto":
      return [end.to];
    case "branch":
      return [end.yes, end.no];
    case "switch":
      return [...end.cases.map((c) => c.to), end.otherwise];
    default:
      return [];
  }
}

function terminatorExprs(end: Terminator): readonly Expr[] {
  switch (end.k) {
    case "branch":
      return [end.cond];
    case "switch":
      return [end.value, ...end.cases.flatMap((c) => [c.low, c.high])];
    case "return":
      return end.value ? [end.value] : [];
    default:
      return [];
  }
}

function writtenVariable(step: Step): string | null {
  if (step.op === "assign" || step.op === "load") return step.dst;
  return step.op === "call" ? step.dst : null;
}

function addUses(step: Step, live: Set<string>): void {
  switch (step.op) {
    case "assign":
      if (step.value) addVariables(step.value, live);
      return;
    case "load":
      addPlace(step.place, live);
      return;
    case "store":
      addPlace(step.place, live);
      addVariables(step.value, live);
      return;
    case "call":
      if (step.target) addVariables(step.target, live);
      for (const arg of step.args) addVariables(arg, live);
      return;
    case "gap":
      return;
  }
}

function addVariables(expr: Expr, live: Set<string>): void {
  switch (expr.k) {
    case "var":
      live.add(expr.name);
      return;
    case "unary":
    case "cast":
      addVariables(expr.arg, live);
      return;
    case "binary":
      addVariables(expr.left, live);
      addVariables(expr.right, live);
      return;
    case "addr":
      addPlace(expr.place, live);
      return;
    case "aggregate":
      for (const part of expr.fields) addVariables(part.value, live);
      return;
    default:
      return;
  }
}

function addPlace(place: Place, live: Set<string>): void {
  switch (place.k) {
    case "var":
      live.add(place.name);
      return;
    case "deref":
      addVariables(place.ptr, live);
      return;
    case "field":
      addPlace(place.base, live);
      return;
    case "index":
      addPlace(place.base, live);
      addVariables(place.index, live);
      return;
    case "global":
      return;
  }
}

/** Blocks of strongly connected components with an edge inside (Tarjan, without recursion so that long functions do not overflow). */
function cycles(blocks: readonly Block[]): boolean[] {
  const index = blocks.map(() => -1);
  const low = blocks.map(() => 0);
  const open = blocks.map(() => false);
  const onCycle = blocks.map(() => false);
  const stack: number[] = [];
  let counter = 0;
  for (const root of blocks) {
    if (index[root.id] !== -1) continue;
    const work: { id: number; next: number }[] = [{ id: root.id, next: 0 }];
    while (work.length > 0) {
      const top = work.at(-1)!;
      const { id } = top;
      if (top.next === 0) {
        index[id] = low[id] = counter++;
        stack.push(id);
        open[id] = true;
      }
      const targets = successors(blocks[id]!.end);
      if (top.next < targets.length) {
        const target = targets[top.next++]!;
        if (index[target] === -1) work.push({ id: target, next: 0 });
        else if (open[target]) low[id] = Math.min(low[id]!, index[target]!);
        if (target === id) onCycle[id] = true;
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) low[parent.id] = Math.min(low[parent.id]!, low[id]!);
      if (low[id] === index[id]) closeComponent(id, stack, open, onCycle);
    }
  }
  return onCycle;
}

function closeComponent(head: number, stack: number[], open: boolean[], onCycle: boolean[]): void {
  const members: number[] = [];
  for (;;) {
    const member = stack.pop()!;
    open[member] = false;
    members.push(member);
    if (member === head) break;
  }
  if (members.length > 1) for (const member of members) onCycle[member] = true;
}
