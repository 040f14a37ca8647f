/**
 * entry-kind: a value is used as table, present leaf or pfn only where the path has excluded what it must not be. A
 * violation needs a value whose possible kinds are known from where it was read (a walk in this function, a call whose
 * contract says what may come back), or a test on this path that shows the wrong kind.
 */
import { judgeDeviceEntries } from "./entry-kind/device-entries.ts";
import { noteKinds, noteKindsAtGap } from "./entry-kind/evidence.ts";
import { judgeAssertedKind } from "./entry-kind/asserted.ts";
import { isMappedHere } from "../mapped-here.ts";
import { judgeAssertedOfCallers } from "./entry-kind/asserted-of-callers.ts";
import { allKinds, kindNames, kindSet } from "../kinds.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { stepsOf } from "../../c/index.ts";
import type { CallStep } from "../../c/ir.ts";
import type { Contract, EntryKind } from "../../rulebook/schema.ts";
import type { ValueFact } from "../facts.ts";

export const entryKind: Rule = {
  id: "entry-kind",

  onCall: (call, site) => {
    noteKinds(call, site);
    judgeDeviceEntries(call, site);
  },
  onGap: noteKindsAtGap,
  onFailedAssertion: (tested, site, before) => {
    judgeAssertedKind(tested, site, before);
    judgeAssertedOfCallers(tested, site, before);
  },

  onRequirement: (requirement, call, site) => {
    if (requirement.need !== "kind") return;
    const value = call.arg(requirement.value);
    const fact = site.facts.values.get(value) ?? entryBehind(value, call, site);
    if (fact) judge(fact, requirement.in, call, site);
    else site.judge({ rule: "entry-kind", outcome: "unknown", what: demand(call, requirement.in), message: "" });
  },
};

function demand(call: CallInfo, wanted: readonly EntryKind[]): string {
  return `${call.step.callee}: ${wanted.join("/")}`;
}

/** For contracts that take a pointer to the entry: the value last seen there, or what the walk that found it allows. */
function entryBehind(pointer: string, call: CallInfo, site: Site): ValueFact | undefined {
  const seen = site.facts.memory.get(`e:${pointer}`);
  if (seen !== undefined) return site.facts.values.get(seen);
  for (const [walk, at] of site.facts.walks) {
    const kinds = site.rulebook.contract("page_vma_mapped_walk")?.returns?.kinds;
    if (kinds && pointer === sym.initial(sym.field(walk, "pte"))) {
      return { entry: pointer, level: "pte", how: "locked", kinds: kindSet(kinds), shown: 0, real: true, under: walk, at };
    }
  }
  return undefined;
}

/** What a walk found was not read here: it is known by what the walk may stop at. */
function whence(fact: ValueFact, site: Site): string {
  return site.facts.walks.get(fact.under) === fact.at ? "found by the walk of" : "read in";
}

const present = kindSet(["leaf", "devmap", "table"]);

/** What a function does to non-present entries: its callers meet them where it accepts one. */
function describeNonPresent(call: CallInfo, site: Site): string {
  const tested = new Set<EntryKind>();
  for (const block of site.frame.fn.blocks) {
    for (const step of block.steps) {
      const tests = step.op === "call" && step.callee !== null ? site.rulebook.contract(step.callee)?.returns?.tests : undefined;
      if (tests && tests.nonzero.length <= 2 && (kindSet(tests.nonzero) & present) === 0) for (const kind of tests.nonzero) if (kind !== "none") tested.add(kind);
    }
  }
  if (tested.size === 0) return "";
  return `${site.frame.fn.name}() decodes a non-present entry by ${call.step.callee}() and tests for ${Array.from(tested).join(", ")}: where it accepts one, its callers get an entry that is not present`;
}

/** Read from a table that was mapped and locked here, in a function that asks no pte what it is. */
function isUntested(fact: ValueFact, site: Site): boolean {
  if (fact.level !== "pte" || fact.kinds !== allKinds("pte") || fact.claimed || !isMappedHere(fact.entry, site)) return false;
  return !stepsOf(site.frame.fn).some((step) => step.op === "call" && (asksForKind(site.rulebook.contract(step.callee ?? "")) || isAskedByHelper(step, site)));
}

/** A helper that is given the value may ask (fs/proc/task_mmu.c, can_gather_numa_stats()). */
function isAskedByHelper(step: CallStep, { rulebook, types }: Site): boolean {
  return rulebook.contract(step.callee ?? "") === undefined && step.args.some((arg) => types.ofExpr(arg) === "pte_t");
}

function asksForKind(contract: Contract | undefined): boolean {
  return contract !== undefined && contract.requires === undefined && (contract.returns?.tests !== undefined || contract.returns?.same !== undefined);
}

function judge(fact: ValueFact, wanted: readonly EntryKind[], call: CallInfo, site: Site): void {
  const allowed = kindSet(wanted);
  const wrong = fact.kinds & ~allowed & ~kindSet(["bad"]);
  const never = (fact.kinds & allowed) === 0 && fact.kinds !== 0;
  const narrowed = fact.kinds !== allKinds(fact.level);
  const violated = wrong !== 0 && (never ? narrowed : fact.real || (wrong & fact.shown) !== 0 || isUntested(fact, site));
  const names = kindNames(wrong).join(", ");
  site.judge({
    rule: "entry-kind",
    outcome: wrong === 0 ? "proved" : violated ? "violated" : "unknown",
    what: demand(call, wanted),
    message: !violated && wrong !== 0 && (allowed & present) === 0 ? describeNonPresent(call, site) : violated ? `${call.step.callee}() is used on a ${fact.level} entry (${whence(fact, site)} line ${fact.at.line}) that ${never ? "is" : "may be"} ${names} here` : "",
    group: `value read in line ${fact.at.line}`,
    requires: [`${call.step.callee}() takes only: ${wanted.join(", ")}`],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}
