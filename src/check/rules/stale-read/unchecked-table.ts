/**
 * An entry that is changed in a table mapped without its lock (pte_offset_map_nolock() and its kind, mm/pgtable-generic.c): the table
 * may have been taken away until the lock was held, which pmd_same() shows, or pte_same() with a value that is not none.
 */
import { stepsOf } from "../../../c/index.ts";
import type { Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

export function isUncheckedTable(pointer: string, site: Site): boolean {
  const map = site.facts.maps.find((m) => m.pointer === sym.splitMove(pointer).root);
  if (map === undefined || !/^pte_offset_map_(?:r[ow]_)?nolock$/.test(site.callOf(map.pointer)?.step.callee ?? "")) return false;
  const callees = stepsOf(site.frame.fn).flatMap((step) => (step.op === "call" && step.callee !== null ? [step.callee] : []));
  // Who takes two such locks nested holds what keeps tables from being freed (mm/mremap.c, move_ptes()).
  return callees.includes("spin_lock") && !callees.some((callee) => /_same$|_nested$|stable/.test(callee));
}
