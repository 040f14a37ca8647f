/**
 * Assertions about entries that others may change: hardware sets accessed and dirty bits without any lock, so what a
 * clear takes out of a present entry need not be what was read before (Documentation/mm/split_page_table_lock.rst keeps
 * software out only; mm/memory.c, pte_same() checks lead to a retry, never to BUG()).
 */
import type { CallInfo, Site } from "../model.ts";
import { truthOf } from "../facts.ts";
import { kindSet } from "../kinds.ts";

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
