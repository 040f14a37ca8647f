/** The models and actors of rules/, by era: C functions with what their header comments say. */
import type { FunctionIr } from "../c/ir.ts";
import { functionsOf } from "../rulebook/index.ts";
import { memoByObject } from "../util/memo.ts";
import { inEra } from "../util/version.ts";
import { headersOf, settingsOf, type Header } from "./header.ts";

/** One C text; `path` relative to the package. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** A function of a C file with the header that applies to it: its own comment, else the file's. */
export interface Described {
  readonly ir: FunctionIr;
  readonly keys: ReadonlyMap<string, string>;
  readonly range: { readonly since?: string; readonly until?: string };
}

export interface Actor extends Described {
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** World settings that it is about: key -> values of which one must hold. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Function that has run before the race starts, or "". */
  readonly begin: string;
  /** Why it never runs twice at the same time; "" when it may. */
  readonly alone: string;
  /** Kernel functions that it stands for, as its header names them. */
  readonly mirrors: string;
}

export interface Library {
  readonly era: string;
  readonly models: ReadonlyMap<string, FunctionIr>;
  readonly actors: readonly Actor[];
  /** What `mmreview matrix` tries in each lock context, in the order of the file. */
  readonly operations: readonly Actor[];
  /** Every function of the actors' files, by name: the actors and what they share. */
  readonly functions: ReadonlyMap<string, FunctionIr>;
  /** Lines of every text, for traces: path -> lines. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
}

/** The functions of a text with their headers. initC() must have been awaited. */
export const describedFunctions: (source: SourceText) => readonly Described[] = memoByObject((source) => {
  const headers = headersOf(source.text);
  const fileHeader = headers[0];
  let previousEnd = 0;
  return functionsOf(source).toSorted((a, b) => a.line - b.line).map((ir) => {
    const own = headers.findLast((h) => h.endLine < ir.line && h.line > previousEnd && h !== fileHeader);
    const first = previousEnd === 0 && fileHeader !== undefined && fileHeader.endLine < ir.line ? fileHeader : undefined;
    previousEnd = ir.endLine;
    return describe(ir, own ?? first, fileHeader);
  });
});

function describe(ir: FunctionIr, own: Header | undefined, file: Header | undefined): Described {
  const keys = new Map<string, string>(own?.keys ?? []);
  const since = keys.get("since") ?? file?.keys.get("since");
  const until = keys.get("until") ?? file?.keys.get("until");
  return { ir, keys, range: { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) } };
}

export function libraryFor(models: readonly SourceText[], actors: readonly SourceText[], era: string): Library {
  const inForce = (texts: readonly SourceText[]): Described[] => texts.flatMap(describedFunctions).filter((d) => inEra(era, d.range));
  const lines = new Map([...models, ...actors].map((t) => [t.path, t.text.split("\n")] as const));
  const actorFunctions = inForce(actors);
  return {
    era,
    functions: new Map(actorFunctions.map((d) => [d.ir.name, d.ir] as const)),
    models: new Map(inForce(models).map((d) => [d.ir.name, d.ir] as const)),
    actors: titled(actorFunctions, "actor"),
    operations: titled(actorFunctions, "operation"),
    lines,
  };
}

function titled(functions: readonly Described[], key: string): Actor[] {
  return functions.filter((d) => d.keys.has(key)).map((d) => ({
    ...d, name: d.ir.name, title: d.keys.get(key)!, needs: needsOf(d.keys.get("needs") ?? ""), mirrors: d.keys.get("mirrors") ?? "",
    begin: d.keys.get("begin") ?? "", alone: d.keys.get("alone") ?? "",
  }));
}

function needsOf(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(settingsOf(text)).map(([key, value]) => [key, value.split("|")] as const));
}
