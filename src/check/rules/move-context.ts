/**
 * move-context: a table that is moved from one entry to another takes its page-table lock and its ptes along, so an rmap
 * walker that has reached it by the old address would work on entries of the new one. The rmap locks are held for
 * writing meanwhile (mm/mremap.c, take_rmap_locks(); Documentation/mm/process_addrs.rst, "Moving page tables").
 */
import { describeLock } from "../locks.ts";
import { truthOf } from "../facts.ts";
import { evidenceAgainst } from "../held.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";

const rmapLocks = ["i_mmap", "anon_vma"] as const;

export const moveContext: Rule = {
  id: "move-context",

  onRequirement: (requirement, call, site) => {
    if (requirement.need !== "nonzero" || requirement.rule !== "move-context") return;
    const selector = requirement.of === undefined ? "" : call.arg(requirement.of).replace(/^g:/, "");
    if (requirement.in && !requirement.in.includes(selector)) return;
    const truth = truthOf(call.arg(requirement.value), site.facts);
    site.judge({
      rule: "move-context",
      outcome: truth === true ? "proved" : "violated",
      what: `${call.step.callee}: ${requirement.value}${selector === "" ? "" : ` for ${selector}`}`,
      message: truth === true ? "" : `${call.step.callee}() may run without the rmap locks: ${requirement.says}`,
      requires: ["i_mmap_rwsem and the anon_vma lock for writing"],
      references: call.contract?.references ?? [],
    });
  },

  onCall: (call, site) => {
    const install = call.contract?.effects?.find((e) => e.do === "install");
    if (install?.do !== "install" || !isMovedTable(call.arg(install.table), call.arg(install.entry), site)) return;
    judgeMove(call, site);
  },
};

/** The table that is installed was found by the value of another entry. */
function isMovedTable(table: string, target: string, site: Site): boolean {
  const found = site.callOf(table);
  const of = found?.contract?.returns?.tableOf;
  const value = of === undefined ? undefined : site.facts.values.get(found!.arg(of));
  if (value === undefined || value.entry.startsWith("value ")) return false;
  return value.entry !== sym.splitMove(target).root && !/^&\d+:/.test(target) && !/^&\d+:/.test(value.entry);
}

function judgeMove(call: CallInfo, site: Site): void {
  const held = site.facts.locks.filter((l) => rmapLocks.some((name) => name === l.class) && l.mode === "write");
  const wanted = rmapLocks.map((name) => ({ class: name, id: sym.lockOf(name, "?") }));
  const evidence = held.length > 0 || site.facts.unseenLocks ? null : evidenceAgainst(wanted, site);
  const proof = held.some((l) => l.certain);
  site.judge({
    rule: "move-context",
    outcome: proof ? "proved" : evidence === null ? "unknown" : "violated",
    what: `${call.step.callee}: rmap locks for a moved table`,
    message: proof ? "" : evidence === null ? `whether the rmap locks are held where ${call.step.callee}() moves a table cannot be seen here` : `${call.step.callee}() moves a table while rmap walkers may be in it: ${evidence}`,
    requires: [`${rmapLocks.map((name) => describeLock({ id: "", class: name })).join(" and ")} for writing`],
    assumed: evidence === null && !proof ? ["locks at function entry: not known"] : [],
  });
}

