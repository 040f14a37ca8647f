/**
 * hugetlb-share: a PMD table of a hugetlb mapping may be shared with other processes and is taken away by one of them
 * under the VMA lock and i_mmap_rwsem alone, so both or one of these keep it (include/linux/hugetlb.h, comment above
 * huge_pte_offset(); mm/hugetlb.c, huge_pmd_unshare()). How many share it is in the table's own counter: the reference
 * count of its page is raised by whoever comes across it.
 */
import { operandsOf, walkExpr } from "../../c/index.ts";
import type { Expr, FunctionIr } from "../../c/ir.ts";
import { judgeHeld } from "../held.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { memoByObject } from "../../util/memo.ts";

export const hugetlbShare: Rule = {
  id: "hugetlb-share",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "held" && requirement.rule === "hugetlb-share") {
      // GUP-fast keeps interrupts off, and a table that a walk structure holds was reached under the walk's own lock.
      if (site.facts.locks.some((l) => l.class === "irq-off")) return;
      judgeHeld(requirement, call, site);
    }
    if (requirement.need === "no-table-page") judgeCount(call.arg(requirement.page), call, site);
  },
};

/** The page is the one that a table lies in: virt_to_page() was given a pointer to an entry. */
function judgeCount(page: string, call: CallInfo, site: Site): void {
  const found = site.callOf(page);
  const address = found?.contract?.returns?.pageOf === undefined ? undefined : found.step.args[0];
  if (address === undefined || !isEntryPointer(address, site) || isAskedForAny(call.step.dst, site)) return;
  site.judge({
    rule: "hugetlb-share",
    outcome: "violated",
    what: `${call.step.callee}: no page-table page`,
    message: `${call.step.callee}() of a page-table page is taken for the number of its users, but others raise that count (try_get_folio())`,
    requires: ["the table's own share count (ptdesc_pmd_is_shared(), since 6.13 and in stable trees)"],
    references: call.contract?.references ?? [],
  });
}

/** `WARN_ON(!page_count(page))`: whether there is a user at all says nothing of their number. */
function isAskedForAny(count: string | null, { frame: { fn } }: Site): boolean {
  return count !== null && !usedAsNumbers(fn).has(count);
}

/** Variables whose values matter beyond whether they are zero; a function may count thousands of pages, so all are looked for at once. */
export const usedAsNumbers: (fn: FunctionIr) => ReadonlySet<string> = memoByObject((fn) => {
  const used = new Set<string>();
  const look = (expr: Expr): void => {
    if (!isZeroTest(expr)) walkExpr(expr, (one) => void (one.k === "var" && used.add(one.name)));
  };
  for (const { steps, end } of fn.blocks) {
    for (const step of steps) for (const operand of operandsOf(step)) look(operand);
    if (end.k === "branch" && end.cond.k !== "var") look(end.cond);
    if ((end.k === "return" || end.k === "switch") && end.value !== null) look(end.value);
  }
  return used;
});

/** `!count`, `count == 0`, `count != 0`: of the variable itself, not of what is computed from it. */
function isZeroTest(expr: Expr): boolean {
  if (expr.k === "unary") return expr.op === "!" && expr.arg.k === "var";
  return expr.k === "binary" && /^[=!]=$/.test(expr.op) && expr.left.k === "var" && expr.right.k === "num" && expr.right.value === 0n;
}

/** Where the declaration lies in a gap, the name tells. */
function isEntryPointer(address: Expr, site: Site): boolean {
  const type = site.types.ofExpr(address);
  if (type !== "" || !site.frame.fn.partial) return /^p(?:te|md|ud)_t \*$/.test(type);
  return address.k === "var" && /(?:^|_)(?:pte|pmd|pud)p?(?:#\d+)?$/.test(address.name);
}
