/**
 * A walk at an address under mmap_lock for reading finds tables that stay only where a VMA is: munmap() takes VMAs out of
 * the tree, downgrades its lock and frees their tables beside other readers (mm/vma.c, vms_complete_munmap_vmas()). Who
 * looks a VMA up looks at what came back before he walks.
 */
import { inEra } from "../../../util/version.ts";
import { describeLock } from "../../locks.ts";
import { truthOf } from "../../facts.ts";
import type { CallInfo, Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

export function judgeFound(mm: string, call: CallInfo, site: Site): void {
  const { facts, frame } = site;
  const lock = facts.locks.find((l) => l.class === "mmap" && l.mode === "read" && l.certain);
  if (!lock || !inEra(site.rulebook.era, { since: "4.20" })) return;
  const looked = Array.from(frame.fn.vars.values()).flatMap((v) => {
    if (!/^(?:const )?struct vm_area_struct \*$/.test(v.type)) return [];
    const vma = facts.memory.get(sym.variableAddress(frame.id, v.name)) ?? "";
    const found = site.callOf(vma);
    return found?.contract?.returns?.vma === true && found.arg("mm") === mm ? [{ vma, found }] : [];
  });
  const last = looked.at(-1);
  if (!last) return;
  const shown = looked.some(({ vma }) => truthOf(vma, facts) === true);
  site.judge({
    rule: "walk-context",
    outcome: shown ? "proved" : "violated",
    what: `${call.step.callee}: a VMA was found`,
    message: shown ? "" : `${call.step.callee}() walks page tables before it is known whether ${last.found.step.callee}() in line ${last.found.step.loc.line} found a VMA: where there is none, munmap() may be freeing the tables under the ${describeLock(lock)} that it has downgraded`,
    requires: ["a test of what the look-up of the VMA returned, before the walk"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}
