/**
 * The hugetlb VMA lock is a read-write semaphore: who holds it for reading, or is called by a walk that does (mm/pagewalk.c,
 * walk_hugetlb_range(), around each hugetlb_entry() and pte_hole()), and waits for it for writing waits for ever.
 */
import { isToldOther } from "../../hugetlb-entries.ts";
import type { CallInfo, Site } from "../../model.ts";

export function judgeHugetlbLock(call: CallInfo, site: Site): void {
  const told = isToldOther(site.facts);
  const held = told ? undefined : site.facts.locks.find((lock) => lock.class === "hugetlb-vma" && lock.certain);
  site.judgeAtCall((outer) => {
    const name = `${call.step.callee}()`;
    const judgement = { rule: "lock-order" as const, what: `${outer?.step.callee ?? call.step.callee}: hugetlb VMA lock not held`, requires: ["the hugetlb VMA lock not held where it is taken for writing"], references: call.contract?.references ?? [] };
    if (held === undefined) return { ...judgement, outcome: told ? "proved" : "unknown", message: "", quiet: "demand" };
    const through = outer === null ? name : `${outer.step.callee}(), which calls ${name},`;
    const whose = held.origin === "taken" ? `the one of line ${held.at.line}` : "the caller's";
    return { ...judgement, outcome: "violated", message: `${through} waits for the hugetlb VMA lock for writing while ${whose} is held: it waits for itself` };
  });
}
