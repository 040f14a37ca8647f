/**
 * A table that is removed under the page-table locks alone is empty by then only if that was seen under them: userfaultfd
 * installs entries and markers in a table that khugepaged has just emptied or found fit (mm/khugepaged.c of 6.12,
 * retract_page_tables() and collapse_pte_mapped_thp()). Under mmap_lock for writing nobody comes in between, and under
 * mmap_lock for reading userfaultfd is at work in a VMA or is not, so that a test of that is good for the walk.
 *
 * What is looked at where is told by the order of the source: the looks need not be on the same path to be seen.
 */
import { stepsOf } from "../../../c/index.ts";
import type { CallStep, FunctionIr, Loc, Step } from "../../../c/ir.ts";
import { callHasEffect } from "../../call-graph.ts";
import { describeLock, coversEntries } from "../../locks.ts";
import type { LockFact } from "../../facts.ts";
import { inLoopOfRmap } from "../../rmap-loop.ts";
import { userfaultfd } from "../../steady-fields.ts";
import type { CallInfo, Site } from "../../model.ts";

export function judgeTableRemoval(call: CallInfo, site: Site): void {
  const entry = removedEntry(call);
  const { locks } = site.facts;
  const { fn } = site.frame;
  const held = locks.filter((l) => coversEntries(l.class) && l.certain && l.origin === "taken" && l.by === fn.name);
  const first = held.reduce<LockFact | null>((least, l) => (least === null || isBefore(l.at, least.at) ? l : least), null);
  if (entry === null || first === null || locks.some((l) => l.class === "mmap" && l.mode === "write")) return;
  const before = stepsOf(fn).filter((step) => isBefore(step.loc, first.at));
  const between = stepsOf(fn).filter((step) => isBefore(first.at, step.loc) && isBefore(step.loc, call.step.loc));
  const asked = before.filter((step) => asksVma(step, site));
  const walked = before.filter((step) => touchesPte(step, site));
  const again = between.some((step) => asksVma(step, site) || touchesPte(step, site) || mayLook(step, fn, site));
  const shared = locks.some((l) => l.class === "mmap");
  const early = asked.length > 0 && !shared && inLoopOfRmap(fn, call.step.loc) ? asked.at(-1)! : null;
  // pmd_clear() of a table serves those who free tables beside faults (mm/pt_reclaim.c of 6.14); a teardown takes no lock for it.
  const concurrent = shared || call.step.callee === "pmd_clear";
  const emptied = !asked.some(isAnyUserfaultfd) && concurrent && walked.length > 0 && mapsOnly(entry, fn, site) ? walked.at(-1)! : null;
  if (early === null && emptied === null) return;
  const seen = early === null ? `its entries were last looked at in line ${emptied!.loc.line}` : `whether the VMA is fit for that was asked in line ${early.loc.line}`;
  site.judge({
    rule: "stale-read",
    outcome: again ? "proved" : "violated",
    what: `${call.step.callee}: table looked at under the locks it is removed under`,
    message: again ? "" : `${call.step.callee}() removes a page table under the ${describeLock(first)} of line ${first.at.line}, but ${seen}, before it, and nothing was looked at again: ${call.step.callee === "pmd_clear" ? "a fault" : "userfaultfd"} may have put entries${call.step.callee === "pmd_clear" ? "" : " or markers"} into the table meanwhile, which are lost with it`,
    requires: ["a look at the entries, or at the VMA (userfaultfd, anon_vma), under the page-table locks"],
    ...(fn.partial ? { assumed: ["the lines of the function that are not shown do not ask whether userfaultfd is at work in the VMA"] } : {}),
    references: [{ file: "mm/khugepaged.c", where: "retract_page_tables()", version: "6.12" }],
  });
}

/** Name of the variable that points to the pmd whose table goes, or null. */
function removedEntry({ step, contract }: CallInfo): string | null {
  const detach = contract?.effects?.find((e) => e.do === "detach-table");
  if (detach?.do !== "detach-table" || detach.level !== "pmd") return null;
  const arg = step.args[contract!.params.indexOf(detach.entry)];
  return arg?.k === "var" ? arg.name : null;
}

/** Whether userfaultfd is at work in a VMA, or whether it has anonymous pages. */
function asksVma(step: Step, site: Site): boolean {
  return isUserfaultfd(step) || (step.op === "load" && step.place.k === "field" && step.place.field === "anon_vma") || looksAtVma(step, site);
}

function isUserfaultfd(step: Step): boolean {
  return step.op === "call" ? (step.callee ?? "").startsWith("userfaultfd_") : step.op === "load" && step.place.k === "field" && step.place.field === userfaultfd;
}

/** A test that leaves out those who install entries, not markers alone. */
function isAnyUserfaultfd(step: Step): boolean {
  return isUserfaultfd(step) && (step.op !== "call" || /^userfaultfd_(?:armed|missing)$/.test(step.callee ?? ""));
}

function looksAtVma(step: Step, site: Site): boolean {
  return callHasEffect(step, site.rulebook, (e) => e.do === "look-at");
}

function touchesPte(step: Step, site: Site): boolean {
  if (step.op === "load" || step.op === "store") return site.types.entryLevel(step.place) === "pte";
  return callHasEffect(step, site.rulebook, (e) => (e.do === "read" || e.do === "write") && e.level === "pte");
}

/** A helper without a contract that is given the VMA, the table or its lock may do what is asked for. */
function mayLook(step: Step, fn: FunctionIr, site: Site): boolean {
  if (step.op === "gap") return true;
  if (step.op !== "call" || step.callee === null || site.rulebook.contract(step.callee)) return false;
  return step.args.some((arg) => arg.k === "var" && /^(?:struct vm_area_struct|pmd_t|pte_t) \*$/.test(fn.vars.get(arg.name)?.type ?? ""));
}

/** All ptes that the function maps lie in the table of this pmd. */
function mapsOnly(entry: string, fn: FunctionIr, site: Site): boolean {
  const maps = stepsOf(fn).filter((step): step is CallStep => callHasEffect(step, site.rulebook, (e) => e.do === "map"));
  return maps.length > 0 && maps.every((step) => step.args.some((arg) => arg.k === "var" && arg.name === entry));
}

function isBefore(a: Loc, b: Loc): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
