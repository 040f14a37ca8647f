/**
 * publish-order: the stores that initialise a new table come before the store that makes it reachable, because
 * lockless walkers follow the pointer by address dependency alone (mm/memory.c, comment in pmd_install()).
 */
import { isOwnVariable } from "../duties.ts";
import { covering } from "../locks.ts";
import { anyTable } from "../table-effects.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { isKernelTable } from "../whose-tables.ts";

export const publishOrder: Rule = {
  id: "publish-order",

  onCall: (call, site) => {
    const barrier = call.contract?.effects?.find((e) => e.do === "barrier");
    if (barrier?.do !== "barrier") return;
    site.judge({ rule: barrier.kind === "read" ? "lockless-read" : "publish-order", outcome: "proved", what: `${call.step.callee}() orders memory`, message: "", quiet: "deed" });
  },

  onRequirement: (requirement, call, site) => {
    if (requirement.need !== "ordered-table") return;
    const install = call.contract?.effects?.find((e) => e.do === "install");
    if (install?.do === "install" && isOwnVariable(call.arg(install.entry))) return;
    // Boot code fills kernel tables while no other CPU runs; at run time they are changed under a lock.
    if (isKernelTable(call) && covering(site.facts).length === 0 && !site.facts.unseenLocks) return;
    const table = call.arg(requirement.table);
    judgeOrder(table, call, site);
    judgeUntested(table, call, site);
  },
};

function judgeOrder(table: string, call: CallInfo, site: Site): void {
  const fact = site.facts.tables.get(table) ?? site.facts.tables.get(anyTable);
  const here = fact !== undefined && fact.state !== "filled";
  const field = fieldOf(table);
  const filled = fact || here || field === null ? null : site.fieldOrder(field);
  const ordered = here || (filled?.ordered ?? false);
  const violated = !ordered && fact !== undefined;
  const name = call.step.text;
  const whom = field === null ? "whoever initialised the table" : filled ? `whoever initialises ${field} (${filled.by.join("(), ")}() in this file)` : `whoever initialises ${field}`;
  site.judge({
    rule: "publish-order",
    outcome: ordered ? "proved" : violated ? "violated" : "unknown",
    what: `${call.step.callee}: table contents ordered before it is reachable`,
    message: violated
      ? `${name} makes a table reachable without a write barrier after its initialisation in line ${fact.at.line}`
      : ordered
        ? ""
        : `${name}: check that ${whom} runs smp_wmb() after the last store to the table and before this point`,
    ...(violated && { since: fact.at }),
    requires: ["smp_wmb() between the initialisation of the table and the store that makes it reachable"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}

/** A table kept in a structure (vmf->prealloc_pte) may be absent: the store of a NULL table is not seen until the next walk. */
function judgeUntested(table: string, call: CallInfo, site: Site): void {
  const field = fieldOf(table);
  if (field === null || site.facts.truths.get(table) !== undefined) return;
  site.judge({
    rule: "map-failure",
    outcome: "unknown",
    what: `${call.step.callee}: table is not NULL`,
    message: `${call.step.text}: ${field} is used without a test for NULL; check that every caller has allocated it`,
  });
}

/** The field a table was read from, as it stood when the function started. */
function fieldOf(table: string): string | null {
  return /^\*.*\.([A-Za-z_]\w*)$/.exec(table)?.[1] ?? null;
}
