/** What a path knows after a branch: truths of expressions, entry kinds, re-checks. */
import type { Expr, Loc, SwitchCase, Terminator } from "../c/ir.ts";
import { settleFlush } from "./flush-duties.ts";
import { evaluate, type Frame } from "./evaluate.ts";
import { comparedWithZero, type EntryFact, type Facts, negatedBy, truthOf, type ValueFact, updated } from "./facts.ts";
import type { Level } from "../rulebook/schema.ts";
import { allKinds, type KindSet, kindSet, thpMigration } from "./kinds.ts";
import { isLastBit } from "./masks.ts";
import type { CallInfo } from "./model.ts";
import * as sym from "./symbols.ts";

/** Looks up the contract behind a call's result symbol. */
export type CallOf = (symbol: string) => CallInfo | null;

/** The facts on both branches, where `cond` is not zero and where it is; null for one that cannot be taken. */
export function assumeEither(cond: Expr, facts: Facts, frame: Frame, callOf: CallOf, loc: Loc): readonly [Facts | null, Facts | null] {
  const tested = noteTests(evaluate(cond, facts, frame), facts, callOf, loc);
  return [assumeExpr(cond, true, tested, frame, callOf), assumeExpr(cond, false, tested, frame, callOf)];
}

function assume(cond: Expr, truth: boolean, facts: Facts, frame: Frame, callOf: CallOf, loc: Loc): Facts | null {
  return assumeExpr(cond, truth, noteTests(evaluate(cond, facts, frame), facts, callOf, loc), frame, callOf);
}

/** Of a switch with more cases nothing is learnt: each would be held against each other one. */
const mostCases = 256;

/** The facts where a switch goes to `target`; null when it can't. Of several cases that go there nothing is learnt. */
export function assumeCase(end: Extract<Terminator, { k: "switch" }>, target: number, facts: Facts, frame: Frame, callOf: CallOf): Facts | null {
  const is = (at: SwitchCase, truth: boolean, known: Facts): Facts | null =>
    evaluate(at.low, known, frame) === evaluate(at.high, known, frame) ? assume({ k: "binary", op: "==", left: end.value, right: at.low }, truth, known, frame, callOf, end.loc) : known;
  if (end.cases.length > mostCases) return facts;
  const own = end.cases.filter((at) => at.to === target);
  if (target !== end.otherwise) return own.length === 1 ? is(own[0]!, true, facts) : own.some((at) => is(at, true, facts)) ? facts : null;
  return end.cases.reduce<Facts | null>((known, at) => (at.to === target || !known ? known : is(at, false, known)), facts);
}

function assumeExpr(cond: Expr, truth: boolean, facts: Facts, frame: Frame, callOf: CallOf): Facts | null {
  if (cond.k === "unary" && cond.op === "!") return assumeExpr(cond.arg, !truth, facts, frame, callOf);
  if (cond.k === "cast") return assumeExpr(cond.arg, truth, facts, frame, callOf);
  if (cond.k === "binary" && (cond.op === "==" || cond.op === "!=")) {
    const sides = [evaluate(cond.left, facts, frame), evaluate(cond.right, facts, frame)] as const;
    const equal = (cond.op === "==") === truth;
    const constant = sym.asNumber(sides[1]) === null ? 0 : 1;
    const value = sym.asNumber(sides[constant]);
    const whole = evaluate(cond, facts, frame);
    const known = truthOf(whole, facts);
    if (known !== undefined && known !== truth) return null;
    if (value !== null && (value === 0n || equal)) {
      const implied = assumeSymbol(sides[1 - constant]!, (value === 0n) !== equal, facts, callOf);
      return implied && record(whole, truth, implied);
    }
    return assumeSymbol(whole, truth, facts, callOf);
  }
  return assumeSymbol(evaluate(cond, facts, frame), truth, facts, callOf);
}

