/**
 * What the functions of a file are explored with: the functions, records and callers in view, what is asked of them, and what the
 * rest of the tree has to say. Most answers are worked out when somebody asks, and once.
 */
import { recordsNamed, tablesWith } from "../c/index.ts";
import type { FunctionIr, RecordType, UnitIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { memoByObject, memoByValue } from "../util/memo.ts";
import { callersAmong, callersByName, nameHasEffect } from "./call-graph.ts";
import { unlockedCallers } from "./callers.ts";
import { callsBelow } from "./calls-below.ts";
import { entryFacts } from "./context.ts";
import type { Surroundings } from "./explore.ts";
import { exploredOnce } from "./explored-once.ts";
import { fieldOrder } from "./field-order.ts";
import { functionsInView } from "./functions-in-view.ts";
import { discharges, isConstant, isStub, leavesTrace, unlocksMmap } from "./helper-effects.ts";
import type { FieldOrder } from "./model.ts";
import { neutralAmong } from "./neutral.ts";
import { newPool, type Pool } from "./pool.ts";
import { rules } from "./rules/index.ts";
import { atomicReason } from "./rules/sleep-atomic.ts";
import { locksByComment, withTold } from "./told-locks.ts";

/** What the rest of the tree has to say of a file. */
export interface Elsewhere {
  /** Units whose functions may be run in place. */
  readonly helpers: readonly UnitIr[];
  /** Units of other files that call a function which is not static, by its name; without an entry nobody has looked. */
  readonly callers: ReadonlyMap<string, readonly UnitIr[]>;
}

export const nothingElse: Elsewhere = { helpers: [], callers: new Map() };

/** Blocks of a helper that does little but call another. */
const wrapperBlocks = 8;

export function surroundingsOf(unit: UnitIr, rulebook: Rulebook, { helpers, callers: calling }: Elsewhere, reviewed: readonly FunctionIr[] = [], pool: Pool = newPool()): Surroundings {
  const units = [...helpers, unit];
  const isReviewed = new Set(reviewed);
  const unitsOf = new Map([...Array.from(calling.values()).flat(), ...units].map((u) => [u.file, u] as const));
  const orders = new Map<string, FieldOrder>();
  const callers = new Map<string, readonly string[] | null>();
  const records = memoByValue((name: string) => firstRecord(units, name));
  const functions = functionsInView(units);
  // Of a file with an index all is known.
  const isCut = unit.index === undefined && unit.functions.some((fn) => fn.partial);
  const sleepsBelow = callsBelow(functions, (callee) => rulebook.sleeper(callee) !== undefined);
  const needsBelow = callsBelow(functions, (callee) => rulebook.contract(callee)?.requires?.some((r) => r.need === "held") ?? false);
  const unlocksBelow = callsBelow(functions, (callee) => functions.has(callee) && unlocksMmap(functions.get(callee)!, rulebook));
  const freesBelow = callsBelow(functions, (callee) => nameHasEffect(callee, rulebook, (e) => e.do === "free-memory"));
  const around: Surroundings = {
    rulebook,
    pool,
    functions,
    recordNamed: (name) => records(name) ?? undefined,
    rules,
    callersInView: (fn) => callersByName(fn.name, units) ?? [],
    callersOf: callersAmong(units, (fn) => isCallback(fn, units)),
    matters: memoByObject((fn) => leavesTrace(fn, rulebook) || (isConstant(fn) && !(isCut && isStub(fn)))),
    mattersUnder: (fn, facts) => (facts.locks.some((lock) => lock.class === "mmap") && fn.blocks.length <= wrapperBlocks && unlocksBelow.reaches(fn)) || (facts.duties.size > 0 && discharges(fn, rulebook)) || (atomicReason(facts, rulebook.era, unit.file) !== null && sleepsBelow.reaches(fn)) || (facts.free.size > 0 && fn.isStatic && needsBelow.reaches(fn)),
    unlockedCallers: (fn, param) => {
      const key = `${fn.name} ${param}`;
      const known = callers.get(key);
      if (known !== undefined) return known;
      callers.set(key, null);
      const found = isCallback(fn, units) ? null : unlockedCallers(fn, param, around);
      callers.set(key, found);
      return found;
    },
    isNeutral: neutralAmong(functions, rulebook, (fn) => leavesTrace(fn, rulebook)),
    fieldOrder: (field) => {
      const known = orders.get(field);
      if (known !== undefined) return known;
      orders.set(field, null);
      const order = fieldOrder(field, around);
      orders.set(field, order);
      return order;
    },
    maySleep: (fn) => sleepsBelow.reaches(fn),
    mayFree: (fn) => freesBelow.reaches(fn),
    unitOf: (fn) => unitsOf.get(fn.file) ?? unit,
    entryOf: memoByObject((fn) => withTold(entryFacts(fn, tablesWith(around.unitOf(fn), fn.name), around), locksByComment(fn, rulebook), `the comment above ${fn.name}() says so`, fn, around)),
    knownCallersOf: (fn) => {
      if (fn.isStatic) return around.callersOf(fn);
      const others = calling.get(fn.name);
      return others === undefined || isCallback(fn, [...units, ...others]) ? null : callersByName(fn.name, [...units, ...others]);
    },
    exploredAlone: (fn) => once.exploredAlone(fn),
    exploringAlone: (fn) => once.exploringAlone(fn),
    heldAtCalls: (caller, callee, from) => once.heldAtCalls(caller, callee, from),
  };
  const aroundUnit = memoByObject((own: UnitIr): Surroundings => (own === unit || helpers.includes(own) ? around : surroundingsOf(own, rulebook, { helpers, callers: new Map() }, [], pool)));
  const once = exploredOnce({
    rules,
    isReviewed: (fn) => isReviewed.has(fn),
    around: (fn) => aroundUnit(around.unitOf(fn)),
    entryOf: around.entryOf,
    isInView: (name) => functions.has(name),
    likely: reviewed.map((fn) => fn.name),
  });
  return around;
}

/** Functions in tables of function pointers have callers that are not in view. */
function isCallback(fn: FunctionIr, units: readonly UnitIr[]): boolean {
  return units.some((unit) => tablesWith(unit, fn.name).length > 0);
}

function firstRecord(units: readonly UnitIr[], name: string): RecordType | null {
  for (const unit of units) {
    const [record] = recordsNamed(unit, name);
    if (record !== undefined) return record;
  }
  return null;
}
