/**
 * Whether callers hold the lock of an entry at their calls of a function, read off what they do behind the calls: who lets go of a
 * page-table lock has held it, and where nothing on the way may take one, at the call already. A caller that is known in part, as the hunk
 * with the call shows it, says that much too.
 */
import type { FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/index.ts";
import type { Effect } from "../rulebook/schema.ts";
import { coversEntries } from "./locks.ts";
import { followers, type StepPlace } from "./ways.ts";

/** Whether each call of that name in the functions comes to such a release on every way, and there is one. */
export function releasedBehind(name: string, callers: readonly FunctionIr[], rulebook: Rulebook): boolean {
  const calls = callers.flatMap((fn) => fn.blocks.flatMap(({ id, steps }) => steps.flatMap((step, place) => (step.op === "call" && step.callee === name ? [{ fn, at: { block: id, place } }] : []))));
  return calls.length > 0 && calls.every(({ fn, at }) => releases(fn, at, rulebook));
}

function releases(fn: FunctionIr, from: StepPlace, rulebook: Rulebook): boolean {
  const seen = new Set<number>();
  const open: StepPlace[] = [from];
  let found = false;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const block = fn.blocks[next.block]!;
    const met = firstOf(block.steps.slice(next.place + 1), rulebook);
    if (met === "other") return false;
    if (met === "release") {
      found = true;
      continue;
    }
    const after = followers(fn, block);
    if (after.length === 0) return false;
    for (const to of after) {
      if (!seen.has(to)) open.push({ block: to, place: -1 });
      seen.add(to);
    }
  }
  return found;
}

/** What comes first of the steps: a release of a page-table lock, or what may take one. */
function firstOf(steps: readonly Step[], rulebook: Rulebook): "release" | "other" | null {
  for (const step of steps) {
    if (step.op === "gap") return "other";
    if (step.op !== "call") continue;
    const contract = step.callee === null ? undefined : rulebook.contract(step.callee);
    if (contract === undefined) {
      if (step.callee === null || mayTake.test(step.callee)) return "other";
      continue;
    }
    const of = (effect: Effect): boolean => "lock" in effect && ("class" in effect.lock ? coversEntries(effect.lock.class) : /ptl|page_table_lock/.test(step.text));
    const effects = (contract.effects ?? []).filter(of);
    if (effects.some((effect) => effect.do === "release")) return "release";
    if (effects.length > 0) return "other";
  }
  return null;
}

/** Names of functions out of view that may take a lock for their caller. */
const mayTake = /lock|map|get|walk|fault/;
