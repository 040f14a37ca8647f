/**
 * table-free: a table that was reachable is used for something else only when nobody can be in it any more. GUP-fast
 * walks with interrupts off and no lock, so after the entry is cleared and flushed the table waits for an IPI
 * (tlb_remove_table_sync_one()) or a grace period (pte_free_defer(), pte_free_tlb()): mm/mmu_gather.c, "Semi RCU freeing
 * of the page directories". Kernel tables wait for the flush of what CPUs have cached of them.
 *
 * Who dumps the kernel's tables walks them under the mmap lock of init_mm, which whoever frees one holds for reading.
 *
 * The other half: a walk of a process without its locks keeps interrupts off, or the table may go under it.
 */
import { compareVersions } from "../../util/version.ts";
import { detachedTable, isOwnVariable } from "../duties.ts";
import { isDetached } from "../table-duties.ts";
import type { Level } from "../../rulebook/schema.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { judgeHeld } from "../held.ts";
import { isKernelTable } from "../whose-tables.ts";
import { judgeRangeTest } from "./table-free/range-tests.ts";

export const tableFree: Rule = {
  id: "table-free",

  onCall: (call, site) => {
    for (const effect of call.contract?.effects ?? []) {
      if (effect.do === "read") noteKept(call.arg(effect.entry), effect.level, site);
      if (effect.do === "reuse-table") judgeReuse(call.arg(effect.table), effect.how, call, site);
    }
  },

  onBranch: judgeRangeTest,

  onAccess: (access, site) => {
    if (access.step.op === "load") noteKept(access.pointer, access.level, site);
  },

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "held" && requirement.rule === "table-free" && !isBeyondDumps(call, site)) judgeHeld(requirement, call, site);
    if (requirement.need !== "walkers-kept") return;
    const tables = call.arg(requirement.tables);
    const kept = site.facts.locks.filter((l) => l.class === "irq-off" || l.class === "mmap");
    const bare = kept.length === 0 && !site.facts.unseenLocks && isOwnVariable(tables);
    site.judge({
      rule: "table-free",
      outcome: kept.some((l) => l.certain) ? "proved" : bare ? "violated" : "unknown",
      what: `${call.step.callee}: tables kept while they are walked`,
      message: bare ? `${call.step.text} walks page tables without a lock and with interrupts on: a table may be freed and used for something else under the walk` : "",
      requires: ["interrupts off (local_irq_save()) or mmap_lock held around a walk of user page tables"],
      ...(call.contract ? { references: call.contract.references } : {}),
    });
  },
};

/** Nobody dumps tables while the kernel starts, nor comes by one that hangs in a local copy of its entry only. */
function isBeyondDumps(call: CallInfo, { frame: { fn }, reviewed }: Site): boolean {
  return isOwnVariable(call.args[0] ?? "") || [fn, reviewed].some(({ attributes }) => attributes.includes("__init"));
}

/** Whether something keeps the table of an entry that is read: who drops that has to show what does it now. */
function noteKept(entry: string, level: Level, site: Site): void {
  // A pte that is read is mapped, or found missing by map-failure.
  if (level === "pte" || isOwnVariable(entry)) return;
  const kept = site.facts.walks.size > 0 || site.facts.maps.length > 0 || site.facts.locks.some((l) => l.certain && l.class !== "folio");
  site.judge({ rule: "table-free", outcome: kept ? "proved" : "unknown", what: `tables kept while the ${level} entry is read`, message: "", quiet: "demand" });
}

function judgeReuse(table: string, how: "now" | "later", call: CallInfo, site: Site): void {
  const detached = site.facts.duties.get(detachedTable);
  if (!detached || !isDetached(table, site)) return;
  const waited = how === "later" || detached.state === "left" || (detached.state === "flushed" && isKernel(call));
  const early = !waited && detached.state === "walked" && ((isKernel(call) && !isOfGuests(call, site)) || (isLive(site) && compareVersions(site.rulebook.era, "6.1") >= 0));
  const wait = isKernel(call) ? "flush_tlb_kernel_range()" : "tlb_remove_table_sync_one()";
  site.judge({
    rule: "table-free",
    outcome: waited ? "proved" : early ? "violated" : "unknown",
    what: `${call.step.callee}: table left by lockless walkers`,
    message: early ? `${call.step.text} uses a table for something else whose entry was cleared in line ${detached.at.line}, without ${wait} in between: ${isKernel(call) ? "CPUs may still walk it by what they have cached of the upper entry" : "GUP-fast may still be in it (MMU_GATHER_RCU_TABLE_FREE)"}` : "",
    requires: [isKernel(call) ? `${wait} between the clear and the free` : `${wait} between the clear and the new use, or a free by RCU (pte_free_defer(), pte_free_tlb())`],
  });
}

/** Tables of the kernel: freed for init_mm, or for no mm. */
function isKernel(call: CallInfo): boolean {
  return !call.contract?.params.includes("mm") || isKernelTable(call);
}

/** KVM frees its own tables for no mm, too: those of a guest, and on arm64 those of the hypervisor, which no CPU of the kernel's walks. */
function isOfGuests(call: CallInfo, site: Site): boolean {
  const mm = call.contract?.params.indexOf("mm") ?? -1;
  return call.args[mm] === "#0" && /^(?:virt\/kvm|arch\/[^/]+\/kvm)\//.test(site.reviewed.file);
}

/** Somebody uses the address space: its locks are taken or asserted. A teardown takes none. */
function isLive(site: Site): boolean {
  return site.facts.released.size > 0 || site.facts.locks.some((l) => l.class !== "irq-off" && l.class !== "rcu");
}
