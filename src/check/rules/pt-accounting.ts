/**
 * pt-accounting: the count of page tables (mm->pgtables_bytes) and the tables that hang in the page tables, or wait
 * deposited under a huge pmd, change together: mm_inc_nr_ptes() with pmd_populate() or a deposit, mm_dec_nr_ptes() with
 * a removal or a withdrawal (mm/memory.c, pmd_install(); mm/huge_memory.c, zap_deposited_table()).
 *
 * The counters of pages and swap entries follow what the entries hold, and a deposited table stays with its process.
 */
import { judgeCounter, judgeDeposit } from "./pt-accounting/counted-entries.ts";
import { hasEffect } from "../call-graph.ts";
import { ledgerKey } from "../duties.ts";
import type { Duty } from "../facts.ts";
import type { Rule, Site } from "../model.ts";
import type { Level } from "../../rulebook/schema.ts";
import { isUserContext } from "../whose-tables.ts";

const levels: readonly Level[] = ["pte", "pmd", "pud"];

export const ptAccounting: Rule = {
  id: "pt-accounting",

  onCall: judgeDeposit,

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "counts-kind") judgeCounter(call.arg(requirement.member), call, site);
  },

  onReturn: (_value, site) => {
    for (const level of levels) {
      const moves = movesTables(level, site);
      const keeps = moves && counts(level, site);
      const sum = site.facts.duties.get(ledgerKey(level));
      if (sum) judgeSum(level, sum, keeps, site);
      else if (moves) site.judge({ rule: "pt-accounting", outcome: "proved", what: `${level} tables counted`, message: "" });
    }
  },
};

function counts(level: Level, site: Site): boolean {
  return hasEffect(site.frame.fn, site.rulebook, (e) => e.do === "ledger" && e.level === level && e.side === "count");
}

const above: Readonly<Partial<Record<Level, Level>>> = { pte: "pmd", pmd: "pud", pud: "p4d" };

/** It installs, deposits, removes or withdraws tables; one that counts alone does so for tables it keeps elsewhere. */
function movesTables(level: Level, site: Site): boolean {
  return hasEffect(site.frame.fn, site.rulebook, (e) => (e.do === "ledger" && e.level === level && e.side === "tables") || (e.do === "install" && e.level === above[level]));
}

function judgeSum(level: Level, sum: Duty, keeps: boolean, site: Site): void {
  const more = Number(sum.state) > 0;
  // Upper tables are folded into the pgd on many configurations: a teardown counts only those that exist.
  const folded = level === "pud" && site.facts.locks.length + site.facts.released.size === 0;
  const own = !folded && sum.by === site.frame.fn.name && isUserContext(site) && !site.facts.unseenLocks;
  const violated = own && (keeps || (more && installsOwn(site)));
  site.judge({
    rule: "pt-accounting",
    outcome: violated ? "violated" : "unknown",
    what: `${level} tables counted`,
    ...(violated ? { loc: sum.at } : {}),
    message: violated ? `on a path through ${sum.text}, ${site.frame.fn.name}() ${more ? `leaves one more ${level} table in the page tables than it counts` : `counts one more ${level} table than it leaves in the page tables`}` : "",
    requires: [`mm_inc_nr_${level}s() and mm_dec_nr_${level}s() once for each ${level} table that is installed or deposited, removed or withdrawn`],
  });
}

/** The table was made here, so nobody else has counted it. */
function installsOwn(site: Site): boolean {
  return Array.from(site.facts.tables.values()).some((table) => table.state === "published");
}
