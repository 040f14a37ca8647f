/**
 * lazy-mmu: lazy MMU mode is entered once and left on every path (include/linux/pgtable.h, "Nesting is not permitted").
 * Stores made in it may not have reached memory until it is left, so the lock of the table is not dropped before.
 */
import { memoByObject } from "../../util/memo.ts";
import { compareVersions } from "../../util/version.ts";
import { calleesOf } from "../../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { hasEffect } from "../call-graph.ts";
import { lazyPause, lazySection, leftMode } from "../duties.ts";
import { beginsInLazyMode, isLazySwitch } from "../lazy-callbacks.ts";
import { coversEntries, describeLock } from "../locks.ts";
import type { Duty } from "../facts.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { lazyHere } from "../section-duties.ts";
import { entrance, leadsTo, placeOf, stepsBehind } from "../ways.ts";
import { judgeLeftOpen, type LeftOpen } from "./left-open.ts";

export const lazyMmu: Rule = {
  id: "lazy-mmu",

  onCall: (call, site) => {
    const effect = call.contract?.effects?.find((e) => e.do === "lazy-mmu");
    if (effect?.do !== "lazy-mmu") return;
    if (effect.pause) {
      if (effect.enter) judgeResuming(call, site);
      return;
    }
    const open = site.facts.duties.get(lazySection);
    if (effect.enter) judgeNesting(open, call, site);
    else judgeLeaving(open, call, site);
  },

  onRelease: (lock, held, site) => {
    const open = lazyHere(site.facts);
    if (!open || !held || held.origin !== "taken" || !coversEntries(lock.class) || isBefore(open, held.at)) return;
    site.judge({
      rule: "lazy-mmu",
      outcome: "violated",
      what: "lazy MMU mode left before the lock is dropped",
      message: `the ${describeLock(held)} is dropped inside the lazy MMU mode entered in line ${open.at.line}: stores made under the lock may take effect after it`,
      requires: ["arch_leave_lazy_mmu_mode() before the page-table lock is dropped"],
    });
  },

  onReturn: (_value, site) => {
    const left = site.facts.duties.get(leftMode);
    if (left) judgeLeftOpen(leftForGood, left, left.by === site.frame.fn.name && !site.facts.unseenLocks, site);
    const open = site.facts.duties.get(lazySection);
    if (!open) return;
    judgeLeftOpen(leftOn, open, open.by === site.frame.fn.name && !isForCaller(open, site), site);
  },
};

const leftOn: LeftOpen = {
  rule: "lazy-mmu",
  what: "lazy MMU mode left at return",
  opened: "entered",
  returns: "returns in the lazy MMU mode",
  requires: "lazy MMU mode left before return",
};

const leftForGood: LeftOpen = {
  rule: "lazy-mmu",
  what: "lazy MMU mode entered again at return",
  opened: "left",
  returns: "returns out of the lazy MMU mode in which apply_to_page_range() calls it,",
  requires: "lazy MMU mode entered again before return",
};

/** The section was entered before the lock was taken: it spans lock sections on purpose. */
function isBefore(open: Duty, taken: { readonly line: number }): boolean {
  return open.at.line < taken.line;
}

/**
 * A wrapper that does nothing but enter the mode, a function that enters it last of all (xen_end_context_switch()), or one that leaves
 * the mode of its caller to have its stores done and enters it again (xen_flush_lazy_mmu(), arch/x86/xen/mmu_pv.c, 6.12).
 */
function isForCaller(open: Duty, { frame: { fn }, rulebook }: Site): boolean {
  return calleesOf(fn).length <= 2 || entering(fn, rulebook, open).every((step) => endsWith(step, fn) || isFlush(callBefore(step, fn), step, rulebook) || callersMode(rulebook)(fn).enteredAgain.has(step));
}

interface CallersMode {
  readonly left: ReadonlySet<Step>;
  readonly enteredAgain: ReadonlySet<Step>;
}

const ownModeOnly: CallersMode = { left: new Set(), enteredAgain: new Set() };

/**
 * Who has to ask whether the mode is on (in_lazy_mmu_mode(), paravirt_get_lazy_mode()) leaves that of its caller, where it has not entered
 * it itself, and may enter it again behind that.
 */
