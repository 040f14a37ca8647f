/**
 * Callbacks that lazy MMU mode is on for when they begin: apply_to_page_range() enters it for each table and calls them in it. What may not
 * run in the mode they do between leaving it and entering it again (kasan_depopulate_vmalloc_pte(), mm/kasan/shadow.c, 6.18).
 */
import { stepsOf } from "../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject } from "../util/memo.ts";
import { callHasEffect } from "./call-graph.ts";

/** A call that enters lazy MMU mode, or leaves it: of the kind asked for, or of either. */
export function isLazySwitch(step: Step, rulebook: Rulebook, kind?: "enter" | "leave"): step is CallStep {
  return callHasEffect(step, rulebook, (effect) => effect.do === "lazy-mmu" && !effect.pause && (kind === undefined || effect.enter === (kind === "enter")));
}

/** What the first call of either kind does tells, by the lines: `if (present) leave ... if (present) enter` is for the mode of the caller. */
export const beginsInLazyMode: (rulebook: Rulebook) => (fn: FunctionIr) => boolean = memoByObject((rulebook) =>
  memoByObject((fn) => {
    if (!isPteFn(fn)) return false;
    const switches = stepsOf(fn).filter((step) => isLazySwitch(step, rulebook));
    const first = switches.toSorted((a, b) => a.loc.line - b.loc.line || a.loc.column - b.loc.column)[0];
    return first !== undefined && isLazySwitch(first, rulebook, "leave");
  }),
);

/** Of type pte_fn_t (include/linux/mm.h). */
function isPteFn(fn: FunctionIr): boolean {
  return fn.returnType === "int" && fn.params.map((param) => fn.vars.get(param)?.type).join() === "pte_t *,unsigned long,void *";
}
