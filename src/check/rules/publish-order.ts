/**
 * publish-order: the stores that initialise a new table come before the store that makes it reachable, because
 * lockless walkers follow the pointer by address dependency alone (mm/memory.c, comment in pmd_install()).
 */
import { anyTable, isOwnVariable } from "../effects.ts";
import type { Rule } from "../model.ts";

export const publishOrder: Rule = {
  id: "publish-order",

  onRequirement: (requirement, call, site) => {
    if (requirement.need !== "ordered-table") return;
    const install = call.contract?.effects?.find((e) => e.do === "install");
    if (install?.do === "install" && isOwnVariable(call.arg(install.entry))) return;
    const table = call.arg(requirement.table);
    const fact = site.facts.tables.get(table);
    const ordered = fact ? fact.state !== "filled" : site.facts.tables.has(anyTable);
    const outcome = ordered ? "proved" : fact ? "violated" : "unknown";
    const name = call.step.text;
    site.judge({
      rule: "publish-order",
      outcome,
      what: `${call.step.callee}: table contents ordered before it is reachable`,
      message:
        outcome === "violated"
          ? `${name} makes the table of line ${fact!.at.line} reachable without a write barrier after its initialisation`
          : outcome === "unknown"
            ? `${name}: check that whoever initialised the table runs smp_wmb() (or releases a lock that orders it) after the last store to it and before this point`
            : "",
      requires: ["smp_wmb() between the initialisation of the table and the store that makes it reachable"],
      ...(call.contract ? { references: call.contract.references } : {}),
    });
  },
};
