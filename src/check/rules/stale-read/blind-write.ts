/**
 * A new mapping that is put into an entry of a table which this function has mapped and locked, of which nothing was asked
 * under the lock: who faulted meanwhile has put another there (mm/memory.c, finish_fault(), vmf_pte_changed(), 6.12).
 */
import { stepsOf } from "../../../c/index.ts";
import type { Expr } from "../../../c/ir.ts";
import { entryKey } from "../../entry-effects.ts";
import { isMappedHere } from "../../mapped-here.ts";
import type { CallInfo, Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

export function isBlindWrite(pointer: string, call: CallInfo, site: Site): boolean {
  const { facts } = site;
  const entry = entryKey(pointer, facts);
  return !facts.entries.has(entry) && !isAskedAbout(pointer, entry, site) && isMappedHere(entry, site) && isNewMapping(call.arg("value"), site);
}

/** Something was read there or taken out, or the function gives a pte pointer to a helper that may look (pte_range_none()). */
function isAskedAbout(pointer: string, entry: string, site: Site): boolean {
  const { values, memory } = site.facts;
  if (memory.get(sym.clearedBy(pointer)) !== undefined || Array.from(values.values()).some((v) => v.entry === entry)) return true;
  const isPte = (arg: Expr): boolean => /^pte_t \*$/.test(site.types.ofExpr(arg));
  return stepsOf(site.frame.fn).some((step) => step.op === "call" && site.rulebook.contract(step.callee ?? "") === undefined && step.args.some(isPte));
}

const makers = /^(?:mk_pte|folio_mk_pte|pfn_pte|pfn_t_pte)$/;
/** They change bits of the value that they are given (asm/pgtable.h; mm/memory.c, maybe_mkwrite()). */
const modifiers = /^(?:pte_mk\w+|pte_sw_mkyoung|pte_wrprotect|maybe_mkwrite)$/;

/** Made of a page or a frame. A value that was changed bit by bit in one variable counts, where the function makes any. */
function isNewMapping(value: string, site: Site): boolean {
  const callee = site.callOf(value)?.step.callee ?? "";
  return makers.test(callee) || (modifiers.test(callee) && stepsOf(site.frame.fn).some((step) => step.op === "call" && makers.test(step.callee ?? "")));
}
