/** Holds every function of a file against the contracts of an era. */
import type { FunctionIr, RecordType, UnitIr } from "../c/ir.ts";
import type { Finding, Obligation, RuleId } from "../core/finding.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect } from "../rulebook/schema.ts";
import { atOnce } from "../util/slices.ts";
import { entryFacts } from "./context.ts";
import { type Exploration, exploring, type Surroundings } from "./explore.ts";
import { exploredOnce } from "./explored-once.ts";
import { type Evidence, firstOfGroups, toEvidence, toFinding, toObligation, worstJudgements } from "./findings.ts";
import { calleesOf, mayReturnConstants, recordsNamed, summaryOf, tablesWith } from "../c/index.ts";
import { callersAmong, callersByName, hasEffect, isOfClass } from "./call-graph.ts";
import { unlockedCallers } from "./callers.ts";
import { callsBelow } from "./calls-below.ts";
import { isForProcess, ledgerStep } from "./duties.ts";
import { callersInView, certainLocksOfCallers, entryLocks, type EntryLocks } from "./entry-locks.ts";
import { fieldOrder } from "./field-order.ts";
import { functionsInView } from "./functions-in-view.ts";
import type { FieldOrder, Judgement } from "./model.ts";
import { neutralAmong } from "./neutral.ts";
import { hasPageTableSteps } from "./page-table-steps.ts";
import { memoByObject } from "../util/memo.ts";
import { newPool, type Pool } from "./pool.ts";
import { rules } from "./rules/index.ts";
import type { Judged } from "./worst.ts";
import { atomicReason } from "./rules/sleep-atomic.ts";
import { isNews, locksByComment, withTold } from "./told-locks.ts";

export type { EntryLocks } from "./entry-locks.ts";
export { hasPageTableSteps, mayHavePageTableSteps } from "./page-table-steps.ts";
export { newPool, type Pool } from "./pool.ts";
export { type Evidence, fingerprint } from "./findings.ts";
export { anyKind, kindNames, meantToCome, notLookedAgain, notLookedAt, testedOtherwise } from "./kinds.ts";

export interface FunctionCheck {
  readonly fn: FunctionIr;
  readonly obligations: readonly Obligation[];
  readonly findings: readonly Finding[];
  /** What the function does for its requirements without being asked: looked at when two versions are compared. */
  readonly evidence: readonly Evidence[];
  /** Why the function was not explored to the end, "" when it was. */
  readonly limit: string;
}

/** What may leave one. */
const traces: ReadonlySet<Effect["do"]> = new Set(["acquire", "release", "map", "unmap", "barrier", "walk-end", "owe-flush", "ledger", "lazy-mmu", "notifier"]);

/**
 * Whether a helper leaves a trace in its caller: it takes without releasing or releases without taking, maps without
 * unmapping or the other way round, or orders memory. A helper that is balanced in itself is judged on its own.
 */
function leavesTrace(fn: FunctionIr, rulebook: Rulebook): boolean {
  if (!hasEffect(fn, rulebook, ({ do: kind }) => traces.has(kind))) return false;
  const effects = calleesOf(fn).flatMap((callee) => rulebook.contract(callee)?.effects ?? []);
  const has = (kind: (typeof effects)[number]["do"]): boolean => effects.some((e) => e.do === kind);
  return has("acquire") !== has("release") || has("map") !== has("unmap") || has("barrier") || has("walk-end") || leavesDuty(fn, effects);
}

/** Blocks of a helper that is small enough to be run in place for what it leaves to its caller alone. */
const mostBlocks = 24;

/** It enters or leaves a section or range, counts tables, or leaves a flush to its caller. */
function leavesDuty(fn: FunctionIr, effects: readonly Effect[]): boolean {
  // A loop over tables or entries is balanced round by round or not at all.
  const { loops, blocks } = summaryOf(fn);
  const once = !loops;
  const counts = isForProcess(fn) && once;
  const owes = once && blocks <= mostBlocks && effects.some((e) => e.do === "owe-flush") && !effects.some((e) => e.do === "flush");
  const sum = !counts ? 0 : effects.reduce((total, e) => (e.do === "ledger" ? total + ledgerStep(e) : total), 0);
  const lazy = effects.flatMap((e) => (e.do === "lazy-mmu" ? [e.enter] : []));
  const ranges = effects.flatMap((e) => (e.do === "notifier" ? [e.step] : []));
  return lazy.includes(true) !== lazy.includes(false) || ranges.includes("start") !== ranges.includes("end") || sum !== 0 || owes;
}

/** Blocks of a helper that does little but call another. */
const wrapperBlocks = 8;

/** It leaves mmap_lock that its callers hold: what calls it leaves it too (arch/sh/mm/fault.c, bad_area_access_error()). */
function unlocksMmap(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "release" && isOfClass(e.lock, "mmap")) && !hasEffect(fn, rulebook, (e) => e.do === "acquire" && isOfClass(e.lock, "mmap"));
}

