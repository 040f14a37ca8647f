/** What a unit has of a name: by its index where it has one, else by one that is made of its lists once. */
import { hasBetween } from "../util/between.ts";
import { byKey } from "../util/by-key.ts";
import { calledIn } from "./foretold.ts";
import type { FunctionIr, OpsTable, RecordType, UnitIr } from "./ir.ts";
import { memoByObject } from "../util/memo.ts";

/** All are asked for all others, so they are put down by name once. */
const functionsByName = memoByObject((functions: readonly FunctionIr[]) => byKey(functions, (fn) => [fn.name]));
const recordsByName = memoByObject((records: readonly RecordType[]) => byKey(records, (record) => [record.name]));
const tablesByValue = memoByObject((tables: readonly OpsTable[]) => byKey(tables, (table) => new Set(setTo(table))));

export function functionsNamed(unit: UnitIr, name: string): readonly FunctionIr[] {
  return unit.index?.functions(name) ?? functionsByName(unit.functions).get(name) ?? [];
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
  return unit.index?.records(name) ?? recordsByName(unit.records).get(name) ?? [];
}

/** Tables with a field that is set to the name of a function, or to its address. */
export function tablesWith(unit: UnitIr, name: string): readonly OpsTable[] {
  return unit.index?.tables(name) ?? tablesByValue(unit.opsTables).get(name) ?? [];
}

export function setTo({ fields }: OpsTable): string[] {
  return Array.from(fields.values(), (value) => value.replace(/^&/, ""));
}

