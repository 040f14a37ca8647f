/**
 * Tests of pointers and entries that a patch takes away while what they guarded stays. Only a patch can be asked this:
 * that a test stood there shows that somebody expected it to fail.
 */
import { mentionsVariable, operandsOf, stepsOf } from "../../c/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import { type Change, loss } from "../change.ts";
import { moreElsewhere, newHelpers, type Pair, surplus } from "../pair.ts";
import { asksForDevmap, doesWithoutDevmap } from "../steps/told-apart.ts";
import { counted, type Measure } from "../touched-functions.ts";
import { exposedUse, isCopy, isUndoing, mayFail, onlyLooks, ruleOf, wantsKind } from "./test-meaning.ts";
import { aliases, areRelated, namesIn, originsOf, type Test, testsOf, type Use } from "./tests.ts";

export function lostTests(pair: Pair): Change[] {
  const { from: before, to: after, rulebook } = pair;
  const [from, to] = [testsOf(before.fn), testsOf(after.fn)];
  const gone = surplus(from.tests, to.tests, (test) => test.key);
  const come = surplus(to.tests, from.tests, (test) => test.key);
  const sameEntry = aliases(after.fn, (callee) => isCopy(callee, rulebook));
  const helpers = newHelpers(pair);
  return gone.flatMap((test): Change[] => {
    const rule = ruleOf(test, before.fn, rulebook);
    if (rule === null || isAskedElsewhere(test, pair) || hasOtherOrigin(test, pair) || (asksForDevmap(test.call?.callee ?? "") && doesWithoutDevmap(pair))) return [];
    const names = new Set(Array.from(test.names).flatMap((name) => Array.from(sameEntry(name))));
    const speaksOf = (others: ReadonlySet<string>): boolean => Array.from(others).some((other) => Array.from(names).some((name) => areRelated(other, name)));
    // A new test of the entry, of what a lookup through it gives, or a new function that is handed it.
    const isAskedAnew =
      come.some((one) => speaksOf(one.names) || Array.from(one.names).some((name) => Array.from(originsOf(name, after.fn)).some((text) => speaksOf(namesIn(text))))) ||
      stepsOf(after.fn).some((step) => step.op === "call" && step.callee !== null && helpers.has(step.callee) && speaksOf(namesIn(step.text)));
    if (isAskedAnew) return [];
    const minds = (use: Use): boolean => speaksOf(use.names) && !onlyLooks(use, rulebook) && !isUndoing(use, rule, rulebook);
    const exposed = exposedUse(test, from.uses, to.uses, minds, rulebook);
    if (exposed === "superfluous") return [];
    const use = exposed ?? to.uses.find((one) => one.loc.line >= test.loc.line && minds(one)) ?? null;
    const fails = rule === "map-failure" ? mayFail(test, before.fn, rulebook) : null;
    if (fails === false) return [];
    const constant = to.constants.find((loc) => loc.line === test.loc.line || !from.constants.some((old) => old.line === loc.line));
    if (use === null) return constant && to.constants.length > from.constants.length ? [loss(rule, constant, `test of ${test.key}`, `the patch puts a constant for the test of ${test.key}: code on one side of it never runs`, true)] : [];
    if (exposed === null && to.uses.some((one) => minds(one) && standsUnderMore(one, from.uses, speaksOf))) return [];
    const strong = exposed !== null && (rule === "stale-read" || (rule === "map-failure" ? fails === true : wantsKind(exposed, rulebook)));
    return [loss(rule, use.loc, `test of ${test.key}`, messageOf(test, use, exposed !== null), !strong)];
  });
}

/** `!a && !b` has become `!a`: the use stands under an outcome of another test of the entry now, and did not before. */
function standsUnderMore(use: Use, before: readonly Use[], speaksOf: (names: ReadonlySet<string>) => boolean): boolean {
  const was = before.filter((one) => one.key === use.key);
  return was.length > 0 && Array.from(use.under).some((outcome) => was.every((one) => !one.under.has(outcome)) && speaksOf(namesIn(outcome)));
}

/** Another function that the patch touches asks this, or the function still does and keeps the answer. */
function isAskedElsewhere(test: Test, pair: Pair): boolean {
  const { call } = test;
  const kept = call === null ? [] : stepsOf(pair.to.fn).filter((step) => step.op === "call" && step.text === call.text && step.dst !== null && isUsed(step.dst, pair.to.fn));
  const were = call === null ? 0 : stepsOf(pair.from.fn).filter((step) => step.op === "call" && step.text === call.text).length;
  return (kept.length > 0 && kept.length >= were) || moreElsewhere(pair, testsIn, kindOf(test));
}

function isUsed(name: string, fn: FunctionIr): boolean {
  return stepsOf(fn).some((step) => operandsOf(step).some((operand) => mentionsVariable(operand, name)));
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
