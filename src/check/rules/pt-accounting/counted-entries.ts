/**
 * pt-accounting of what is moved between processes: a swap entry is counted in MM_SWAPENTS, a page in the counter of its
 * sort (mm/memory.c, copy_nonpresent_pte()); a deposited table stays in the process that it was allocated for, since
 * architectures keep fragments of a page as tables, by process (arch/powerpc/mm/pgtable-frag.c).
 */
import { truthOf } from "../../facts.ts";
import { equality } from "../../evaluate.ts";
import { kindsWritten } from "../../written-kinds.ts";
import type { CallInfo, Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

const ofPages: ReadonlySet<string> = new Set(["g:MM_ANONPAGES", "g:MM_FILEPAGES", "g:MM_SHMEMPAGES"]);

/** What was stored last is the value of a swap entry: not a page, and not a swap entry that was made of one. */
export function judgeCounter(member: string, call: CallInfo, site: Site): void {
  const kinds = kindsWritten(site.facts);
  if (!ofPages.has(member) || kinds.length === 0) return;
  const wrong = kinds.every((kind) => kind === "swap");
  site.judgeAtCall((outer) => ({
    rule: "pt-accounting",
    outcome: wrong ? "violated" : "proved",
    what: `${call.step.callee}: counter of what the entry holds`,
    ...(outer ? { by: site.frame.fn.name } : {}),
    message: wrong ? `${outer ? `${outer.step.callee}(), which calls ` : ""}${call.step.text}${outer ? "," : ""} counts a page where a swap entry was moved: MM_SWAPENTS counts those` : "",
    group: "counter of swap entries",
    requires: ["MM_SWAPENTS for swap entries, MM_ANONPAGES and the like for pages"],
    references: call.contract?.references ?? [],
  }));
}

export function judgeDeposit(call: CallInfo, site: Site): void {
  const deposits = call.contract?.effects?.some((e) => e.do === "ledger" && e.side === "tables" && e.by === "one more") ?? false;
  const from = deposits ? site.callOf(call.arg("table")) : null;
  if (!from?.contract?.effects?.some((e) => e.do === "ledger" && e.side === "tables" && e.by === "one less")) return;
  const [source, target] = [from.arg("mm"), call.arg("mm")];
  const other = isProcess(source, site) && isProcess(target, site) && source !== target && truthOf(equality(source, target), site.facts) !== true;
  site.judge({
    rule: "pt-accounting",
    outcome: other ? "violated" : "proved",
    what: `${call.step.callee}: table of the same process`,
    message: other ? `${call.step.text} deposits a table that ${from.step.text} took from another process: architectures that keep several tables in a page do so for one process each` : "",
    requires: ["a table allocated for the process that it is deposited in"],
    references: [{ file: "arch/powerpc/mm/pgtable-frag.c", where: "pte_fragment_alloc()", version: "6.12" }],
  });
}

/** A parameter that is a process: by other names two may be one. */
function isProcess(symbol: string, site: Site): boolean {
  return site.frame.fn.params.some((param) => symbol === sym.parameter(site.frame.id, param) && site.frame.fn.vars.get(param)?.type === "struct mm_struct *");
}
