/**
 * Takes and releases that a patch leaves with one side only: what a function leaves to its callers has changed although
 * they have not, or what ran under a lock runs without it, or under a weaker one.
 */
import type { FunctionIr, Loc } from "../../c/ir.ts";
import { type Change, loss } from "../change.ts";
import { moreBelow, moreElsewhere, moreInPatch, newHelpers, type Pair } from "../pair.ts";
import { counted, type Measure } from "../touched-functions.ts";
import { type Books, computingBooks, pairStepsIn } from "./pair-walk.ts";
import { pairSteps, type PairStep, ruleWithout } from "./pairs.ts";

/** Sides that went alone, and locks of which both sides went. */
export function* lostPairs(pair: Pair): Generator<void, Change[]> {
  return (yield* families(pair)).flatMap(({ step, from, to }) => balanceOf(step, from, to, pair, true) ?? coverOf(step.family, from, to, pair) ?? []);
}

/** Other net effects than before although no side went alone: what follows from nearly anything else. */
export function* otherNetEffects(pair: Pair): Generator<void, Change[]> {
  return (yield* families(pair)).flatMap(({ step, from, to }) => balanceOf(step, from, to, pair, false) ?? []);
}

interface Family {
  readonly step: PairStep;
  readonly from: Books;
  readonly to: Books;
}

function* families(pair: Pair): Generator<void, readonly Family[]> {
  if (newHelpers(pair).size > 0) return [];
  const from = yield* computingBooks(pair.from.fn, pair.rulebook, pair.pool);
  const to = yield* computingBooks(pair.to.fn, pair.rulebook, pair.pool);
  if (!from.complete || !to.complete) {
    pair.pool.notCompared.add(pair.to.fn);
    return [];
  }
  return Array.from(new Map([...from.steps, ...to.steps].map((step) => [step.family, step] as const)).values(), (step) => ({ step, from, to }));
}

/** How many steps more `to` has that open (1) or close (-1). */
function more(from: Books, to: Books, family: string, by: 1 | -1): number {
  const count = ({ steps }: Books): number => steps.filter((step) => step.family === family && step.by === by).length;
  return count(to) - count(from);
}

/** The net effect at return, where the patch takes away steps of one side only (`alone`), or lets a path out in between. */
function balanceOf({ family, rule }: PairStep, from: Books, to: Books, pair: Pair, alone: boolean): Change[] | null {
  const { to: after, from: before } = pair;
  const exits = (books: Books): ReadonlySet<string> => new Set(Array.from(books.exits.get(family) ?? [], (exit) => (from.returns === to.returns ? exit : exit.replace(/^(\S+) \d+/, "$1"))));
  const [was, is] = [exits(from), exits(to)];
  const [opens, closes] = [more(from, to, family, 1), more(from, to, family, -1)];
  const sums = (all: ReadonlySet<string>): ReadonlySet<number> => new Set(all.size === 0 ? [0] : Array.from(all, (exit) => Number(exit.split(" ")[0])));
  const [old, now] = [sums(was), sums(is)];
  const wasBalanced = old.size === 1 && old.has(0);
  const oneSided = opens <= 0 && closes <= 0 && opens < 0 !== closes < 0;
  const surprising = Array.from(now).filter((sum) => !old.has(sum));
  const differs = surprising.length > 0 || Array.from(old).some((sum) => !now.has(sum)) || Array.from(is).some((exit) => !was.has(exit));
  if (!differs || !(oneSided || (old.size === 1 && surprising.length > 0 && opens <= 0 && closes <= 0))) return null;
  if (oneSided !== alone) return [];
  // Another lock may go with the paths that do without this one.
  const others = new Set(to.steps.map((one) => one.family).filter((one) => one !== family));
  if (!oneSided && Array.from(others).some((one) => more(from, to, one, 1) > 0 || more(from, to, one, -1) > 0)) return null;
  // What was reported of the code before may be what the patch mends.
  if (before.findings.some((finding) => finding.rule === rule) || isMovedTo(family, pair) || isOneSide(family, after.fn, pair) || (!wasBalanced && otherSideChanges(family, opens, closes, pair))) return [];
  // Where some paths had the new effect before, the patch may make the others like them.
  const strong = (oneSided && (wasBalanced || surprising.length > 0)) || (wasBalanced && opens === 0 && closes === 0);
  const message = surprising.length > 0 || old.size !== now.size
    ? `${after.fn.name}() returns with the ${family} ${inWords(now)} (before the patch: ${inWords(old)}), and its callers go on as they did`
    : `${after.fn.name}() no longer ${closes < 0 ? "gives back" : "takes"} the ${family} on one of the paths on which it did before the patch`;
  return [loss(rule, placeOf(family, after.fn, pair), `net effect on the ${family}`, message, !strong)];
}

