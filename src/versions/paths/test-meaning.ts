/** What a test of a pointer or entry is good for: the rule under which it protects, and the uses that mind. */
import type { EntryKind } from "../../rulebook/schema.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { RuleId } from "../../core/finding.ts";
import { stepsOf } from "../../c/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import { nameHasEffect } from "../../check/call-graph.ts";
import { inEra } from "../../util/version.ts";
import type { Test, Tested, Use } from "./tests.ts";

const lookAlikes = /^(?:is_|non_)?\w*(?:present|none|swap|migration|device_private|device_exclusive|trans_huge|leaf|devmap|_bad|marker|softleaf_is)\w*$/;

/** The rule under which a test protects what it guards; null for tests that are none of page tables. */
export function ruleOf(test: Test, fn: FunctionIr, rulebook: Rulebook): RuleId | null {
  const callee = test.call?.callee ?? "";
  if (callee !== "") {
    if (/_same$|pte_changed$/.test(callee) || rulebook.contract(callee)?.returns?.same !== undefined) return "stale-read";
    if (rulebook.contract(callee)?.returns?.tests !== undefined) return "entry-kind";
    return lookAlikes.test(callee) && Array.from(test.names).some((name) => isEntry(fn, name)) ? "entry-kind" : null;
  }
  if (test.nullOf !== "") return isEntryPointer(fn, test.nullOf) ? "map-failure" : null;
  return /^p(?:te|md|ud|4d|gd)_val\(.* [=!]= |\borig_pte\b|\bold_pte\b/.test(test.key) ? "stale-read" : null;
}

function isEntry(fn: FunctionIr, name: string): boolean {
  return /^(?:p(?:te|md|ud|4d|gd)_t|swp_entry_t|softleaf_t)(?: \*)?$/.test(fn.vars.get(name)?.type ?? "") || /(?:->|\.)p(?:te|md|ud)$/.test(name);
}

/** A pointer to an entry, or to the lock that a successful lookup returns. */
function isEntryPointer(fn: FunctionIr, name: string): boolean {
  return /^(?:(?:p(?:te|md|ud|4d|gd)_t|spinlock_t) \*|pgtable_t)$/.test(fn.vars.get(name)?.type ?? "") || /(?:->|\.)(?:pte|pmd|pud|ptl|prealloc_pte)$/.test(name);
}

/** Whether what the pointer comes from may return NULL, by the contracts; null where they don't tell. */
export function mayFail(test: Test, fn: FunctionIr, rulebook: Rulebook): boolean | null {
  const sources = stepsOf(fn).flatMap((step) => (step.op === "call" && step.dst !== null && goesTo(step.dst, test.nullOf, fn) ? [step.callee ?? ""] : []));
  if (sources.some((callee) => canFail(callee, rulebook))) return true;
  return sources.length > 0 && sources.every((callee) => gives(callee, rulebook)) ? false : null;
}

/** A lookup that never fails: arithmetic on a table, or one whose contract gives a later kernel as the first where it does. */
function gives(callee: string, rulebook: Rulebook): boolean {
  return /^p(?:te|md|ud|4d|gd)_offset(?:_k|_kernel|_gate|_pgd)?$/.test(callee) || rulebook.contract(callee)?.returns?.mayFailSince !== undefined;
}

function canFail(callee: string, rulebook: Rulebook): boolean {
  const since = rulebook.contract(callee)?.returns?.mayFailSince;
  return since !== undefined && inEra(rulebook.era, { since });
}

function goesTo(from: string, name: string, fn: FunctionIr): boolean {
  return from === name || stepsOf(fn).some((step) => step.op === "assign" && step.dst === name && step.value?.k === "var" && step.value.name === from);
}

/** A getter or a changed copy: what is tested of its result is tested of the entry. */
export function isCopy(callee: string, rulebook: Rulebook): boolean {
  const contract = rulebook.contract(callee);
  return contract?.returns?.like !== undefined || contract?.returns?.is !== undefined || nameHasEffect(callee, rulebook, (effect) => effect.do === "read");
}

/** A lookup that gives up by itself on an entry that is no table needs no test before it (pte_offset_map() since 6.5). */
export function copes(callee: string, rulebook: Rulebook): boolean {
  return nameHasEffect(callee, rulebook, (effect) => effect.do === "map") && canFail(callee, rulebook);
}

/** A test, a getter, a copy: nothing comes of it by itself. */
export function onlyLooks({ step }: Use, rulebook: Rulebook): boolean {
  if (step.op === "load") return true;
  if (step.op !== "call" || step.callee === null) return false;
  const contract = rulebook.contract(step.callee);
  const looks = copes(step.callee, rulebook) || contract?.returns?.tests !== undefined || contract?.returns?.same !== undefined || isCopy(step.callee, rulebook);
  return (looks && !wantsKindOf(step.callee, rulebook)) || /^(?:VM_|)(?:BUG|WARN)|^trace_|^p(?:te|md|ud|4d|gd)_(?:val|ERROR)$/.test(step.callee);
}

/** What an entry is does not matter to who unmaps it or gives back its lock; whether it was found does. */
export function isUndoing({ step }: Use, rule: RuleId, rulebook: Rulebook): boolean {
  if (rule === "map-failure" || step.op !== "call" || step.callee === null) return false;
  const effects = rulebook.contract(step.callee)?.effects ?? [];
  return effects.length > 0 && effects.every((effect) => effect.do === "unmap" || effect.do === "release" || effect.do === "walk-end");
}

export function wantsKind({ step }: Use, rulebook: Rulebook): boolean {
  return step.op === "call" && step.callee !== null && wantsKindOf(step.callee, rulebook);
}

function wantsKindOf(callee: string, rulebook: Rulebook): boolean {
  return rulebook.contract(callee)?.requires?.some((requirement) => requirement.need === "kind") ?? false;
}

/** A use that stood under an outcome of the test on every path and does not now; "superfluous" when other tests say as much. */
export function exposedUse(test: Test, before: Tested, after: Tested, minds: (use: Use) => boolean, rulebook: Rulebook): Use | "superfluous" | null {
  let superfluous = false;
  for (const outcome of [test.key, `! ${test.key}`]) {
    const stood = before.uses.filter((use) => use.under.has(outcome) && minds(use));
    for (const key of new Set(stood.map((use) => use.key))) {
      const [was, is] = [before.usesOf.get(key)!, after.usesOf.get(key) ?? []];
      const bare = is.filter((use) => !use.under.has(outcome));
      if (is.length < was.length || bare.length <= was.filter((use) => !use.under.has(outcome)).length) continue;
      const open = bare.find((use) => !isImplied(test, outcome === test.key, use.under, rulebook));
      if (open) return open;
      superfluous = true;
    }
  }
  return superfluous ? "superfluous" : null;
}

/** Other tests of the same value leave no more kinds than this outcome would. */
function isImplied(test: Test, truth: boolean, under: ReadonlySet<string>, rulebook: Rulebook): boolean {
  const wanted = kindsOf(test.key, truth, rulebook);
  if (wanted === null) return false;
  const about = argumentOf(test.key);
  const left = Array.from(under).flatMap((outcome) => {
    const key = outcome.replace(/^! /, "");
    const kinds = argumentOf(key) === about ? kindsOf(key, key === outcome, rulebook) : null;
    return kinds === null ? [] : [kinds];
  });
  return left.length > 0 && Array.from(left[0]!).filter((kind) => left.every((kinds) => kinds.has(kind))).every((kind) => kind === "bad" || wanted.has(kind));
}

function kindsOf(key: string, truth: boolean, rulebook: Rulebook): ReadonlySet<EntryKind> | null {
  const tests = rulebook.contract(/^\w+(?=\()/.exec(key)?.[0] ?? "")?.returns?.tests;
  return tests === undefined ? null : new Set(truth ? tests.nonzero : tests.zero);
}

function argumentOf(key: string): string {
  return key.slice(key.indexOf("("));
}
