/** Whose page tables a function works on: those of a process, or the kernel's own, which other rules hold for. */
import { stepsOf } from "../c/index.ts";
import type { CallStep, FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { mentions } from "./mentions.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { memoByObject } from "../util/memo.ts";

/** Kernel page tables are reached by the same calls; a function that walks a process has one of these in hand. */
export function isUserContext(site: Site): boolean {
  const { fn } = site.frame;
  return hasProcess(fn) && !mentions(fn, "kernel tables");
}

const hasProcess = memoByObject((fn: FunctionIr): boolean => Array.from(fn.vars.values()).some((v) => /^(const )?struct (vm_area_struct|vm_fault|mm_walk|mmu_gather|mm_struct|page_vma_mapped_walk|folio_walk) \*?$/.test(v.type)));

/** It says so, or has no process in hand where an architecture works on its own (collapse_pud_page(), arch/x86/mm/pat/set_memory.c, 6.15). */
export function mayBeKernels(fn: FunctionIr, rulebook: Rulebook): boolean {
  return mentions(fn, "kernel tables") || (/^arch\/[^/]+\/mm\//.test(fn.file) && !hasProcess(fn) && !asksForProcess(rulebook)(fn));
}

/** It hands on the mm of something that has one: pgd_offset(current->mm, addr), pmd_off(gmap->mm, addr). */
const asksForProcess = memoByObject((rulebook: Rulebook) =>
  memoByObject((fn: FunctionIr): boolean => {
    const found = new Set(stepsOf(fn).flatMap((step) => (step.op === "load" && step.place.k === "field" && step.place.field === "mm" ? [step.dst] : [])));
    return found.size > 0 && stepsOf(fn).some((step) => step.op === "call" && isFor(step, found, rulebook));
  }),
);

function isFor({ callee, args }: CallStep, found: ReadonlySet<string>, rulebook: Rulebook): boolean {
  const mm = callee === null ? undefined : args[rulebook.contract(callee)?.params.indexOf("mm") ?? -1];
  return mm?.k === "var" && found.has(mm.name);
}

/** Kernel page tables have rules of their own (no PTL for ptes): a lock that is held counts, none is demanded. */
export function isKernelTable(call: CallInfo): boolean {
  const mm = call.contract?.params.indexOf("mm") ?? -1;
  const given = call.args[mm] ?? "";
  return mm >= 0 && (given.includes("g:init_mm") || given === sym.zero);
}
