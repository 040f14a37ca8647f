/**
 * Tests of pointers and entries that a patch takes away while what they guarded stays. Only a patch can be asked this:
 * that a test stood there shows that somebody expected it to fail.
 */
import type { EntryKind } from "../../rulebook/schema.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { RuleId } from "../../core/finding.ts";
import { operandsOf, stepsOf, walkExpr } from "../../c/index.ts";
import type { Expr, FunctionIr } from "../../c/ir.ts";
import { inEra } from "../../util/version.ts";
import { type Change, loss } from "../change.ts";
import { moreElsewhere, newHelpers, type Pair, surplus } from "../pair.ts";
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
    if (rule === null || isAskedElsewhere(test, pair) || hasOtherOrigin(test, pair)) return [];
    const names = new Set(Array.from(test.names).flatMap((name) => Array.from(sameEntry(name))));
    const speaksOf = (others: ReadonlySet<string>): boolean => Array.from(others).some((other) => Array.from(names).some((name) => areRelated(other, name)));
    // A new test of the entry, of what a lookup through it gives, or a new function that is handed it.
    const isAskedAnew =
      come.some((one) => speaksOf(one.names) || Array.from(one.names).some((name) => Array.from(originsOf(name, after.fn)).some((text) => speaksOf(namesIn(text))))) ||
      stepsOf(after.fn).some((step) => step.op === "call" && step.callee !== null && helpers.has(step.callee) && speaksOf(namesIn(step.text)));
    if (isAskedAnew) return [];
    const minds = (use: Use): boolean => speaksOf(use.names) && !onlyLooks(use, rulebook);
    const exposed = exposedUse(test, from.uses, to.uses, minds, rulebook);
    if (exposed === "superfluous") return [];
    const use = exposed ?? to.uses.find((one) => one.loc.line >= test.loc.line && minds(one)) ?? null;
    const fails = rule === "map-failure" ? mayFail(test, before.fn, rulebook) : null;
    if (fails === false) return [];
    const constant = to.constants.find((loc) => loc.line === test.loc.line || !from.constants.some((old) => old.line === loc.line));
    if (use === null) return constant && to.constants.length > from.constants.length ? [loss(rule, constant, `test of ${test.key}`, `the patch puts a constant for the test of ${test.key}: code on one side of it never runs`, true)] : [];
    const strong = exposed !== null && (rule === "stale-read" || (rule === "map-failure" ? fails === true : wantsKind(exposed, rulebook)));
    return [loss(rule, use.loc, `test of ${test.key}`, messageOf(test, use, exposed !== null), !strong)];
  });
}

/** Another function that the patch touches asks this, or the function still does and keeps the answer. */
function isAskedElsewhere(test: Test, pair: Pair): boolean {
  const { call } = test;
  const kept = call === null ? [] : stepsOf(pair.to.fn).filter((step) => step.op === "call" && step.text === call.text && step.dst !== null && isUsed(step.dst, pair.to.fn));
  const were = call === null ? 0 : stepsOf(pair.from.fn).filter((step) => step.op === "call" && step.text === call.text).length;
  return (kept.length > 0 && kept.length >= were) || moreElsewhere(pair, ({ fn }) => testsOf(fn).tests.filter((one) => isAlike(one, test)).length);
}

function isUsed(name: string, fn: FunctionIr): boolean {
  return stepsOf(fn).some((step) => operandsOf(step).some((operand) => mentionsVariable(operand, name)));
}

function mentionsVariable(expr: Expr, name: string): boolean {
  let found = false;
  walkExpr(expr, (one) => void (found ||= one.k === "var" && one.name === name));
  return found;
}

/** The pointer is filled by another call now: what may be NULL has changed with it. */
function hasOtherOrigin({ nullOf }: Test, { from: before, to: after }: Pair): boolean {
  if (nullOf === "") return false;
  const [was, is] = [originsOf(nullOf, before.fn), originsOf(nullOf, after.fn)];
  return Array.from(is).some((text) => !was.has(text)) || was.size !== is.size;
}

/** A test, a getter, a copy: nothing comes of it by itself. */
function onlyLooks({ step }: Use, rulebook: Rulebook): boolean {
  if (step.op === "load") return true;
  if (step.op !== "call" || step.callee === null) return false;
  const contract = rulebook.contract(step.callee);
  // A lookup that gives up by itself on an entry that is no table needs no test before it (pte_offset_map() since 6.5).
  const copes = contract?.effects?.some((effect) => effect.do === "map") === true && canFail(step.callee, rulebook);
  const looks = copes || contract?.returns?.tests !== undefined || contract?.returns?.same !== undefined || isCopy(step.callee, rulebook);
  return (looks && !wantsKindOf(step.callee, rulebook)) || /^(?:VM_|)(?:BUG|WARN)|^trace_|^p(?:te|md|ud|4d|gd)_(?:val|ERROR)$/.test(step.callee);
}

function wantsKind({ step }: Use, rulebook: Rulebook): boolean {
  return step.op === "call" && step.callee !== null && wantsKindOf(step.callee, rulebook);
}

function wantsKindOf(callee: string, rulebook: Rulebook): boolean {
  return rulebook.contract(callee)?.requires?.some((requirement) => requirement.need === "kind") ?? false;
}

function messageOf(test: Test, use: Use, exposed: boolean): string {
  const asked = test.nullOf !== "" ? `that ${test.nullOf} may be NULL` : test.key;
  return exposed
    ? `the patch takes away the test of ${asked}, under which ${use.key} stood before`
    : `the patch takes away the test of ${asked}, and goes on to use the same entry in ${use.key}`;
}

/** Of one level and one purpose: pud_none() here may be pud_present() there. */
function isAlike(a: Test, b: Test): boolean {
  if (b.call === null) return a.nullOf === b.nullOf && a.nullOf !== "";
  const levelOf = (callee: string | null | undefined): string => /p(?:te|md|ud|4d|gd)(?=_|$)/.exec(callee ?? "")?.[0] ?? callee ?? "";
  return a.call !== null && levelOf(a.call.callee) === levelOf(b.call.callee);
}

const lookAlikes = /^(?:is_|non_)?\w*(?:present|none|swap|migration|device_private|device_exclusive|trans_huge|leaf|devmap|_bad|marker|softleaf_is)\w*$/;

/** The rule under which a test protects what it guards; null for tests that are none of page tables. */
function ruleOf(test: Test, fn: FunctionIr, rulebook: Rulebook): RuleId | null {
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
function mayFail(test: Test, fn: FunctionIr, rulebook: Rulebook): boolean | null {
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
function isCopy(callee: string, rulebook: Rulebook): boolean {
  const contract = rulebook.contract(callee);
  return contract?.returns?.like !== undefined || contract?.returns?.is !== undefined || (contract?.effects?.some((effect) => effect.do === "read") ?? false);
}

/** A use that stood under an outcome of the test on every path and does not now; "superfluous" when other tests say as much. */
function exposedUse(test: Test, before: readonly Use[], after: readonly Use[], minds: (use: Use) => boolean, rulebook: Rulebook): Use | "superfluous" | null {
  let superfluous = false;
  for (const outcome of [test.key, `! ${test.key}`]) {
    const stood = before.filter((use) => use.under.has(outcome) && minds(use));
    for (const key of new Set(stood.map((use) => use.key))) {
      const [was, is] = [before.filter((use) => use.key === key), after.filter((use) => use.key === key)];
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
