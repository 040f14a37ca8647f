/**
 * Calls that a patch puts the other way round: what was unmapped last is unmapped first, what was taken first is taken
 * last, a flush that came before a release comes after it. Each stands once on both sides, so that their order is one.
 */
import type { CallStep, FunctionIr } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect } from "../../rulebook/schema.ts";
import { stepsOf } from "../../c/index.ts";
import { callHasEffect } from "../../check/call-graph.ts";
import { type Change, loss } from "../change.ts";
import type { Pair } from "../pair.ts";
import { pairSteps } from "./pairs.ts";

type Role = "unmap" | "change" | "flush" | "take" | "give back";

/** What came first before the patch, what came second, and the rule that is about it. */
const orders: readonly (readonly [Role, Role, RuleId])[] = [
  ["unmap", "unmap", "map-order"],
  ["take", "take", "lock-order"],
  ["flush", "give back", "tlb-flush"],
  ["change", "flush", "tlb-flush"],
];

export function lostOrder({ from: before, to: after, rulebook }: Pair): Change[] {
  const [from, to] = [placesOf(before.fn, rulebook), placesOf(after.fn, rulebook)];
  const kept = Array.from(from.values()).filter(({ call }) => to.has(call.text));
  return orders.flatMap(([first, second, rule]): Change[] => {
    for (const a of kept) {
      if (a.role !== first) continue;
      const b = kept.find((one) => one.role === second && one.at > a.at && one.call !== a.call && to.get(one.call.text)!.at < to.get(a.call.text)!.at);
      if (b === undefined) continue;
      const now = to.get(b.call.text)!.call;
      return [loss(rule, now.loc, `order of ${a.call.callee} and ${b.call.callee}`, `${b.call.text} comes before ${a.call.text} now, and came after it before the patch`, true)];
    }
    return [];
  });
}

interface Placed {
  readonly call: CallStep;
  readonly role: Role;
  /** Position in the function, by blocks in their order. */
  readonly at: number;
}

/** Calls with a role that stand exactly once, by their text. */
function placesOf(fn: FunctionIr, rulebook: Rulebook): Map<string, Placed> {
  const found = new Map<string, Placed>();
  const again = new Set<string>();
  stepsOf(fn).forEach((call, at) => {
    const role = call.op === "call" ? roleOf(call, rulebook) : null;
    if (call.op !== "call" || role === null) return;
    if (found.has(call.text)) again.add(call.text);
    found.set(call.text, { call, role, at });
  });
  for (const text of again) found.delete(text);
  return found;
}

function roleOf(call: CallStep, rulebook: Rulebook): Role | null {
  const does = (wanted: Effect["do"]): boolean => callHasEffect(call, rulebook, (effect) => effect.do === wanted);
  const locks = pairSteps(call, rulebook).filter(({ rule }) => rule === "lock-balance" || rule === "hugetlb-share");
  if (does("unmap")) return "unmap";
  if (does("flush")) return "flush";
  if (does("owe-flush")) return "change";
  if (locks.length !== 1) return null;
  return locks[0]!.by > 0 ? "take" : "give back";
}
