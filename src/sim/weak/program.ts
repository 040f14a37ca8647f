/**
 * Kernel functions that run at the same time as a program of a memory model, with the questions that decide whether they
 * may: does a reader see a table before its contents, after it was freed, or half of one entry with half of another?
 */
import type { FunctionIr } from "../../c/ir.ts";
import type { Proposition, Question } from "../litmus/index.ts";
import type { Program, Statement, Thread, Value } from "../memory/index.ts";
import { withoutEnds } from "../../util/ends.ts";
import type { PropertyName } from "./properties.ts";
import { lowerWeak } from "./lower.ts";
import { constant, content, levels, type Bound, type ThreadContext } from "./thread.ts";
import { tidied } from "./tidy.ts";
import { highHalf } from "./values.ts";

export interface WeakSource {
  readonly name: string;
  readonly threads: readonly FunctionIr[];
  /** Helpers and models by name. */
  readonly functions: ReadonlyMap<string, FunctionIr>;
  /** Setting -> value: `pmd=none|table|huge`, `pte=none|present`. */
  readonly world: Readonly<Record<string, string>>;
}

/** What must not be: a property and the final states that break it. */
export interface Hazard {
  readonly property: PropertyName;
  readonly proposition: Proposition;
}

export interface WeakProgram {
  readonly program: Program;
  /** Holds of the executions that count: those in which nobody waits for ever. */
  readonly filter: Proposition | null;
  readonly hazards: readonly Hazard[];
}

/** Throws NotModelled. */
export function weakProgram(source: WeakSource): WeakProgram {
  const answering = new Set<number>();
  const sending = new Set<number>();
  // Who waits for whom is known when all threads have been seen once.
  for (const [number, fn] of source.threads.entries()) lowered(source, fn, number, answering, sending);
  const threads = source.threads.map((fn, number) => lowered(source, fn, number, answering, sending));
  const memory = initialMemory(source);
  for (const { context } of threads) for (const table of context.fresh) memory.set(table, content.uninitialised);
  const program: Program = {
    name: litmusName(source.name), memory: usedOnly(memory, threads.map((t) => t.thread)), threads: threads.map((t) => t.thread),
  };
  const filters = threads.flatMap(({ context, name, number }) => [
    ...context.waits.map((wait) => is(number, name(wait), 1n)), ...context.cuts.map((cut) => is(number, name(cut), 0n)),
  ]);
  return { program, filter: filters.length > 0 ? { k: "and", parts: filters } : null, hazards: hazardsOf(threads) };
}

interface Lowered {
  readonly number: number;
  readonly context: ThreadContext;
  readonly thread: Thread;
  /** What a register is called after tidying. */
  readonly name: (register: string) => string;
}

function lowered(source: WeakSource, fn: FunctionIr, number: number, answering: Set<number>, sending: Set<number>): Lowered {
  const context: ThreadContext = {
    number, functions: source.functions, answering, sending, registers: new Set(levels.flatMap((level) => [level, highHalf(level)])),
    observed: [], halves: [], halfOf: new Map(), waits: [], cuts: [], failed: [], fresh: [],
  };
  const body = lowerWeak(context, fn, parametersOf(fn));
  const kept = new Set([
    ...[...context.observed, ...context.failed].map((each) => each.register), ...context.waits, ...context.cuts,
    ...context.halves.flatMap(({ low, high }) => [low, high]),
  ]);
  const tidy = tidied(body, kept);
  const name = (register: string): string => {
    const next = tidy.renamed.get(register);
    return next === undefined ? register : name(next);
  };
  return { number, context, name, thread: { name: `P${number}`, registers: new Map(), body: tidy.body } };
}

/** Parameters by type: an entry pointer is the world's entry of that level. */
function parametersOf(fn: FunctionIr): ReadonlyMap<string, Bound> {
  return new Map(fn.params.map((name): [string, Bound] => {
    const type = fn.vars.get(name)?.type ?? "";
    const level = /^(pte|pmd|pud|p4d|pgd)_t \*$/.exec(type)?.[1];
    if (level !== undefined) return [name, { k: "value", value: constant(level) }];
    const object = { "struct mm_struct *": "mm", "struct vm_area_struct *": "vma", "unsigned long": 0n, pgtable_t: "pte" }[type];
    return [name, object === undefined ? { k: "unknown", why: `the parameter ${name}` } : { k: "value", value: constant(object) }];
  }));
}

