/**
 * A pointer that an exit tests before it unmaps (`if (pte) pte_unmap(pte)`) has to hold something on every way there: one
 * that is declared without a value and set on the way that maps holds whatever was on the stack elsewhere.
 */
import { definedBy, operandsOf, walkExpr } from "../../../c/index.ts";
import type { Block, CallStep, Expr, FunctionIr, Step } from "../../../c/ir.ts";
import { memoByObject } from "../../../util/memo.ts";
import { followers } from "../../ways.ts";
import { isOwnPointer } from "./own-pointers.ts";

/** The variable that `unmap` is guarded by and that no step on some way to that test has set; null when there is none. */
export function neverSetAt(unmap: CallStep, fn: FunctionIr): string | null {
  return guardedUnmaps(fn).get(unmap) ?? null;
}

/** Variables of a function that ways are followed for; a function with more pointers to entries is no source. */
const mostVariables = 200;

/** An unmap behind a test of its own argument. */
interface Guarded {
  readonly block: number;
  readonly name: string;
  readonly source: string;
  readonly unmap: CallStep;
}

const guardedUnmaps = memoByObject((fn: FunctionIr): ReadonlyMap<CallStep, string> => {
  const guarded: Guarded[] = [];
  const bits = new Map<string, bigint>();
  for (const block of fn.blocks) {
    const { end } = block;
    if (end.k !== "branch" || end.cond.k !== "var") continue;
    const { name } = end.cond;
    if (!isOwnPointer(name, fn)) continue;
    const unmap = fn.blocks[end.yes]!.steps.find((step): step is CallStep => step.op === "call" && (step.callee ?? "").startsWith("pte_unmap") && isVariable(step.args[0], name));
    if (unmap === undefined) continue;
    if (!bits.has(name) && bits.size < mostVariables) bits.set(name, 1n << BigInt(bits.size));
    guarded.push({ block: block.id, name, source: fn.vars.get(name)!.source, unmap });
  }
  if (bits.size === 0) return new Map();
  const unset = reachedUnset(fn, bits);
  return new Map(guarded.flatMap(({ block, name, source, unmap }) => ((unset[block]! & (bits.get(name) ?? 0n)) === 0n ? [] : [[unmap, source] as const])));
});

function isVariable(expr: Expr | undefined, name: string): boolean {
  return expr?.k === "var" && expr.name === name;
}

/** What a block does with variables that have no value yet, as sets of bits. */
interface Effect {
  /** Declared in it without a value, and not touched up to its end. */
  readonly bare: bigint;
  /** Set or used: on no way through it are they still without a value that matters. */
  readonly touched: bigint;
}

function effectOf({ steps }: Block, bits: ReadonlyMap<string, bigint>): Effect {
  let bare = 0n;
  let touched = 0n;
  for (const step of steps) {
    if (step.op === "assign" && step.declare && step.value === null) {
      bare |= bits.get(step.dst) ?? 0n;
      continue;
    }
    const touches = touchedBy(step, bits);
    touched |= touches;
    bare &= ~touches;
  }
  return { bare, touched };
}

function touchedBy(step: Step, bits: ReadonlyMap<string, bigint>): bigint {
  let touched = bits.get(definedBy(step) ?? "") ?? 0n;
  for (const operand of operandsOf(step)) walkExpr(operand, (one) => void (touched |= (one.k === "var" ? bits.get(one.name) : undefined) ?? 0n));
  return touched;
}

/** Times the blocks are gone through: once, and once more for each jump back on a way. What no source takes is not followed to its end. */
const mostRounds = 100;

/**
 * By block: the variables that a way leads to its end from their declaration on which nothing sets or uses them. All of them
 * go along together, in the order of blocks, so that a block is looked at again only for what comes back to it.
 */
function reachedUnset(fn: FunctionIr, bits: ReadonlyMap<string, bigint>): readonly bigint[] {
  const effects = fn.blocks.map((block) => effectOf(block, bits));
  const atStart = fn.blocks.map(() => 0n);
  const atEnd = fn.blocks.map(() => 0n);
  let wanted = true;
  for (let round = 0; wanted && round < mostRounds; round++) {
    wanted = false;
    for (const block of fn.blocks) {
      const { bare, touched } = effects[block.id]!;
      const leaving = bare | (atStart[block.id]! & ~touched);
      if (leaving === atEnd[block.id]) continue;
      atEnd[block.id] = leaving;
      for (const to of followers(fn, block)) {
        atStart[to]! |= leaving;
        wanted ||= to <= block.id;
      }
    }
  }
  return atEnd;
}
