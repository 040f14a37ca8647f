/**
 * Of what kind the pte value was that a path has stored last, where that is known: a value read from an entry, or a copy
 * of one. Who stores the value of a swap entry again has moved or copied a swap entry.
 */
import { type Facts, updated } from "./facts.ts";
import { type KindSet, kindNames } from "./kinds.ts";
import type { CallInfo } from "./model.ts";
import type { EntryKind } from "../rulebook/schema.ts";

const key = "w:pte";

/** The facts after a call that stores its argument `value`; other calls leave nothing behind. */
export function noteWritten(call: CallInfo, before: Facts, after: Facts): Facts {
  const at = call.contract?.params.indexOf("value") ?? -1;
  const kinds = at < 0 ? undefined : before.values.get(call.args[at] ?? "")?.kinds;
  if (kinds === undefined && !after.memory.has(key)) return after;
  const memory = new Map(after.memory);
  if (kinds === undefined) memory.delete(key);
  else memory.set(key, String(kinds));
  return updated(after, { memory });
}

/** Kinds that the pte stored last may be of; none when that is not known. */
export function kindsWritten(facts: Facts): readonly EntryKind[] {
  const kinds: KindSet = Number(facts.memory.get(key) ?? 0);
  return kindNames(kinds);
}