/** Whether it may do what its caller still owes. */
function discharges(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "flush" || e.do === "sync-walkers" || e.do === "reuse-table");
}

/** A small helper that returns constants only (hmm_vma_fault(), say): running it tells its caller which. */
function isConstant(fn: FunctionIr): boolean {
  if (!mayReturnConstants(fn)) return false;
  const { blocks, constant } = summaryOf(fn);
  return blocks <= mostBlocks && constant;
}

/**
 * Nothing but a constant to return: what a configuration or architecture has that lacks the thing. Of a file of which
 * only hunks are known, the other definition need not be in view.
 */
function isStub(fn: FunctionIr): boolean {
  const { blocks, steps } = summaryOf(fn);
  return blocks === 1 && steps === 0;
}

/** Functions in tables of function pointers have callers that are not in view. */
function isCallback(fn: FunctionIr, units: readonly UnitIr[]): boolean {
  return units.some((unit) => tablesWith(unit, fn.name).length > 0);
}

function firstRecord(units: readonly UnitIr[], name: string): RecordType | undefined {
  for (const unit of units) {
    const [record] = recordsNamed(unit, name);
    if (record !== undefined) return record;
  }
  return undefined;
}

/** What the rest of the tree has to say of a file. */
export interface Elsewhere {
  /** Units whose functions may be run in place. */
  readonly helpers: readonly UnitIr[];
  /** Units of other files that call a function which is not static, by its name; without an entry nobody has looked. */
  readonly callers: ReadonlyMap<string, readonly UnitIr[]>;
}

export const nothingElse: Elsewhere = { helpers: [], callers: new Map() };

/** The wanted functions of `unit`, in order. */
export function checkUnit(unit: UnitIr, rulebook: Rulebook, elsewhere: Elsewhere = nothingElse, wanted: (fn: FunctionIr) => boolean = () => true): FunctionCheck[] {
  return atOnce(checking(unit, rulebook, elsewhere, unit.functions.filter(wanted))).checks;
}

/** The same for some functions of the unit, one by one, with what was learnt of the callers on the way. `pool`: what they may take together, and others of the same patch. */
export function* checking(unit: UnitIr, rulebook: Rulebook, elsewhere: Elsewhere, wanted: readonly FunctionIr[], pool: Pool = newPool()): Generator<void, { readonly checks: FunctionCheck[]; readonly view: CallersView }> {
  const around = surroundingsOf(unit, rulebook, elsewhere, wanted, pool);
  const judged: JudgedFunction[] = [];
  for (const fn of wanted) {
    judged.push(yield* judgingFunction(fn, around));
    yield;
  }
  const violated = new Set(judged.flatMap(({ fn, all }) => all.flatMap(({ judgement }) => (judgement.outcome === "violated" ? [demandOf(fn.name, judgement)] : []))));
  return { checks: judged.map((one) => checkOf({ ...one, all: openWhereHelperIsJudged(one, violated) }, rulebook)), view: viewOf(around) };
}

/** What is known of those who call the functions of a file. */
export interface CallersView {
  /** The locks that they hold or may hold, as far as the rules' tables, comments and the callers in view tell. */
  readonly locksOf: (fn: FunctionIr) => EntryLocks;
  /** Those of a static function in its file; null when they are not all in view, or too many. */
  readonly callersOf: (fn: FunctionIr) => readonly FunctionIr[] | null;
}

export function callersViewOf(unit: UnitIr, rulebook: Rulebook, elsewhere: Elsewhere = nothingElse): CallersView {
  return viewOf(surroundingsOf(unit, rulebook, elsewhere));
}

function viewOf(around: Surroundings): CallersView {
  const locksOf = (fn: FunctionIr): EntryLocks => {
    const locks = entryLocks(fn, around);
    return { ...locks, held: locks.held.map((lock) => (lock.ofEntry === true ? { ...lock, class: "pte-ptl" } : lock)) };
  };
  return { locksOf, callersOf: (fn) => (fn.isStatic ? callersInView(fn, around) : null) };
}