function assumeSymbol(symbol: string, truth: boolean, facts: Facts, callOf: CallOf): Facts | null {
  const negated = negatedBy(symbol);
  if (negated !== null) return assumeSymbol(negated, !truth, facts, callOf);
  // `bool mapped = pte != NULL`: a test of the result is a test of the pointer.
  const compared = comparedWithZero(symbol);
  if (compared !== null) {
    const implied = assumeSymbol(compared, !truth, facts, callOf);
    return implied && record(symbol, truth, implied);
  }
  const known = truthOf(symbol, facts);
  if (known !== undefined) return known === truth ? facts : null;
  if (!truth && isLastBit(symbol, facts)) return null;
  const recorded = joinedLocks(symbol, truth, excludeByConfig(symbol, truth, record(symbol, truth, facts)));
  const call = callOf(symbol);
  const config = call?.contract?.returns?.config;
  if (config !== undefined) return assumeSymbol(`g:${config}`, truth, recorded, callOf);
  if (call) return narrow(call, truth, recorded);
  // `use &= !pud_present(*pud)`: where the whole is not zero, no part of it is.
  const parts = truth ? sym.conjuncts(symbol) : null;
  return parts ? parts.reduce<Facts | null>((known, part) => known && assumeSymbol(part, true, known, callOf), recorded) : recorded;
}

function record(symbol: string, truth: boolean, facts: Facts): Facts {
  if (sym.isUnstable(symbol) || facts.truths.get(symbol) === truth) return facts;
  return updated(facts, { truths: new Map(facts.truths).set(symbol, truth) });
}

/** Where one lock serves two levels (no split page-table locks) taking and releasing go by other names: leave it open. */
function joinedLocks(symbol: string, truth: boolean, facts: Facts): Facts {
  if (!truth || !symbol.startsWith("(") || !symbol.endsWith(")") || !symbol.includes("==") || !symbol.includes("lock(")) return facts;
  return updated(facts, { locks: facts.locks.map((l) => ({ ...l, certain: false })) });
}

/** Without THP migration no pmd is a migration entry; the same text decides reads that come later (readEntry). */
function excludeByConfig(symbol: string, truth: boolean, facts: Facts): Facts {
  if (symbol !== thpMigration || truth) return facts;
  const migration = kindSet(["migration"]);
  return updated(facts, { values: new Map(Array.from(facts.values, ([value, fact]) => [value, fact.level === "pmd" ? { ...fact, kinds: fact.kinds & ~migration } : fact] as const)) });
}

/** A predicate's result bounds the kinds of the value it was asked of; pte_same() makes two values one. */
function narrow(call: CallInfo, truth: boolean, facts: Facts): Facts | null {
  const returns = call.contract?.returns;
  if (returns?.same && truth) return equate(call.arg(returns.same[0]), call.arg(returns.same[1]), facts);
  if (!returns?.tests) return facts;
  const value = call.arg(returns.tests.value);
  const fact = facts.values.get(value) ?? unreadValue(value, call);
  if (!fact) return facts;
  const kinds = fact.kinds & kindSet(truth ? returns.tests.nonzero : returns.tests.zero);
  if (kinds === 0) return fact.claimed ? against(value, fact, kindSet(truth ? returns.tests.nonzero : returns.tests.zero), facts) : null;
  const shown = truth && isSpecific(returns.tests.nonzero) ? fact.shown | kinds : fact.shown & kinds;
  return settleFlush(updated(facts, { values: new Map(facts.values).set(value, { ...withoutClaim(fact), kinds, shown }) }));
}

/** The branch that a contract says is never taken: there is code for it, so it is looked at, but its kinds are no news. */
function against(value: string, fact: ValueFact, kinds: KindSet, facts: Facts): Facts {
  return updated(facts, { values: new Map(facts.values).set(value, { ...withoutClaim(fact), kinds, real: false }) });
}

function withoutClaim({ claimed: _claimed, ...fact }: ValueFact): ValueFact {
  return fact;
}