const callersMode = memoByObject((rulebook: Rulebook) =>
  memoByObject((fn: FunctionIr): CallersMode => {
    if (!calleesOf(fn).some((name) => /(?:^|_)(?:in|is|was|get)_lazy_/.test(name))) return ownModeOnly;
    const first = stepsBehind(fn, [entrance], (step) => isLazySwitch(step, rulebook));
    const left = Array.from(first).filter((step) => isLazySwitch(step, rulebook, "leave"));
    const places = left.flatMap((step) => placeOf(step, fn) ?? []);
    return { left: new Set(left), enteredAgain: new Set(Array.from(stepsBehind(fn, places)).filter((step) => isLazySwitch(step, rulebook, "enter"))) };
  }),
);

function entering(fn: FunctionIr, rulebook: Rulebook, open: Duty): readonly CallStep[] {
  return fn.blocks.flatMap(({ steps }) => steps.filter((step) => isLazySwitch(step, rulebook, "enter")).filter((step) => step.loc.line === open.at.line));
}

function isCall(step: Step): step is CallStep {
  return step.op === "call";
}

/** Nothing is called and nothing stored behind it. */
function endsWith(step: Step, fn: FunctionIr): boolean {
  const at = placeOf(step, fn);
  return at !== null && !leadsTo(fn, at, ({ op }) => op === "call" || op === "store" || op === "gap");
}

function callBefore(step: Step, fn: FunctionIr): CallStep | undefined {
  const at = placeOf(step, fn);
  return at === null ? undefined : fn.blocks[at.block]!.steps.slice(0, at.place).findLast(isCall);
}

function callBehind(step: Step, fn: FunctionIr): CallStep | undefined {
  const at = placeOf(step, fn);
  return at === null ? undefined : fn.blocks[at.block]!.steps.slice(at.place + 1).find(isCall);
}

function isFlush(left: CallStep | undefined, entered: CallStep | undefined, rulebook: Rulebook): boolean {
  return left !== undefined && entered !== undefined && isLazySwitch(left, rulebook, "leave") && isLazySwitch(entered, rulebook, "enter");
}

function judgeNesting(open: Duty | undefined, call: CallInfo, site: Site): void {
  const nested = open !== undefined && compareVersions(site.rulebook.era, "6.19") < 0;
  site.judge({
    rule: "lazy-mmu",
    outcome: nested ? "violated" : "proved",
    what: "lazy MMU mode entered once",
    message: nested ? `${call.step.text} enters lazy MMU mode again, which was entered in line ${open.at.line} and not left` : "",
    requires: ["lazy MMU mode not entered yet: it does not nest before 6.19"],
    certain: true,
  });
}

/** Leaving what was not entered: only where this function enters it on another path, or has left its caller's before, is the caller out of question. */
function judgeLeaving(open: Duty | undefined, call: CallInfo, site: Site): void {
  const enters = hasEffect(site.frame.fn, site.rulebook, (e) => e.do === "lazy-mmu" && e.enter && !e.pause);
  const isPaused = site.facts.duties.has(lazyPause);
  const flushes = isFlush(call.step, callBehind(call.step, site.frame.fn), site.rulebook);
  const isCallers = callersMode(site.rulebook)(site.frame.fn).left.has(call.step) || beginsInLazyMode(site.rulebook)(site.frame.fn);
  const leftBefore = site.facts.duties.has(leftMode);
  const twice = open === undefined && !isPaused && !site.facts.unseenLocks && (leftBefore || (enters && !flushes && !isCallers));
  judgeEnd(open !== undefined, twice, ["leaves", "left", "entered"], call, site);
}

/** As with what is left: only where this function pauses on another path is the caller out of question. */
function judgeResuming(call: CallInfo, site: Site): void {
  const paused = site.facts.duties.has(lazyPause);
  const pauses = hasEffect(site.frame.fn, site.rulebook, (e) => e.do === "lazy-mmu" && !e.enter && e.pause === true);
  judgeEnd(paused, !paused && pauses && !site.facts.unseenLocks, ["resumes", "resumed", "paused"], call, site);
}

/** `isOpen`: what ends here was begun on this path; `twice`: and it can't have been begun by a caller. */
function judgeEnd(isOpen: boolean, twice: boolean, [ends, ended, begun]: readonly [string, string, string], call: CallInfo, site: Site): void {
  site.judge({
    rule: "lazy-mmu",
    outcome: isOpen ? "proved" : twice ? "violated" : "unknown",
    what: `${ends} lazy MMU mode that was ${begun}`,
    message: twice ? `${call.step.text} ${ends} lazy MMU mode on a path on which it is not ${begun}` : "",
    requires: [`lazy MMU mode ${begun} before it is ${ended}`],
    certain: true,
  });
}
