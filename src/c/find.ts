/** What a unit has of a name: by its index where it has one, else by one that is made of its lists once. */
import { hasBetween } from "../util/between.ts";
import { byKey } from "../util/by-key.ts";
import { calledIn } from "./foretold.ts";
import type { FunctionIr, OpsTable, RecordType, UnitIr } from "./ir.ts";

export function functionsNamed(unit: UnitIr, name: string): readonly FunctionIr[] {
  return unit.index?.functions(name) ?? listed(functions, unit.functions, (fn) => [fn.name]).get(name) ?? [];
}

/** Those of any of the names, in the order in which they stand. */
export function functionsAmong(unit: UnitIr, names: ReadonlySet<string>): readonly FunctionIr[] {
  if (unit.index === undefined) return unit.functions.filter((fn) => names.has(fn.name));
  return Array.from(names).flatMap(unit.index.functions).toSorted((a, b) => a.line - b.line);
}

/** Functions in whose lines any of these is. */
export function functionsAt(unit: UnitIr, lines: ReadonlySet<number>): readonly FunctionIr[] {
  return unit.index?.at(lines) ?? unit.functions.filter((fn) => hasBetween(lines, fn.line, fn.endLine));
}

/** Whether a function of the unit calls what has the name. */
export function isCalledIn(unit: UnitIr, name: string): boolean {
  return unit.index?.isCalled(name) ?? unit.functions.some((fn) => calledIn(fn).has(name));
}

/** All that functions of the unit call. */
export function namesCalledIn({ functions: all }: Pick<UnitIr, "functions">): Set<string> {
  return new Set(all.flatMap((fn) => Array.from(calledIn(fn))));
}

export function recordsNamed(unit: UnitIr, name: string): readonly RecordType[] {
  return unit.index?.records(name) ?? listed(records, unit.records, (record) => [record.name]).get(name) ?? [];
}

/** Tables with a field that is set to the name of a function, or to its address. */
export function tablesWith(unit: UnitIr, name: string): readonly OpsTable[] {
  return unit.index?.tables(name) ?? listed(tables, unit.opsTables, (table) => new Set(setTo(table))).get(name) ?? [];
}

export function setTo({ fields }: OpsTable): string[] {
  return Array.from(fields.values(), (value) => value.replace(/^&/, ""));
}

type Lists<T> = WeakMap<readonly T[], ReadonlyMap<string, readonly T[]>>;

const functions: Lists<FunctionIr> = new WeakMap();
const records: Lists<RecordType> = new WeakMap();
const tables: Lists<OpsTable> = new WeakMap();

/** All are asked for all others, so they are put down by name once. */
function listed<T>(known: Lists<T>, all: readonly T[], namesOf: (one: T) => Iterable<string>): ReadonlyMap<string, readonly T[]> {
  const before = known.get(all);
  if (before !== undefined) return before;
  const index = byKey(all, namesOf);
  known.set(all, index);
  return index;
}