function initialMemory({ world }: WeakSource): Map<string, Value> {
  const entry: Readonly<Record<string, Value>> = { none: content.none, table: "pte", huge: content.leaf, present: content.leaf };
  const pmd = entry[world["pmd"] ?? "table"] ?? content.none;
  return new Map<string, Value>([
    ["pud", "pmd"], ["pmd", pmd], [highHalf("pmd"), pmd],
    ["pte", entry[world["pte"] ?? "none"] ?? content.none], [highHalf("pte"), entry[world["pte"] ?? "none"] ?? content.none],
  ]);
}

/** Locations that a thread names, or that one of these points to. */
function usedOnly(memory: ReadonlyMap<string, Value>, threads: readonly Thread[]): Map<string, Value> {
  const text = JSON.stringify(threads.map((thread) => thread.body), (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const used = new Set(Array.from(memory.keys()).filter((name) => text.includes(`"value":"${name}"`)));
  for (const name of used) {
    const value = memory.get(name);
    if (typeof value === "string") used.add(value);
  }
  return new Map(Array.from(memory).filter(([name]) => used.has(name)));
}

function is(thread: number, name: string, value: bigint): Proposition {
  return { k: "value", of: { k: "register", thread, name }, is: value };
}

function hazardsOf(threads: readonly Lowered[]): Hazard[] {
  const anyTable = threads.some(({ context }) => context.fresh.length > 0);
  const anyFree = threads.some(({ thread }) => stores(thread.body, content.freed));
  const loaded = (value: bigint): Proposition[] => threads.flatMap(({ context, name, number }) => {
    return context.observed.filter((each) => each.inTable).map((each) => is(number, name(each.register), value));
  });
  const torn = threads.flatMap(({ context, name, number }) => context.halves.map(({ low, high }): Proposition => ({
    k: "and",
    parts: [
      { k: "not", of: is(number, name(low), content.none) },
      { k: "not", of: { k: "equal", left: { k: "register", thread: number, name: name(low) }, right: { k: "register", thread: number, name: name(high) } } },
    ],
  })));
  const failed = threads.flatMap(({ context, name, number }) => context.failed.map((each) => is(number, name(each.register), 1n)));
  const hazards: readonly (readonly [PropertyName, readonly Proposition[]])[] = [
    ["uninitialised-table", anyTable ? loaded(content.uninitialised) : []],
    ["freed-table", anyFree ? loaded(content.freed) : []],
    ["torn-entry", torn],
    ["assertion", failed],
  ];
  return hazards.filter(([, parts]) => parts.length > 0).map(([property, parts]) => ({ property, proposition: anyOf(parts) }));
}

function anyOf(parts: readonly Proposition[]): Proposition {
  return parts.length === 1 ? parts[0]! : { k: "or", parts };
}

function stores(body: readonly Statement[], value: bigint): boolean {
  return body.some((statement) => {
    if (statement.k === "store") return statement.value.k === "constant" && statement.value.value === value;
    return statement.k === "if" && (stores(statement.yes, value) || stores(statement.no, value));
  });
}

/** The question of a litmus test that asks whether a property can be broken; without one, whether any can. */
export function questionOf(weak: WeakProgram, hazard: Hazard | null): Question {
  const { hazards, filter } = weak;
  const proposition = hazard?.proposition ?? (hazards.length > 0 ? anyOf(hazards.map((each) => each.proposition)) : { k: "and" as const, parts: [] });
  return { locations: [], filter, quantifier: "exists", proposition };
}

/** A name that herd7 takes. */
export function litmusName(name: string): string {
  return withoutEnds(name.replace(/[^A-Za-z0-9_.+-]+/g, "-"), "-") || "test";
}
