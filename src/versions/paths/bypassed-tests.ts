/**
 * Tests that are still made and no longer keep anything away: turned round, or without the jump that followed. Asked only
 * where a version makes the same tests as the other, so that nothing but what they decide has changed.
 */
import { type Change, loss } from "../change.ts";
import { newHelpers, type Pair, surplus } from "../pair.ts";
import { keepsAnswers } from "../steps/kept-answers.ts";
import { exposedUse, isCopy, isUndoing, onlyLooks, ruleOf } from "./test-meaning.ts";
import { aliases, areRelated } from "./names.ts";
import { type Test, testsOf, type Use } from "./tests.ts";

export function bypassedTests(pair: Pair): Change[] {
  const { from: { fn: before }, to: { fn: after }, rulebook } = pair;
  const [from, to] = [testsOf(before), testsOf(after)];
  const keyOf = ({ key }: Test): string => key;
  if (newHelpers(pair).size > 0 || surplus(from.tests, to.tests, keyOf).length > 0 || surplus(to.tests, from.tests, keyOf).length > 0) return [];
  const sameEntry = aliases(after, (callee) => isCopy(callee, rulebook));
  const each = new Map(from.tests.map((test) => [test.key, test] as const));
  const isKept = keepsAnswers(pair);
  return Array.from(each.values()).flatMap((test): Change[] => {
    const rule = ruleOf(test, before, rulebook);
    if (rule === null || (rule === "entry-kind" && isKept)) return [];
    const names = Array.from(test.names).flatMap((name) => Array.from(sameEntry(name)));
    const minds = (use: Use): boolean => Array.from(use.names).some((other) => names.some((name) => areRelated(other, name))) && !onlyLooks(use, rulebook) && !isUndoing(use, rule, rulebook);
    const use = exposedUse(test, from, to, minds, rulebook);
    if (use === null || use === "superfluous") return [];
    const asked = test.nullOf !== "" ? `whether ${test.nullOf} is NULL` : test.key;
    return [loss(rule, use.loc, `way after the test of ${test.key}`, `the function still asks ${asked}, but ${use.key} no longer depends on the answer as it did before the patch`, false)];
  });
}