function surroundingsOf(unit: UnitIr, rulebook: Rulebook, { helpers, callers: calling }: Elsewhere, reviewed: readonly FunctionIr[] = [], pool: Pool = newPool()): Surroundings {
  const units = [...helpers, unit];
  const isReviewed = new Set(reviewed);
  const abroad = new Map<UnitIr, Surroundings>();
  const unitsOf = new Map([...Array.from(calling.values()).flat(), ...units].map((u) => [u.file, u] as const));
  const orders = new Map<string, FieldOrder>();
  const callers = new Map<string, readonly string[] | null>();
  const named = new Map<string, RecordType | undefined>();
  const functions = functionsInView(units);
  // Of a file with an index all is known.
  const isCut = unit.index === undefined && unit.functions.some((fn) => fn.partial);
  const sleepsBelow = callsBelow(functions, (callee) => rulebook.sleeper(callee) !== undefined);
  const needsBelow = callsBelow(functions, (callee) => rulebook.contract(callee)?.requires?.some((r) => r.need === "held") ?? false);
  const unlocksBelow = callsBelow(functions, (callee) => functions.has(callee) && unlocksMmap(functions.get(callee)!, rulebook));
  const freesBelow = callsBelow(functions, (callee) => rulebook.contract(callee)?.effects?.some((e) => e.do === "free-memory") ?? false);
  const around: Surroundings = {
    rulebook,
    pool,
    functions,
    recordNamed: (name) => {
      if (!named.has(name)) named.set(name, firstRecord(units, name));
      return named.get(name);
    },
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
    heldAtCalls: (caller, callee) => once.heldAtCalls(caller, callee),
  };
  const once = exploredOnce({
    rules,
    isReviewed: (fn) => isReviewed.has(fn),
    around: (fn) => {
      const own = around.unitOf(fn);
      if (!abroad.has(own)) abroad.set(own, own === unit || helpers.includes(own) ? around : surroundingsOf(own, rulebook, { helpers, callers: new Map() }, [], pool));
      return abroad.get(own)!;
    },
    entryOf: around.entryOf,
    isInView: (name) => functions.has(name),
    likely: reviewed.map((fn) => fn.name),
  });
  return around;
}

interface JudgedFunction {
  readonly fn: FunctionIr;
  readonly all: readonly Judged[];
  readonly limit: string;
}

function* judgingFunction(fn: FunctionIr, around: Surroundings): Generator<void, JudgedFunction> {
  if (!hasPageTableSteps(fn, around.rulebook)) return { fn, all: [], limit: "" };
  // Its body has been lowered for that, which may have taken as long as what comes.
  yield;
  const exploration = yield* exploringKnowingCallers(fn, around);
  // What holds at return cannot be told when the exploration stopped short.
  return { fn, all: worstJudgements(exploration).filter((j) => exploration.limit === "" || !j.judgement.what.endsWith("at return")), limit: exploration.limit };
}

function demandOf(name: string, { rule, what }: Judgement): string {
  return `${name} ${rule} ${what}`;
}

/** One defect is one finding: where the helper that did it is found wanting, its callers are not as well. */
function openWhereHelperIsJudged({ all }: JudgedFunction, violated: ReadonlySet<string>): Judged[] {
  return all.map((j) => {
    const { by } = j.judgement;
    const repeats = by !== undefined && violated.has(demandOf(by, j.judgement));
    return repeats ? { ...j, judgement: { ...j.judgement, outcome: "unknown", message: "" } } : j;
  });
}

function checkOf({ fn, all, limit }: JudgedFunction, rulebook: Rulebook): FunctionCheck {
  const judged = all.filter((j) => !j.judgement.quiet);
  return {
    fn,
    obligations: judged.map(toObligation),
    evidence: all.filter((j) => j.judgement.quiet).map(toEvidence),
    findings: firstOfGroups(judged.filter((j) => j.judgement.outcome === "violated")).map((j) => toFinding(j, fn, rulebook, "introduced")),
    limit,
  };
}

/** The callers are asked where it matters, after what the function, its head, the rules' tables and its comment say. */
function* exploringKnowingCallers(fn: FunctionIr, around: Surroundings): Generator<void, Exploration> {
  const entry = around.entryOf(fn);
  const alone = yield* around.exploringAlone(fn);
  if (!dependsOnCallers(fn, alone, around)) return alone;
  const { held, callers } = certainLocksOfCallers(fn, around, (lock) => isNews(entry, lock, fn, around));
  const told = withTold(entry, held, callersText(callers), fn, around);
  return told === entry ? alone : yield* exploring(fn, told, around);
}

/** Whether a lock of the caller may decide something: a requirement is open or broken (what is said for comparisons only counts too: both versions must know the same), or something may sleep. */
function dependsOnCallers(fn: FunctionIr, { judgements }: Exploration, around: Surroundings): boolean {
  return around.maySleep(fn) || judgements.some(({ judgement }) => judgement.outcome !== "proved" && aboutLocks.has(judgement.rule));
}

const aboutLocks: ReadonlySet<RuleId> = new Set<RuleId>(["walk-context", "entry-lock", "lockless-read", "stale-read", "hugetlb-share", "move-context", "table-free", "notifier-scope"]);

function callersText(callers: readonly string[]): string {
  const names = callers.map((name) => `${name}()`);
  return names.length === 1 ? `its only caller in view, ${names[0]!}, holds it` : `its callers in view, ${names.slice(0, -1).join(", ")} and ${names.at(-1)!}, hold it`;
}
