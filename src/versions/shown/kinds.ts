/** Kinds of entries that reach a call in one version and are kept from it in the other. */
import { nameHasEffect } from "../../check/call-graph.ts";
import { type Evidence, type FunctionCheck, kindNames, meantToCome, notLookedAgain, notLookedAt, testedOtherwise } from "../../check/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Change } from "../change.ts";
import type { Pair } from "../pair.ts";
import { copes } from "../paths/test-meaning.ts";
import { worksOnHuge } from "../steps/huge-branch.ts";
import { keepsAnswers } from "../steps/kept-answers.ts";
import { doesWithoutDevmap, testsWent } from "../steps/told-apart.ts";
import { asksByUnknownName } from "./demands.ts";
import { looksAtBits } from "../steps/lost-guards.ts";
import { keyOf, keysOf } from "./keys.ts";

/** Calls that more kinds of entries reach than before. */
export function kindsLetThrough(pair: Pair): Change[] {
  const { from, to, judged, rulebook } = pair;
  if (asksByUnknownName(pair) || keepsAnswers(pair)) return [];
  if (asserted(to.fn).join() !== asserted(from.fn).join() || (!judged && !testsWent(from.fn, to.fn))) return [];
  const uses = (check: FunctionCheck): Evidence[] => check.evidence.filter((e) => e.open !== null);
  const grown = keysOf(uses(to)).flatMap((key) => {
    const [a, b] = [uses(from).filter((e) => keyOf(e) === key), uses(to).filter((e) => keyOf(e) === key)];
    if (a.length < b.length) return [];
    if (b.some((e) => looksItself(e.note, rulebook))) return [];
    const openIn = (list: readonly Evidence[], kind: number): number => list.filter((e) => (e.open! & kind) !== 0).length;
    if (b.some((e) => (e.open! & testedOtherwise) !== 0)) return [];
    const bits = Array.from({ length: 16 }, (_, i) => 1 << i).filter((kind) => openIn(b, kind) > openIn(a, kind) && openIn(b, meantToCome(kind)) === 0);
    const more = bits.reduce((set, kind) => set | kind, 0);
    const place = b.find((e) => (e.open! & more) !== 0);
    return place ? [{ place, more }] : [];
  });
  // A kind that comes through at every place is what a test was dropped for; the others are what is not followed that far.
  const common = grown.reduce((set, { more }) => set & more, ~0);
  return grown.flatMap(({ place, more: all }) => {
    const more = common === 0 ? all : common;
    const hasDevmap = rulebook.contract("pmd_devmap") !== undefined && !(kindNames(more).includes("devmap") && doesWithoutDevmap(pair));
    const names = kindNames(more).filter((name) => name !== "bad" && (name !== "devmap" || hasDevmap));
    const blind = (more & notLookedAt) !== 0;
    const callee = place.note;
    const change = { loc: { line: place.line, column: place.column }, what: place.what, weak: false, shown: true, also: "entry-kind" } as const;
    if ((more & notLookedAgain) !== 0) return [{ ...change, rule: "stale-read" as const, message: (direction: Pair["direction"]) => (direction === "lost" ? `the patch hands an entry to ${callee} under its lock without looking at it again there, which was done before` : `the patch looks at the entry again under its lock before ${callee}`) }];
    // A huge entry may be meant for another branch; others that are no table make the lookup fail, as its callers expect.
    const lookup = /^\w+/.exec(callee)?.[0] ?? "";
    if (copes(lookup, rulebook) && !(names.some((name) => name === "leaf" || name === "devmap") && worksOnHuge(from.fn, lookup, rulebook))) return [];
    if (names.every((name) => name === "none" || (!judged && name === "table"))) return [];
    if (!blind && looksAtBits(pair)) return [];
    const entries = `${names.join(", ")} entries`;
    return [{ ...change, rule: blind ? ("stale-read" as const) : place.rule, message: (direction: Pair["direction"]) => (direction === "lost" ? `the patch lets ${entries} reach ${callee}${blind ? " without looking at the entry here" : ""}, which were kept away before` : `the patch keeps ${entries} away from ${callee}`) }];
  });
}

/** The call asks by itself what the entry is and says so by its result (pmd_trans_huge_lock()): any may reach it. */
function looksItself(call: string, rulebook: Rulebook): boolean {
  return nameHasEffect(/^\w+/.exec(call)?.[0] ?? "", rulebook, (effect) => effect.do === "settle" && effect.when === "nonzero");
}

/** Predicates that VM_BUG_ON() and the like ask: they say what the author expects and keep nothing away. */
function asserted({ blocks }: FunctionIr): string[] {
  return blocks.flatMap(({ steps, end }) => {
    if (end.k !== "branch" || ![end.yes, end.no].some((to) => blocks[to]?.end.k === "stop")) return [];
    const last = steps.at(-1);
    return last?.op === "call" && last.callee !== null && end.cond.k === "var" && end.cond.name === last.dst ? [last.callee] : [];
  });
}
