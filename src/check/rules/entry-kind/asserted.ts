/**
 * Assertions about entries that others may change: hardware sets accessed and dirty bits without any lock, so what a
 * clear takes out of a present entry need not be what was read before (Documentation/mm/split_page_table_lock.rst keeps
 * software out only; mm/memory.c, pte_same() checks lead to a retry, never to BUG()).
 */
import type { CallInfo, Site } from "../../model.ts";
import { type Facts, truthOf } from "../../facts.ts";
import { kindSet } from "../../kinds.ts";

const migration = kindSet(["migration"]);
const present = kindSet(["leaf", "devmap"]);

/** `tested` decided for the failure. */
export function judgeClearedValue(tested: string, site: Site): void {
  const compared = sidesOf(tested, site);
  if (compared === null) return;
  const cleared = compared.map((value) => clearOf(value, site)).find((call) => call !== null) ?? null;
  const fact = cleared && site.facts.values.get(cleared.result);
  if (!cleared || !fact || (fact.kinds & present) === 0 || compared.every((value) => value === cleared.result)) return;
  site.judge({
    rule: "stale-read",
    outcome: "violated",
    what: `${cleared.step.callee}: former value not asserted`,
    message: `the value that ${cleared.step.callee}() takes out is asserted to be the one read before: hardware may have set accessed or dirty in between, which no lock prevents`,
    group: "former value asserted",
    requires: ["the value that the clear returned, in place of the one read before"],
    ...(cleared.contract ? { references: cleared.contract.references } : {}),
  });
}

/**
 * What a lock call says may be under it, and nothing has excluded since, is asserted not to be: pmd_trans_huge_lock() takes
 * the lock of a migration entry as well (mm/huge_memory.c, __pmd_trans_huge_lock()).
 */
export function judgeAssertedKind(tested: string, site: Site, before: Facts): void {
  const test = site.callOf(/^\(!(.*)\)$/s.exec(tested)?.[1] ?? tested);
  const value = test?.contract?.returns?.tests && test.arg(test.contract.returns.tests.value);
  if (!test || value === undefined || before.values.get(value)?.claimed !== true) return;
  const left = site.facts.values.get(value);
  if (!left?.real || (left.kinds & migration) === 0) return;
  site.judge({
    rule: "entry-kind",
    outcome: "violated",
    what: `${test.step.callee}: asserted of what a lock call found`,
    message: `${site.frame.fn.name}() asserts ${test.step.callee}() of an entry whose lock was taken as that of a huge or migration entry: a migration entry makes the assertion fail`,
    group: `${test.step.callee} asserted`,
    requires: ["a test for a migration entry before the assertion"],
    ...(test.contract ? { references: [{ file: "mm/huge_memory.c", where: "__pmd_trans_huge_lock()", version: "6.12" }] } : {}),
  });
}

/** The two values whose difference makes the assertion fail, or null. */
function sidesOf(tested: string, site: Site): readonly string[] | null {
  const inner = /^\(!(.*)\)$/s.exec(tested)?.[1] ?? tested;
  const same = site.callOf(inner);
  const names = same?.contract?.returns?.same;
  if (same && names) return truthOf(inner, site.facts) === false ? names.map((name) => same.arg(name)) : null;
  const equal = /^\(([^()=]+)==([^()=]+)\)$/.exec(inner);
  return equal && truthOf(inner, site.facts) === false ? [equal[1]!, equal[2]!] : null;
}

/** The call that cleared an entry and returned this value. */
function clearOf(value: string, site: Site): CallInfo | null {
  const call = site.callOf(value);
  const clears = call?.contract?.effects?.some((e) => e.do === "write" && e.old === true) ?? false;
  return clears && /clear/.test(call?.step.callee ?? "") && call?.result === value ? call : null;
}
