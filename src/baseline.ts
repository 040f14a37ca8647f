/**
 * Known findings, in a file that a project keeps: each with a reason, and if wanted a day on which it comes up again.
 * An entry names a finding by its fingerprint, or all findings of one rule in one function.
 */
import { UsageError } from "./core/errors.ts";
import { isRuleId } from "./core/rule-ids.ts";
import type { Finding, Waiver } from "./core/finding.ts";
import { readTextInput } from "./text-input.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "./json-text.ts";

export interface BaselineEntry {
  readonly fingerprint: string | null;
  readonly rule: string | null;
  readonly file: string | null;
  readonly function: string | null;
  readonly reason: string;
  /** Last day (YYYY-MM-DD, UTC) on which the entry holds, or null. */
  readonly expires: string | null;
}

const schemaId = "mmreview/baseline@1";

/** Reads `path`. Throws InputError when it can't be read, UsageError when it is no baseline. */
export async function readBaseline(path: string, cwd: string): Promise<BaselineEntry[]> {
  const file = parseJsonObject(path, await readTextInput(path, cwd));
  if (file["schema"] !== schemaId) throw new UsageError(`${path}: "schema" is not "${schemaId}"`, "`--write-baseline FILE` writes one.");
  refuseOthers(path, "the baseline", file, ["$schema", "schema", "findings"]);
  const { findings } = file;
  if (!Array.isArray(findings)) throw new UsageError(`${path}: "findings" is not an array`);
  return findings.map((value, index) => entryOf(path, `findings[${index}]`, value));
}

function entryOf(path: string, place: string, value: unknown): BaselineEntry {
  if (!isJsonObject(value)) throw new UsageError(`${path}: ${place} is not an object`);
  refuseOthers(path, place, value, ["fingerprint", "rule", "file", "function", "reason", "expires"]);
  const entry: BaselineEntry = {
    fingerprint: textOf(path, place, value, "fingerprint"),
    rule: textOf(path, place, value, "rule"),
    file: textOf(path, place, value, "file"),
    function: textOf(path, place, value, "function"),
    reason: textOf(path, place, value, "reason") ?? "",
    expires: textOf(path, place, value, "expires"),
  };
  if (entry.reason.trim() === "") throw new UsageError(`${path}: ${place} has no reason`);
  if (entry.rule !== null && !isRuleId(entry.rule)) throw new UsageError(`${path}: ${place}: there is no rule '${entry.rule}'`, "`mmreview rules list` names them.");
  if (entry.fingerprint === null && (entry.rule === null || entry.function === null)) {
    throw new UsageError(`${path}: ${place} names neither a fingerprint nor a rule and a function`);
  }
  if (entry.expires !== null && !isDay(entry.expires)) throw new UsageError(`${path}: ${place}: "expires" is not a day like 2026-12-31: '${entry.expires}'`);
  return entry;
}

function refuseOthers(path: string, place: string, value: JsonObject, known: readonly string[]): void {
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw new UsageError(`${path}: ${place} has the unknown word '${other}'`, `It knows ${known.join(", ")}.`);
}

function textOf(path: string, place: string, value: JsonObject, key: string): string | null {
  const text = value[key] ?? null;
  if (text !== null && typeof text !== "string") throw new UsageError(`${path}: ${place}: "${key}" is not a text`);
  return text;
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The waiver that the baseline has for a finding, or null; one that still holds on `today` (YYYY-MM-DD) comes first. */
export function baselineWaiver(entries: readonly BaselineEntry[], finding: Finding, today: string): Waiver | null {
  const waivers = entries
    .filter((entry) => matches(entry, finding))
    .map(({ reason, expires }): Waiver => ({ by: "baseline", reason, expires, expired: expires !== null && expires < today }));
  return waivers.find((waiver) => !waiver.expired) ?? waivers[0] ?? null;
}

/** Everything that an entry names has to agree. */
function matches(entry: BaselineEntry, finding: Finding): boolean {
  return (["fingerprint", "rule", "file", "function"] as const).every((key) => entry[key] === null || entry[key] === finding[key]);
}
