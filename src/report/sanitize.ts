/**
 * The one place where text from mails and trees is made harmless, for every format (formats.ts applies it). What can
 * move a cursor, switch a terminal's mode, reorder what a reader sees (CVE-2021-42574) or break an encoder becomes
 * visible as <U+XXXX>. Tab and line feed stay: code and paragraphs need them. A format escapes its own markup.
 */
import { Spool } from "../util/spool.ts";

/** Control and format characters but tab and line feed, line and paragraph separators, lone surrogates, noncharacters. */
const harmful = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** Of these none is harmful, and hardly any text has others. */
const plain = /^[\t\n\x20-\x7e]*$/;

export function sanitize(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(harmful, (char) => `<U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** The same with every string sanitized, a copy where one changes. Works on any tree of plain data; keys are ours and stay as they are. What is spooled is gone through when somebody else does. */
export function sanitizeAll<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return sanitize(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Spool) return { length: value.length, [Symbol.iterator]: () => sanitized(value) };
  return Array.isArray(value) ? walkItems(value) : walkFields(value as Readonly<Record<string, unknown>>);
}

function walkItems(items: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < items.length; i++) {
    const clean = walk(items[i]);
    if (clean !== items[i]) (copy ??= [...items])[i] = clean;
  }
  return copy ?? items;
}

function walkFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | null = null;
  for (const key of Object.keys(fields)) {
    const clean = walk(fields[key]);
    if (clean !== fields[key]) (copy ??= { ...fields })[key] = clean;
  }
  return copy ?? fields;
}

function* sanitized(values: Iterable<unknown>): Generator<unknown> {
  for (const value of values) yield walk(value);
}
