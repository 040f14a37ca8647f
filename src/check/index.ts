/** Holds every function of a file against the contracts of an era. */
import type { Expr, FunctionIr, Step, UnitIr } from "../c/ir.ts";
import type { Finding, Obligation } from "../core/finding.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { Effect, LockRef } from "../rulebook/schema.ts";
import { entryFacts, isAnnotated } from "./context.ts";
import { explore, type Surroundings } from "./explore.ts";
import { type Evidence, firstOfGroups, toEvidence, toFinding, toObligation, worstJudgements } from "./findings.ts";
import { calleesOf, callersAmong, hasEffect, stepsOf } from "./call-graph.ts";
import { unlockedCallers } from "./callers.ts";
import { callsBelow } from "./calls-below.ts";
import { isForProcess, ledgerStep } from "./duties.ts";
import { callersInView, callsIn, entryLocks, type EntryLocks } from "./entry-locks.ts";
import { fieldOrder } from "./field-order.ts";
import type { FieldOrder } from "./model.ts";
import { neutralAmong } from "./neutral.ts";
import { rules } from "./rules/index.ts";
import { atomicReason } from "./rules/sleep-atomic.ts";

export type { EntryLocks } from "./entry-locks.ts";
export { type Evidence, fingerprint } from "./findings.ts";
export { calleesOf, stepsOf } from "./call-graph.ts";
export { kindNames, notLookedAgain, notLookedAt, testedOtherwise } from "./kinds.ts";

export interface FunctionCheck {
  readonly fn: FunctionIr;
  readonly obligations: readonly Obligation[];
  readonly findings: readonly Finding[];
  /** What the function does for its requirements without being asked: looked at when two versions are compared. */
  readonly evidence: readonly Evidence[];
  /** Why the function was not explored to the end, "" when it was. */
  readonly limit: string;
}

/** Whether a function has anything the rules speak of; the others are not explored. */
export function hasPageTableSteps(fn: FunctionIr, rulebook: Rulebook): boolean {
  const handlesEntries = Array.from(fn.vars.values()).some((v) => /^p(te|md|ud|4d|gd)_t \*$/.test(v.type));
  // A function whose context is known is looked at for what its helpers need.
  if (rulebook.context(fn.name) !== undefined || isAnnotated(fn)) return true;
  return fn.blocks.some((block) => block.steps.some((step) => (handlesEntries && (step.op === "load" || step.op === "call")) || callsContract(step, rulebook)));
}

function callsContract(step: Step, rulebook: Rulebook): boolean {
  if (step.op !== "call" || step.callee === null) return false;
  const contract = rulebook.contract(step.callee);
  if (!contract) return false;
  const effects = contract.effects?.some((e) => !incidental.has(e.do) && !("lock" in e && isOther(e.lock))) ?? false;
  return (contract.requires?.some((r) => r.need !== "no-table-page") ?? false) || effects || contract.returns?.tests !== undefined || contract.returns?.entry?.lockless === true;
}

/** What matters to functions that have page-table steps and makes none of a function by itself. */
const incidental: ReadonlySet<Effect["do"]> = new Set(["flush", "mark-dirty", "drop-rmap", "delay-rmap", "reuse-table", "sync-walkers"]);

/** Locks that say nothing of page tables: RCU and interrupts alone, mutexes and semaphores in general, the folio lock. */
function isOther(lock: LockRef): boolean {
  return "class" in lock ? lock.class === "rcu" || lock.class === "irq-off" || lock.class === "folio" : lock.kind !== undefined;
}

/**
 * Whether a helper leaves a trace in its caller: it takes without releasing or releases without taking, maps without
 * unmapping or the other way round, or orders memory. A helper that is balanced in itself is judged on its own.
 */
function leavesTrace(fn: FunctionIr, rulebook: Rulebook): boolean {
  const effects = calleesOf(fn).flatMap((callee) => rulebook.contract(callee)?.effects ?? []);
  const has = (kind: (typeof effects)[number]["do"]): boolean => effects.some((e) => e.do === kind);
  return has("acquire") !== has("release") || has("map") !== has("unmap") || has("barrier") || has("walk-end") || leavesDuty(fn, effects);
}

/** Blocks of a helper that is small enough to be run in place for what it leaves to its caller alone. */
const mostBlocks = 24;

/** It enters or leaves a section or range, counts tables, or leaves a flush to its caller. */
function leavesDuty(fn: FunctionIr, effects: readonly Effect[]): boolean {
  // A loop over tables or entries is balanced round by round or not at all.
  const once = !fn.blocks.some((block) => block.loopHead);
  const counts = isForProcess(fn) && once;
  const owes = once && fn.blocks.length <= mostBlocks && effects.some((e) => e.do === "owe-flush") && !effects.some((e) => e.do === "flush");
  const sum = !counts ? 0 : effects.reduce((total, e) => (e.do === "ledger" ? total + ledgerStep(e) : total), 0);
  const lazy = effects.flatMap((e) => (e.do === "lazy-mmu" ? [e.enter] : []));
  const ranges = effects.flatMap((e) => (e.do === "notifier" ? [e.step] : []));
  return lazy.includes(true) !== lazy.includes(false) || ranges.includes("start") !== ranges.includes("end") || sum !== 0 || owes;
}

