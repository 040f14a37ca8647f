/** Holds every function of a file against the contracts of an era. */
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import type { Finding, Obligation, RuleId } from "../core/finding.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { atOnce } from "../util/slices.ts";
import { confirming } from "./certain.ts";
import { callersInView, certainLocksOfCallers, entryLocks, type EntryLocks } from "./entry-locks.ts";
import { type Exploration, exploring, type Surroundings } from "./explore.ts";
import type { Facts } from "./facts.ts";
import { type Evidence, firstOfGroups, toEvidence, toFinding, toObligation, worstJudgements } from "./findings.ts";
import type { Judgement } from "./model.ts";
import { hasPageTableSteps } from "./page-table-steps.ts";
import { newPool, type Pool } from "./pool.ts";
import { type Elsewhere, nothingElse, surroundingsOf } from "./surroundings.ts";
import { isNews, withTold } from "./told-locks.ts";
import { type Judged, obligationKey } from "./worst.ts";

export type { EntryLocks } from "./entry-locks.ts";
export { hasPageTableSteps, mayHavePageTableSteps } from "./page-table-steps.ts";
export { newPool, type Pool } from "./pool.ts";
export { type Evidence, fingerprint } from "./findings.ts";
export { type Elsewhere, nothingElse } from "./surroundings.ts";
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

/** What is asked after the functions were checked takes nothing from those of the other files of the patch. */
function viewOf(checked: Surroundings): CallersView {
  const own = newPool();
  const around: Surroundings = { ...checked, heldAtCalls: (caller, callee) => checked.heldAtCalls(caller, callee, own) };
  const locksOf = (fn: FunctionIr): EntryLocks => {
    const locks = entryLocks(fn, around);
    return { ...locks, held: locks.held.map((lock) => (lock.ofEntry === true ? { ...lock, class: "pte-ptl" } : lock)) };
  };
  return { locksOf, callersOf: (fn) => (fn.isStatic ? callersInView(fn, around) : null) };
}

interface JudgedFunction {
  readonly fn: FunctionIr;
  readonly all: readonly Judged[];
  /** Those of them that are broken for certain, by obligationKey(). */
  readonly confirmed: ReadonlySet<string>;
  readonly limit: string;
}

function* judgingFunction(fn: FunctionIr, around: Surroundings): Generator<void, JudgedFunction> {
  if (!hasPageTableSteps(fn, around.rulebook)) return { fn, all: [], confirmed: new Set(), limit: "" };
  // Its body has been lowered for that, which may have taken as long as what comes.
  yield;
  const { entry, exploration } = yield* exploringKnowingCallers(fn, around);
  // What holds at return cannot be told when the exploration stopped short.
  const all = worstJudgements(exploration).filter((j) => exploration.limit === "" || !j.judgement.what.endsWith("at return"));
  return { fn, all, confirmed: yield* confirming(fn, entry, all, around), limit: exploration.limit };
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

function checkOf({ fn, all, confirmed, limit }: JudgedFunction, rulebook: Rulebook): FunctionCheck {
  const judged = all.filter((j) => !j.judgement.quiet);
  return {
    fn,
    obligations: judged.map(toObligation),
    evidence: all.filter((j) => j.judgement.quiet).map(toEvidence),
    findings: firstOfGroups(judged.filter((j) => j.judgement.outcome === "violated")).map((j) => toFinding(j, fn, rulebook, confirmed.has(obligationKey(j)) ? "confirmed" : "likely")),
    limit,
  };
}

/** The callers are asked where it matters, after what the function, its head, the rules' tables and its comment say. */
function* exploringKnowingCallers(fn: FunctionIr, around: Surroundings): Generator<void, { readonly entry: Facts; readonly exploration: Exploration }> {
  const entry = around.entryOf(fn);
  const alone = yield* around.exploringAlone(fn);
  if (!dependsOnCallers(fn, alone, around)) return { entry, exploration: alone };
  const { held, callers } = certainLocksOfCallers(fn, around, (lock) => isNews(entry, lock, fn, around));
  const told = withTold(entry, held, callersText(callers), fn, around);
  return { entry: told, exploration: told === entry ? alone : yield* exploring(fn, told, around) };
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
