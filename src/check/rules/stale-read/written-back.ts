/**
 * stale-read, an entry's former value put back: what is written was worked out from a value read before the lock was
 * taken (vmf->orig_pte, a local copy), and under the lock nobody has looked whether the entry still holds it. What
 * another CPU, or the hardware, has put there since is lost (mm/memory.c, handle_pte_fault(): pte_same() comes first).
 */
import { stepsOf } from "../../../c/index.ts";
import { entryKey } from "../../entry-effects.ts";
import type { CallInfo, Site } from "../../model.ts";
import type { FunctionIr } from "../../../c/ir.ts";

/** Where the value that the call writes was read, in words; null when it is not known to be a former value of the entry. */
export function formerValue(pointer: string, call: CallInfo, site: Site): string | null {
  const at = call.contract?.params.indexOf("value") ?? -1;
  const fact = site.facts.values.get(call.args[at] ?? "");
  if (fact === undefined) return null;
  const field = /\.(orig_p[tmu][ed])$/.exec(fact.entry)?.[1];
  if (field !== undefined) return fields(site.frame.fn).has(field) ? null : `the value that ->${field} has kept since before it`;
  return fact.under === "" && fact.entry === entryKey(pointer, site.facts) ? `the value read in line ${fact.at.line}, before it` : null;
}

/** Fields that the function sets: what they keep may have been read under its own lock. */
function fields(fn: FunctionIr): Set<string> {
  return new Set(stepsOf(fn).flatMap((step) => (step.op === "store" && step.place.k === "field" ? [step.place.field] : [])));
}
