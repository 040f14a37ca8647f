/**
 * What the files of a patch are to each other: functions of one may be run in place in another, and call what it defines. In a patch of
 * many files each is given those only that it has to do with by name: each beside all others is work by the square of their number.
 */
import { calledIn, functionsAt, functionsNamed, isWhole, namesCalledIn, recordsNamed, tablesWith } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import { byKey } from "./util/by-key.ts";
import { memoByObject } from "./util/memo.ts";

/** Up to here each file is given all others, so that helpers of helpers are among them. */
const mostFiles = 64;

/** For a file of a patch the functions that are there in full in the others. `units`: the files of one side. */
export function helpersAmong(units: readonly UnitIr[]): (own: UnitIr) => readonly UnitIr[] {
  const wholeOf = memoByObject(wholeFunctions);
  if (units.length <= mostFiles) return (own) => units.filter((unit) => unit !== own).map(wholeOf);
  const defining = byKey(units, (unit) => new Set(unit.functions.map((fn) => fn.name)));
  const calling = byKey(units, namesCalledIn);
  const order = new Map(units.map((unit, i) => [unit, i] as const));
  return (own) => {
    const found = new Set([...Array.from(namesCalledIn(own)).flatMap((name) => defining.get(name) ?? []), ...own.functions.flatMap((fn) => calling.get(fn.name) ?? [])]);
    found.delete(own);
    return Array.from(found).toSorted((a, b) => order.get(a)! - order.get(b)!).map(wholeOf);
  };
}

/** What the other files of a patch tell: functions that are there in full. A part of a function says too little of its effects. */
function wholeFunctions(unit: UnitIr): UnitIr {
  const whole = (functions: readonly FunctionIr[]): FunctionIr[] => functions.filter(isWhole);
  return {
    file: unit.file,
    index: {
      functions: (name) => whole(functionsNamed(unit, name)),
      mentioning: (word) => whole(unit.index?.mentioning(word) ?? unit.functions),
      isCalled: (name) => whole(unit.index?.mentioning(name) ?? unit.functions).some((fn) => calledIn(fn).has(name)),
      at: (lines) => whole(functionsAt(unit, lines)),
      records: (name) => recordsNamed(unit, name),
      tables: (value) => tablesWith(unit, value),
    },
    get functions() {
      return whole(unit.functions);
    },
    get records() {
      return unit.records;
    },
    get opsTables() {
      return unit.opsTables;
    },
    get unreadable() {
      return unit.unreadable;
    },
  };
}
