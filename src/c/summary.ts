/**
 * What the body of a function comes to for those who ask whether it matters to a caller. It depends on the text of its
 * file alone, so a run may leave it for the next one, which then lowers only the helpers that it runs.
 */
import { memoByObject } from "../util/memo.ts";
import type { BodySummary, Expr, FunctionIr } from "./ir.ts";

/** Summaries of the functions of a file by the offset of the brace that opens them; those that are made are put there as well. */
export type Summaries = Map<number, BodySummary>;

const remembered = memoByObject((blocks: FunctionIr["blocks"]) => summaryOfBlocks(blocks));

export function summaryOf(fn: FunctionIr): BodySummary {
  return fn.summary ?? remembered(fn.blocks);
}

export function summaryOfBlocks(blocks: FunctionIr["blocks"]): BodySummary {
  const steps = blocks.flatMap((block) => block.steps);
  return {
    callees: steps.flatMap((step) => (step.op === "call" && step.callee !== null ? [step.callee] : [])),
    steps: steps.length,
    blocks: blocks.length,
    loops: blocks.some((block) => block.loopHead),
    constant: blocks.every(({ end }) => end.k !== "return" || (end.value !== null && isConstant(end.value))),
  };
}

function isConstant(expr: Expr): boolean {
  if (expr.k === "num") return true;
  return expr.k === "unary" && expr.arg.k === "global";
}

/** Names are long; each stands once. */
export interface PackedSummaries {
  readonly names: readonly string[];
  /** [offset of the brace, steps, blocks, loops, constant, ...numbers of the names of its callees] */
  readonly functions: readonly (readonly number[])[];
}

export function packSummaries(summaries: Summaries): PackedSummaries {
  const names = new Map<string, number>();
  const numberOf = (name: string): number => {
    if (!names.has(name)) names.set(name, names.size);
    return names.get(name)!;
  };
  const functions = Array.from(summaries, ([number, { callees, steps, blocks, loops, constant }]) => [number, steps, blocks, Number(loops), Number(constant), ...callees.map(numberOf)]);
  return { names: Array.from(names.keys()), functions };
}

/** Empty when `packed` can't be of a text of that length. */
export function unpackSummaries(packed: unknown, most: number): Summaries {
  const summaries: Summaries = new Map();
  const { names, functions } = (typeof packed === "object" && packed !== null ? packed : {}) as { readonly names?: unknown; readonly functions?: unknown };
  if (!Array.isArray(names) || !Array.isArray(functions) || !names.every((name) => typeof name === "string")) return summaries;
  for (const one of functions) {
    if (!Array.isArray(one) || one.length < 5 || !one.every((value) => Number.isInteger(value) && value >= 0)) return new Map();
    const [number, steps, blocks, loops, constant, ...callees] = one as [number, number, number, number, number, ...number[]];
    if (number >= most || callees.some((callee) => callee >= names.length)) return new Map();
    summaries.set(number, { callees: callees.map((callee) => names[callee] as string), steps, blocks, loops: loops === 1, constant: constant === 1 });
  }
  return summaries;
}
