/**
 * The hugetlb VMA lock is a read-write semaphore: who holds it for reading, or is called by a walk that does (mm/pagewalk.c,
 * walk_hugetlb_range(), around each hugetlb_entry() and pte_hole()), and waits for it for writing waits for ever. Each VMA has
 * its own: that of another may be waited for.
 */
import type { FunctionIr } from "../../../c/ir.ts";
import type { Requirement } from "../../../rulebook/schema.ts";
import type { LockFact } from "../../facts.ts";
import { isToldOther } from "../../hugetlb-entries.ts";
import type { CallInfo, Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

type Wanted = Extract<Requirement, { need: "no-hugetlb-lock" }>;

export function judgeHugetlbLock(requirement: Wanted, call: CallInfo, site: Site): void {
  const told = isToldOther(site.facts);
  const vma = call.arg(requirement.vma);
  const held = told ? undefined : site.facts.locks.find((lock) => lock.class === "hugetlb-vma" && lock.certain && isOf(lock, vma, site.reviewed));
  site.judgeAtCall((outer) => {
    const name = `${call.step.callee}()`;
    const judgement = { rule: "lock-order" as const, what: `${outer?.step.callee ?? call.step.callee}: hugetlb VMA lock not held`, requires: ["the hugetlb VMA lock not held where it is taken for writing"], references: call.contract?.references ?? [] };
    if (held === undefined) return { ...judgement, outcome: told ? "proved" : "unknown", message: "", quiet: "demand" };
    const through = outer === null ? name : `${outer.step.callee}(), which calls ${name},`;
    const whose = held.origin === "taken" ? `the one of line ${held.at.line}` : "the caller's";
    return { ...judgement, outcome: "violated", message: `${through} waits for the hugetlb VMA lock for writing while ${whose} is held: it waits for itself` };
  });
}

/** A lock that only the caller has a name for is that of the VMA that the function is given, where it is given one. */
function isOf(lock: LockFact, vma: string, fn: FunctionIr): boolean {
  const object = sym.objectOf(lock.id);
  if (object !== "caller") return object === vma && !sym.isUnstable(vma);
  const given = fn.params.filter((param) => /^struct (?:vm_area_struct|mm_walk|vm_fault)\b/.test(fn.vars.get(param)?.type ?? ""));
  return given.length === 1 && [sym.parameter(1, given[0]!), sym.initial(sym.field(sym.parameter(1, given[0]!), "vma"))].includes(vma);
}
