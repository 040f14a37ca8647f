/**
 * A new mapping that is put into an entry of a table which this function has mapped and locked, of which nothing was asked
 * under the lock: who faulted meanwhile has put another there (mm/memory.c, finish_fault(), vmf_pte_changed(), 6.12).
 */
import { stepsOf } from "../../c/index.ts";
import { entryKey } from "../effects.ts";
import type { CallInfo, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { isUserContext } from "./entry-lock.ts";

export function isBlindWrite(pointer: string, call: CallInfo, site: Site): boolean {
  const { facts } = site;
  const map = facts.maps.find((m) => m.pointer === sym.splitMove(pointer).root);
  if (map === undefined || !isUserContext(site) || !hasVma(site)) return false;
  const looked = facts.entries.has(entryKey(pointer, facts)) || Array.from(facts.values.values()).some((v) => v.entry === pointer);
  if (looked || facts.memory.get(sym.clearedBy(pointer)) !== undefined) return false;
  const lock = facts.locks.find((l) => l.id === sym.lockOf("pte-ptl", map.of));
  return lock?.origin === "taken" && lock.certain && isNewMapping(call.arg("value"), site);
}

/** Where an mm has tables of its own without a VMA (arch/x86/kernel/ldt.c, map_ldt_struct()) nobody faults. */
function hasVma(site: Site): boolean {
  return Array.from(site.frame.fn.vars.values()).some((v) => /^struct (?:vm_area_struct|vm_fault) \*$/.test(v.type));
}

const makers = /^(?:mk_pte|folio_mk_pte|pfn_pte|pfn_t_pte)$/;
/** They change bits of the value that they are given (asm/pgtable.h; mm/memory.c, maybe_mkwrite()). */
const modifiers = /^(?:pte_mk\w+|pte_sw_mkyoung|pte_wrprotect|maybe_mkwrite)$/;

/** Made of a page or a frame. A value that was changed bit by bit in one variable counts, where the function makes any. */
function isNewMapping(value: string, site: Site): boolean {
  const callee = site.callOf(value)?.step.callee ?? "";
  return makers.test(callee) || (modifiers.test(callee) && stepsOf(site.frame.fn).some((step) => step.op === "call" && makers.test(step.callee ?? "")));
}
