/**
 * notifier-scope: secondary MMUs (KVM, IOMMUs, devices) are told before a present entry is taken away and until it is
 * gone: mmu_notifier_invalidate_range_start() ... _end() around the change (Documentation/mm/mmu_notifier.rst).
 *
 * A range that is begun is ended on every path. For a change outside any range a violation needs that nobody else can
 * have begun one: the range was ended before on this path, or the function and all its callers in view begin none.
 */
import { stepsOf } from "../../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { memoByObject } from "../../util/memo.ts";
import { isOwnVariable } from "../duties.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { callHasEffect, hasEffect } from "../call-graph.ts";
import { placeOf, stepsBehind } from "../ways.ts";
import { judgeLeftOpen, type LeftOpen } from "./left-open.ts";

export const notifierScope: Rule = {
  id: "notifier-scope",

  onCall: (call, site) => {
    const effects = call.contract?.effects ?? [];
    const step = effects.find((e) => e.do === "notifier");
    if (step?.do === "notifier" && step.step === "end") judgeEnd(call.arg(step.range), call, site);
    if (effects.some((e) => e.do === "owe-flush" && e.addr !== undefined)) judgeChange(call, site);
  },

  onReturn: (_value, site) => {
    for (const [key, open] of site.facts.duties) {
      if (!key.startsWith("range:") || open.state !== "open") continue;
      judgeLeftOpen(notEnded, open, isOwnVariable(key.slice("range:".length)) && open.by === site.frame.fn.name, site);
    }
  },
};

const notEnded: LeftOpen = {
  rule: "notifier-scope",
  what: "notifier range ended at return",
  opened: "begun",
  returns: "returns without ending the notifier range",
  requires: "mmu_notifier_invalidate_range_end() on every path",
};

function judgeEnd(range: string, call: CallInfo, site: Site): void {
  const known = site.facts.duties.get(`range:${range}`);
  const begins = begun(site.frame.fn, site);
  const wrong = known?.state === "ended" || (known === undefined && begins && isOwnVariable(range) && !site.facts.unseenLocks);
  site.judge({
    rule: "notifier-scope",
    outcome: known?.state === "open" ? "proved" : wrong ? "violated" : "unknown",
    what: "notifier range begun before it is ended",
    message: wrong ? `${call.step.text} ends a notifier range that ${known ? `was ended in line ${known.at.line}` : "is not begun on this path"}` : "",
    requires: ["mmu_notifier_invalidate_range_start() before the end"],
    certain: true,
  });
}

function judgeChange(call: CallInfo, site: Site): void {
  const ranges = Array.from(site.facts.duties).filter(([key]) => key.startsWith("range:"));
  const open = ranges.some(([, range]) => range.state === "open");
  const ended = open ? undefined : ranges.find(([, range]) => range.state === "ended")?.[1];
  const isLate = ended !== undefined && !isWithinRangeOfWalk(site.rulebook)(site.reviewed);
  const bare = !open && ended === undefined && isTableRemoval(call) && !begun(site.frame.fn, site) && nobodyBegins(site);
  const name = call.step.callee;
  site.judge({
    rule: "notifier-scope",
    outcome: open ? "proved" : isLate || bare ? "violated" : "unknown",
    what: `${name}: inside a notifier range`,
    message: isLate
      ? `${name}() changes a present entry after the notifier range has ended in line ${ended.at.line}`
      : bare
        ? `${name}() takes a table away and neither ${site.frame.fn.name}() nor its callers in view begin a notifier range`
        : "",
    requires: ["mmu_notifier_invalidate_range_start() before the change, _end() after it"],
    ...(bare ? { assumed: ["callers of the functions in view begin no range"] } : {}),
  });
}

/** A table that goes takes with it what secondary MMUs that share it still walk. */
function isTableRemoval(call: CallInfo): boolean {
  const effects = call.contract?.effects ?? [];
  return effects.some((e) => e.do === "detach-table") && effects.some((e) => e.do === "owe-flush" && e.addr !== undefined);
}

/**
 * Whoever started a walk may have begun a range around all of it. A callback (struct mm_walk_ops hands the walk in last) that begins one
 * of its own within needs it for more than its own entries: for a table that it takes away, as clear_refs would for a shared one.
 */
const isWithinRangeOfWalk = memoByObject((rulebook: Rulebook) =>
  memoByObject((fn: FunctionIr): boolean => {
    if (fn.vars.get(fn.params.at(-1) ?? "")?.type !== "struct mm_walk *") return false;
    const begins = stepsOf(fn).filter((step) => isNotifierStep(step, "start", rulebook));
    const within = stepsBehind(fn, begins.flatMap((step) => placeOf(step, fn) ?? []), (step) => isNotifierStep(step, "start", rulebook) || isNotifierStep(step, "end", rulebook));
    return begins.length === 0 || Array.from(within).some((step) => step.op === "call" && mayTakeTables(step, rulebook));
  }),
);

function isNotifierStep(step: Step, which: "start" | "end", rulebook: Rulebook): boolean {
  return callHasEffect(step, rulebook, (e) => e.do === "notifier" && e.step === which);
}

/** What is not known may; of what is known, what detaches a table or wants the file's other mappings kept out while it stops sharing one. */
function mayTakeTables({ callee }: CallStep, rulebook: Rulebook): boolean {
  const contract = callee === null ? null : rulebook.contract(callee);
  if (!contract) return true;
  const unshares = contract.requires?.some((r) => r.need === "held" && r.rule === "hugetlb-share" && r.mode === "write");
  return unshares === true || (contract.effects?.some((e) => e.do === "detach-table") ?? false);
}

function begun(fn: FunctionIr, site: Site): boolean {
  return hasEffect(fn, site.rulebook, (e) => e.do === "notifier" && e.step === "start");
}

/** A static function whose callers in view, all of them, begin no range. */
function nobodyBegins(site: Site): boolean {
  const callers = site.callersOf(site.frame.fn);
  return callers !== null && callers.every((caller) => !begun(caller, site));
}
