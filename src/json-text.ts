/** JSON that people write (configuration, baseline): parsed with a place for a mistake, as editors want it. */
import { UsageError } from "./core/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that `text` holds. Throws UsageError "path:line:column: what is wrong". */
export function parseJsonObject(path: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new UsageError(`${path}:${placeIn(text, error)}: this is not JSON: ${plain(error)}`);
  }
  if (!isJsonObject(value)) throw new UsageError(`${path}:1:1: this is not a JSON object`);
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** V8 names a character position, or the end of the input. */
function placeIn(text: string, error: unknown): string {
  const position = / at position (\d+)/.exec(error instanceof Error ? error.message : "");
  const before = text.slice(0, position === null ? text.length : Number(position[1])).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

function plain(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/ (?:in JSON )?at position .*$/s, "").replace(/\s+/g, " ");
}