/** Whether it may do what its caller still owes. */
function discharges(fn: FunctionIr, rulebook: Rulebook): boolean {
  return hasEffect(fn, rulebook, (e) => e.do === "flush" || e.do === "sync-walkers" || e.do === "reuse-table");
}

/** A small helper that returns constants only (hmm_vma_fault(), say): running it tells its caller which. */
function isConstant(fn: FunctionIr): boolean {
  if (fn.blocks.length > mostBlocks) return false;
  return fn.blocks.every((block) => block.end.k !== "return" || (block.end.value !== null && isConstantExpr(block.end.value)));
}

function isConstantExpr(expr: Expr): boolean {
  if (expr.k === "num") return true;
  return expr.k === "unary" && expr.arg.k === "global";
}

/** Functions in tables of function pointers have callers that are not in view. */
function isCallback(fn: FunctionIr, units: readonly UnitIr[]): boolean {
  return units.some((unit) => unit.opsTables.some((table) => Array.from(table.fields.values()).some((value) => value.replace(/^&/, "") === fn.name)));
}

/** Where a file has a function twice (with a configuration switch and as a stub without), the one that does more is meant; the last file counts. */
function functionsByName(units: readonly UnitIr[]): Map<string, FunctionIr> {
  const byName = new Map<string, FunctionIr>();
  for (const unit of units) {
    for (const fn of unit.functions) {
      const known = byName.get(fn.name);
      if (known?.file !== fn.file || stepsOf(fn).length > stepsOf(known).length) byName.set(fn.name, fn);
    }
  }
  return byName;
}

/** The wanted functions of `unit`, in order; `others` are units of the same tree whose functions may be run in place. */
export function checkUnit(unit: UnitIr, rulebook: Rulebook, others: readonly UnitIr[] = [], wanted: (fn: FunctionIr) => boolean = () => true): FunctionCheck[] {
  const around = surroundingsOf(unit, rulebook, others);
  return unit.functions.filter(wanted).map((fn) => checkFunction(fn, unit, around));
}

/** What is known of those who call the functions of a file. */
export interface CallersView {
  /** The locks that they hold, as far as the rules' tables and the callers in view tell. */
  readonly locksOf: (fn: FunctionIr) => EntryLocks;
  /** Null for a function whose callers are not all in view, or too many. */
  readonly callersOf: (fn: FunctionIr) => readonly FunctionIr[] | null;
}

export function callersViewOf(unit: UnitIr, rulebook: Rulebook, others: readonly UnitIr[] = []): CallersView {
  const around = surroundingsOf(unit, rulebook, others);
  const calls = callsIn(unit, around);
  return { locksOf: (fn) => entryLocks(fn, unit, around, calls), callersOf: (fn) => callersInView(fn, around) };
}

function surroundingsOf(unit: UnitIr, rulebook: Rulebook, others: readonly UnitIr[]): Surroundings {
  const units = [...others, unit];
  const orders = new Map<string, FieldOrder>();
  const callers = new Map<string, readonly string[] | null>();
  const functions = functionsByName(units);
  const sleepsBelow = callsBelow(functions, (callee) => rulebook.sleeper(callee) !== undefined);
  const needsBelow = callsBelow(functions, (callee) => rulebook.contract(callee)?.requires?.some((r) => r.need === "held") ?? false);
  const around: Surroundings = {
    rulebook,
    functions,
    records: units.flatMap((u) => u.records),
    rules,
    callersOf: callersAmong(units.flatMap((u) => u.functions), (fn) => isCallback(fn, units)),
    matters: (fn) => leavesTrace(fn, rulebook) || isConstant(fn),
    mattersUnder: (fn, facts) => (facts.duties.size > 0 && discharges(fn, rulebook)) || (atomicReason(facts, rulebook.era, unit.file) !== null && sleepsBelow.reaches(fn)) || (facts.free.size > 0 && fn.isStatic && needsBelow.reaches(fn)),
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
  };
  return around;
}

function checkFunction(fn: FunctionIr, unit: UnitIr, around: Surroundings): FunctionCheck {
  if (!hasPageTableSteps(fn, around.rulebook)) return { fn, obligations: [], findings: [], evidence: [], limit: "" };
  const exploration = explore(fn, entryFacts(fn, around.rulebook, unit.opsTables), around);
  // What holds at return cannot be told when the exploration stopped short.
  const all = worstJudgements(exploration).filter((j) => exploration.limit === "" || !j.judgement.what.endsWith("at return"));
  const judged = all.filter((j) => !j.judgement.quiet);
  return {
    fn,
    obligations: judged.map(toObligation),
    evidence: all.filter((j) => j.judgement.quiet).map(toEvidence),
    findings: firstOfGroups(judged.filter((j) => j.judgement.outcome === "violated")).map((j) => toFinding(j, fn, around.rulebook, "introduced")),
    limit: exploration.limit,
  };
}
