/**
 * lazy-mmu: lazy MMU mode is entered once and left on every path (include/linux/pgtable.h, "Nesting is not permitted").
 * Stores made in it may not have reached memory until it is left, so the lock of the table is not dropped before.
 */
import { compareVersions } from "../../util/version.ts";
import { calleesOf } from "../../c/index.ts";
import { hasEffect } from "../call-graph.ts";
import { lazySection } from "../duties.ts";
import { coversEntries, describeLock } from "../effects.ts";
import type { Duty } from "../facts.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { judgeLeftOpen, type LeftOpen } from "./left-open.ts";

export const lazyMmu: Rule = {
  id: "lazy-mmu",

  onCall: (call, site) => {
    const effect = call.contract?.effects?.find((e) => e.do === "lazy-mmu");
    if (effect?.do !== "lazy-mmu") return;
    const open = site.facts.duties.get(lazySection);
    if (effect.enter) judgeNesting(open, call, site);
    else judgeLeaving(open, call, site);
  },

  onRelease: (lock, held, site) => {
    const open = site.facts.duties.get(lazySection);
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
    const open = site.facts.duties.get(lazySection);
    if (!open) return;
    judgeLeftOpen(leftOn, open, open.by === site.frame.fn.name && !isForCaller(site), site);
  },
};

const leftOn: LeftOpen = {
  rule: "lazy-mmu",
  what: "lazy MMU mode left at return",
  opened: "entered",
  returns: "returns in the lazy MMU mode",
  requires: "lazy MMU mode left before return",
};

/** The section was entered before the lock was taken: it spans lock sections on purpose. */
function isBefore(open: Duty, taken: { readonly line: number }): boolean {
  return open.at.line < taken.line;
}

/** A wrapper that does nothing but enter the mode. */
function isForCaller(site: Site): boolean {
  return calleesOf(site.frame.fn).length <= 2;
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

/** Leaving what was not entered: only where this function enters it on another path is the caller out of question. */
function judgeLeaving(open: Duty | undefined, call: CallInfo, site: Site): void {
  const enters = hasEffect(site.frame.fn, site.rulebook, (e) => e.do === "lazy-mmu" && e.enter);
  const twice = open === undefined && enters && !site.facts.unseenLocks;
  site.judge({
    rule: "lazy-mmu",
    outcome: open ? "proved" : twice ? "violated" : "unknown",
    what: "leaves lazy MMU mode that was entered",
    message: twice ? `${call.step.text} leaves lazy MMU mode on a path on which it is not entered` : "",
    requires: ["lazy MMU mode entered before it is left"],
    certain: true,
  });
}