/** A lock of which both sides went, or that is taken in another mode or elsewhere: calls that stayed ran under it. */
function coverOf(family: string, from: Books, to: Books, pair: Pair): Change[] | null {
  const rule = ruleWithout(family);
  const [opens, closes] = [more(from, to, family, 1), more(from, to, family, -1)];
  if (rule === null || opens > 0 || closes > 0 || isMovedTo(family, pair)) return null;
  const weaker = Array.from(from.atCalls).flatMap(([text, held]) => {
    const now = to.atCalls.get(text);
    const lost = now === undefined ? undefined : Array.from(held).find((key) => key.startsWith(`${family} `) && !now.has(key));
    return lost === undefined ? [] : [{ text, lost, isRead: now!.has(`${family} read`) }];
  });
  const moved = opens === 0 && closes === 0;
  const concerned = weaker.filter(({ text, isRead }) => (opens < 0 && closes < 0 ? !isRead : isRead || (opens === 0 && needsEntry(text, pair))));
  const under = concerned.filter(({ text }) => !to.steps.some((step) => step.call.text === text));
  const place = under.find(({ text }) => pair.rulebook.contract(calleeOf(text)) !== undefined) ?? under[0] ?? concerned[0];
  const takesLess = writes(from, family) > writes(to, family) && opens === 0;
  if (place === undefined) {
    const step = to.steps.find((one) => one.family === family && one.by > 0 && one.mode === "read");
    return takesLess && step ? [loss(rule, step.call.loc, `${family} for writing`, `the ${family} is taken for reading here, and was for writing before the patch`, !isReleasedAsWritten(family, from, to))] : null;
  }
  // Of several calls that read alike, one that runs without it.
  const step = Array.from(to.atEach).find(([one, held]) => one.text === place.text && !held.has(place.lost))![0];
  const now = place.isRead ? "is held for reading only" : opens < 0 ? "is not taken any more" : "is not held any more";
  return [loss(rule, step.loc, `${family} around ${calleeOf(place.text)}`, `the ${family}, which was held${place.isRead ? " for writing" : ""} at ${place.text} before the patch, ${now}`, !(moved && needsEntry(place.text, pair)) && !(place.isRead && isReleasedAsWritten(family, from, to)))];
}

/** Taken for reading, and released as often as before by what ends writing. */
function isReleasedAsWritten(family: string, from: Books, to: Books): boolean {
  const ends = ({ steps }: Books): number => steps.filter((step) => step.family === family && step.by < 0 && /unlock_write|write_unlock|up_write/.test(step.call.text)).length;
  return ends(to) > 0 && ends(to) >= ends(from);
}

function writes({ steps }: Books, family: string): number {
  return steps.filter((step) => step.family === family && step.by > 0 && step.mode === "write").length;
}

/** The call reads or changes an entry as only the holder of its lock may. */
function needsEntry(text: string, { rulebook }: Pair): boolean {
  const contract = rulebook.contract(calleeOf(text));
  const entry = contract?.effects?.some((effect) => effect.do === "write" || (effect.do === "read" && effect.how === "locked")) ?? false;
  return entry || (contract?.requires?.some((requirement) => requirement.need === "entry-lock") ?? false);
}

function calleeOf(text: string): string {
  return /^\w+/.exec(text)?.[0] ?? text;
}

/** Another function that the patch touches takes or gives back more than before, or one that is called here does; a caller does so in another way than before. */
function isMovedTo(family: string, pair: Pair): boolean {
  const { touched, from, to } = pair;
  if (moreElsewhere(pair, familiesIn, family) || moreInPatch(pair, familiesIn, family) || moreBelow(pair, familiesIn, family)) return true;
  return touched.to.callersOf(to.fn.name).some((one) => {
    const old = one.fn.name === from.fn.name ? undefined : touched.from.named(one.fn.name)[0];
    return one.fn.name !== to.fn.name && old !== undefined && touched.to.count(one, familiesIn, family) !== touched.from.count(old, familiesIn, family);
  });
}

/** The function is what takes or gives back for others (lazy_mmu_mode_enable()): when it does nothing its other side does nothing either. */
function isOneSide(family: string, { name }: FunctionIr, { rulebook }: Pair): boolean {
  return family === "lazy MMU mode" && (rulebook.ever(name)?.effects?.some((effect) => effect.do === "lazy-mmu") ?? false);
}

/** What this function no longer takes for its callers, another that the patch touches no longer gives back, or the other way round: the two go together. */
function otherSideChanges(family: string, opens: number, closes: number, pair: Pair): boolean {
  const { touched, from, to } = pair;
  const lessOf = (side: string): boolean => touched.to.beside(to, sidesIn, `${family} ${side}`) < touched.from.beside(from, sidesIn, `${family} ${side}`);
  return (opens < 0 && closes >= 0 && lessOf("closes")) || (closes < 0 && opens >= 0 && lessOf("opens"));
}

const sidesIn: Measure = ({ fn }, rulebook) => counted(pairStepsIn(fn, rulebook).map((step) => `${step.family} ${step.by > 0 ? "opens" : "closes"}`));

const familiesIn: Measure = ({ fn }, rulebook) => counted(pairStepsIn(fn, rulebook).map((step) => step.family));

/** Which return differs cannot be named in general: the first step of the family is. */
function placeOf(family: string, fn: FunctionIr, { rulebook }: Pair): Loc {
  for (const block of fn.blocks) for (const step of block.steps) if (pairSteps(step, rulebook).some((pair) => pair.family === family)) return step.loc;
  return { line: fn.line, column: 1 };
}

function inWords(sums: ReadonlySet<number>): string {
  const word = (sum: number): string => (sum === 0 ? "as it found it" : sum > 0 ? "taken" : "given back");
  return Array.from(new Set(Array.from(sums).toSorted((a, b) => a - b).map(word))).join(" or ");
}
