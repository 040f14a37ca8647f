/**
 * Tests of pointers and entries that a patch takes away while what they guarded stays. Only a patch can be asked this:
 * that a test stood there shows that somebody expected it to fail.
 */
import { callsIn, operandsOf, stepsOf, walkExpr } from "../../c/index.ts";
import { type Change, loss } from "../change.ts";
import { moreElsewhere, newHelpers, type Pair, surplus } from "../pair.ts";
import { asksForDevmap, doesWithoutDevmap } from "../steps/told-apart.ts";
import { counted, type Measure } from "../touched-functions.ts";
import { exposedUse, isCopy, isUndoing, mayFail, onlyLooks, ruleOf, wantsKind } from "./test-meaning.ts";
import { aliases, areRelated, namesIn, originsOf } from "./names.ts";
import { type Test, type Tested, testsOf, type Use } from "./tests.ts";

export function lostTests(pair: Pair): Change[] {
  const { from: before, to: after, rulebook } = pair;
  const [from, to] = [testsOf(before.fn), testsOf(after.fn)];
  const gone = surplus(from.tests, to.tests, (test) => test.key);
  if (gone.length === 0) return [];
  const come = surplus(to.tests, from.tests, (test) => test.key);
  const sameEntry = aliases(after.fn, (callee) => isCopy(callee, rulebook));
  const helpers = newHelpers(pair);
  const answers = answersOf(pair);
  const newOutcomes = outcomesAdded(from, to);
  return gone.flatMap((test): Change[] => {
    const rule = ruleOf(test, before.fn, rulebook);
    if (rule === null || isAskedElsewhere(test, pair, answers) || hasOtherOrigin(test, pair) || (asksForDevmap(test.call?.callee ?? "") && doesWithoutDevmap(pair))) return [];
    const names = new Set(Array.from(test.names).flatMap((name) => Array.from(sameEntry(name))));
    const speaksOf = (others: ReadonlySet<string>): boolean => Array.from(others).some((other) => Array.from(names).some((name) => areRelated(other, name)));
    // A new test of the entry, of what a lookup through it gives, or a new function that is handed it.
    const isAskedAnew =
      come.some((one) => speaksOf(one.names) || Array.from(one.names).some((name) => Array.from(originsOf(name, after.fn)).some((text) => speaksOf(namesIn(text))))) ||
      stepsOf(after.fn).some((step) => step.op === "call" && step.callee !== null && helpers.has(step.callee) && speaksOf(namesIn(step.text)));
    if (isAskedAnew) return [];
    const minds = (use: Use): boolean => speaksOf(use.names) && !onlyLooks(use, rulebook) && !isUndoing(use, rule, rulebook);
    const exposed = exposedUse(test, from, to, minds, rulebook);
    if (exposed === "superfluous") return [];
    const use = exposed ?? to.uses.find((one) => one.loc.line >= test.loc.line && minds(one)) ?? null;
    const fails = rule === "map-failure" ? mayFail(test, before.fn, rulebook) : null;
    if (fails === false) return [];
    const constant = to.constants.find((loc) => loc.line === test.loc.line || !from.constants.some((old) => old.line === loc.line));
    if (use === null) return constant && to.constants.length > from.constants.length ? [loss(rule, constant, `test of ${test.key}`, `the patch puts a constant for the test of ${test.key}: code on one side of it never runs`, true)] : [];
    // `!a && !b` has become `!a`: a use stands under an outcome of another test of the entry now, and did not before.
    if (exposed === null && to.uses.some((one) => minds(one) && newOutcomes(one).some((outcome) => speaksOf(namesIn(outcome))))) return [];
    const strong = exposed !== null && (rule === "stale-read" || (rule === "map-failure" ? fails === true : wantsKind(exposed, rulebook)));
    return [loss(rule, use.loc, `test of ${test.key}`, messageOf(test, use, exposed !== null), !strong)];
  });
}

/** By use of the one version: the outcomes of tests that it stands under, and none of its like does in the other; none where it has no like there. */
function outcomesAdded(before: Tested, after: Tested): (use: Use) => readonly string[] {
  const once = new Map(Array.from(before.usesOf, ([key, uses]) => [key, new Set(uses.flatMap(({ under }) => Array.from(under)))]));
  const added = new Map(after.uses.map((use) => [use, Array.from(use.under).filter((outcome) => once.get(use.key)?.has(outcome) === false)]));
  return (use) => added.get(use)!;
}

/** What the two versions make of calls, by their texts. */
interface Answers {
  /** How often the version that has more tests makes it. */
  readonly before: ReadonlyMap<string, number>;
  /** How often the other one does and uses the result. */
  readonly used: ReadonlyMap<string, number>;
}

function answersOf({ from, to }: Pair): Answers {
  const asked = new Set<string>();
  for (const operand of stepsOf(to.fn).flatMap(operandsOf)) walkExpr(operand, (one) => void (one.k === "var" && asked.add(one.name)));
  return { before: counted(callsIn(from.fn).map(({ text }) => text)), used: counted(callsIn(to.fn).filter(({ dst }) => dst !== null && asked.has(dst)).map(({ text }) => text)) };
}

/** Another function that the patch touches asks this, or the function still does and keeps the answer. */
function isAskedElsewhere(test: Test, pair: Pair, { before, used }: Answers): boolean {
  const text = test.call?.text;
  const kept = text === undefined ? 0 : (used.get(text) ?? 0);
  return (kept > 0 && kept >= (before.get(text!) ?? 0)) || moreElsewhere(pair, testsIn, kindOf(test));
}

/** The pointer is filled by another call now: what may be NULL has changed with it. */
function hasOtherOrigin({ nullOf }: Test, { from: before, to: after }: Pair): boolean {
  if (nullOf === "") return false;
  const [was, is] = [originsOf(nullOf, before.fn), originsOf(nullOf, after.fn)];
  return Array.from(is).some((text) => !was.has(text)) || was.size !== is.size;
}

function messageOf(test: Test, use: Use, exposed: boolean): string {
  const asked = test.nullOf !== "" ? `that ${test.nullOf} may be NULL` : test.key;
  return exposed
    ? `the patch takes away the test of ${asked}, under which ${use.key} stood before`
    : `the patch takes away the test of ${asked}, and goes on to use the same entry in ${use.key}`;
}

const testsIn: Measure = ({ fn }) => counted(testsOf(fn).tests.filter(({ call, nullOf }) => call !== null || nullOf !== "").map(kindOf));

/** Alike are tests of one level and one purpose: pud_none() here may be pud_present() there. */
function kindOf({ call, nullOf }: Test): string {
  if (call === null) return `NULL ${nullOf}`;
  return `call ${/p(?:te|md|ud|4d|gd)(?=_|$)/.exec(call.callee ?? "")?.[0] ?? call.callee ?? ""}`;
}