/** A value that was not seen being read (a parameter, a field): all is possible until a test says otherwise, and the caller may know more. */
function unreadValue(value: string, call: CallInfo): ValueFact | null {
  const callee = call.step.callee ?? "";
  const named = /^(?:is_)?(?:swap_)?(pte|pmd|pud|p4d|pgd)(?:_|$)/.exec(callee)?.[1] as Level | undefined;
  // A swap entry does not tell the level that it is from: a pte can be of all its kinds.
  const level = named ?? (/^is_\w+_entry$/.test(callee) ? "pte" : undefined);
  if (level === undefined || /^[&#]/.test(value)) return null;
  return { entry: `value ${value}`, level, how: "plain", kinds: allKinds(level), shown: 0, real: false, under: "", at: call.step.loc };
}

/** A test for one or two kinds (is_pmd_migration_entry(), pmd_devmap()) tells what its author expects; pmd_leaf() does not. */
function isSpecific(kinds: readonly string[]): boolean {
  return kinds.length <= 2 && !kinds.includes("none");
}

/** Values that compare equal share what is known of either; the caller may know more than we see. */
function equate(a: string, b: string, facts: Facts): Facts {
  const left = facts.values.get(a);
  const right = facts.values.get(b);
  const known = left ?? right;
  if (!known) return facts;
  const kinds = (left?.kinds ?? known.kinds) & (right?.kinds ?? known.kinds);
  const values = new Map(facts.values);
  for (const [symbol, fact] of [[a, left], [b, right]] as const) {
    if (fact) values.set(symbol, { ...fact, kinds: kinds === 0 ? fact.kinds : kinds, real: (left?.real ?? false) && (right?.real ?? false) });
  }
  return updated(facts, { values });
}

/** Marks the entries whose values decide this branch: under their lock a re-check, else a decision that may go stale. */
function noteTests(symbol: string, facts: Facts, callOf: CallOf, loc: Loc): Facts {
  if (facts.values.size === 0 && facts.derived.size === 0) return facts;
  const decided = new Set<string>();
  const otherwise = new Set<string>();
  for (const [value, fact] of facts.values) if (mentions(symbol, value)) decided.add(value).add(fact.entry);
  for (const [result, value] of facts.derived) {
    if (!mentions(symbol, result)) continue;
    decided.add(value);
    // A comparison speaks of both its values, whichever is named first.
    for (const side of comparedBy(result, callOf)) decided.add(side);
    if (!isExplained(symbol, result, callOf)) otherwise.add(value);
  }
  if (decided.size === 0) return facts;
  const values = new Map(facts.values);
  // A test of the bits by hand (pmd_val(pmd) & _SEGMENT_ENTRY_INVALID) may exclude kinds that no contract speaks of.
  for (const [value, fact] of facts.values) if (symbol !== value && mentions(symbol, value)) values.set(value, { ...fact, real: false });
  for (const value of otherwise) {
    const fact = values.get(value);
    if (fact) values.set(value, { ...fact, otherwise: true });
  }
  const entries = new Map(facts.entries);
  for (const value of decided) {
    const fact = facts.values.get(value);
    if (!fact) continue;
    const before: EntryFact = entries.get(fact.entry) ?? { decided: null, rechecked: false };
    entries.set(fact.entry, fact.under === "" ? { ...before, decided: before.decided ?? loc } : { ...before, rechecked: true });
  }
  return updated(facts, { entries, values });
}

/** The values that a call compares; none for other calls. */
function comparedBy(result: string, callOf: CallOf): readonly string[] {
  const call = callOf(result);
  const same = call?.contract?.returns?.same;
  return call && same ? same.map((side) => call.arg(side)) : [];
}

/** A predicate by itself says what its contract says; one among other terms, a comparison, or one without a contract may say more. */
function isExplained(symbol: string, result: string, callOf: CallOf): boolean {
  const contract = callOf(result)?.contract;
  return contract !== undefined && contract !== null && contract.returns?.same === undefined && /^(?:\(!|\(#0==)*$/.test(symbol.slice(0, symbol.indexOf(result)));
}

function mentions(symbol: string, part: string): boolean {
  return symbol.includes(part);
}
