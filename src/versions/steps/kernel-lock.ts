/**
 * The mmap lock of init_mm, which is there for the kernel's tables alone: who did not take it had walkers or a free of them that nothing
 * kept apart. Asked of mends only: whether a caller has it now is for the requirement to say.
 */
import { callsIn, printExpr } from "../../c/index.ts";
import type { CallStep, FunctionIr } from "../../c/ir.ts";
import { isOfClass } from "../../check/call-graph.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect } from "../../rulebook/schema.ts";
import { type Change, done } from "../change.ts";
import type { Pair } from "../pair.ts";
import { counted } from "../touched-functions.ts";
import { effectsOf, mayDealWithTables } from "./protections.ts";

export function kernelLock({ from, to, direction, rulebook }: Pair): Change[] {
  if (direction === "lost" || takesItself(to.fn, rulebook) || !takesItself(from.fn, rulebook) || !coversWhatStood(from.fn, to.fn, rulebook)) return [];
  return [done("table-free", "it holds the mmap lock of init_mm, which keeps walks of the kernel's tables and the free of one of them apart", to)];
}

/** A function that first releases it only lets go of its caller's for a while. */
function takesItself(fn: FunctionIr, rulebook: Rulebook): boolean {
  const first = callsIn(fn).find((step) => lockingOf(step, rulebook) !== null);
  return first !== undefined && lockingOf(first, rulebook) === "acquire";
}

/** Something that may deal with tables was done without the lock: a call that came with it needed none before. */
function coversWhatStood(from: FunctionIr, to: FunctionIr, rulebook: Rulebook): boolean {
  const calls = callsIn(from);
  const start = calls.findIndex((step) => lockingOf(step, rulebook) === "acquire");
  const end = calls.findLastIndex((step) => lockingOf(step, rulebook) === "release");
  const [now, before] = [from, to].map((fn) => counted(callsIn(fn).map(nameOf))) as [Map<string, number>, Map<string, number>];
  return calls.slice(start + 1, end < 0 ? calls.length : end).some((step) => now.get(nameOf(step))! <= (before.get(nameOf(step)) ?? 0) && mayDealWithTables(step, from, rulebook));
}

function nameOf({ callee, text }: CallStep): string {
  return callee ?? text;
}

function lockingOf(step: CallStep, rulebook: Rulebook): "acquire" | "release" | null {
  if (step.args[0] === undefined || printExpr(step.args[0]) !== "&init_mm") return null;
  const isLock = (e: Effect): e is Extract<Effect, { do: "acquire" | "release" }> => (e.do === "acquire" || e.do === "release") && isOfClass(e.lock, "mmap");
  return effectsOf(step, rulebook).find(isLock)?.do ?? null;
}
