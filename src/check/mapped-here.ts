/**
 * Whether a pte lies in a table of a process that the function has mapped and locked itself: what was known of the entry
 * before that no longer holds, since somebody else may have changed it until the lock was taken.
 */
import { entryKey } from "./entry-effects.ts";
import type { Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { isUserContext } from "./whose-tables.ts";

/** `entry`: as entryKey() has it. */
export function isMappedHere(entry: string, site: Site): boolean {
  const { facts } = site;
  const map = facts.maps.find((m) => entryKey(m.pointer, facts) === entry);
  if (map === undefined || !isUserContext(site) || !hasVma(site)) return false;
  const lock = facts.locks.find((l) => l.id === sym.lockOf("pte-ptl", map.of));
  return lock?.origin === "taken" && lock.certain;
}

/** Where an mm has tables of its own without a VMA (arch/x86/kernel/ldt.c, map_ldt_struct()) nobody faults. */
function hasVma(site: Site): boolean {
  return Array.from(site.frame.fn.vars.values()).some((v) => /^struct (?:vm_area_struct|vm_fault) \*$/.test(v.type));
}
