/**
 * The one place where text from mails and trees is made harmless, for every format (formats.ts applies it). What can
 * move a cursor, switch a terminal's mode, reorder what a reader sees (CVE-2021-42574) or break an encoder becomes
 * visible as <U+XXXX>. Tab and line feed stay: code and paragraphs need them. A format escapes its own markup.
 */
import { Spool } from "../util/spool.ts";

/** Control and format characters but tab and line feed, line and paragraph separators, lone surrogates, noncharacters. */
const harmful = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

export function sanitize(text: string): string {
  return text.replace(harmful, (char) => `<U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** A copy in which every string is sanitized. Works on any tree of plain data; keys are ours and stay as they are. What is spooled is copied when somebody goes through it. */
export function sanitizeAll<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return sanitize(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Spool) return { length: value.length, [Symbol.iterator]: () => sanitized(value) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
}

function* sanitized(values: Iterable<unknown>): Generator<unknown> {
  for (const value of values) yield walk(value);
}
