/**
 * stale-read: what was decided on a value read before the lock was taken (or before it was dropped and retaken) is
 * looked at again under it before the entry is changed. A table or huge entry is installed only over an entry that was
 * looked at under the lock that this function took, decided before or not: another CPU may have installed one
 * (mm/memory.c, pmd_install()).
 */
import { isOwnVariable } from "../duties.ts";
import { comparedIn } from "../compared.ts";
import { entryKey } from "../entry-effects.ts";
import { covering, describeLock, coversEntries } from "../locks.ts";
import type { LockFact } from "../facts.ts";
import { judgeAccessKept } from "../granted.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import { looks, userfaultfd } from "../steady-fields.ts";
import { judgeClearedValue } from "./entry-kind/asserted.ts";
import { isBlindWrite } from "./stale-read/blind-write.ts";
import { judgeTableRemoval } from "./stale-read/removed-table.ts";
import type { Level } from "../../rulebook/schema.ts";
import * as sym from "../symbols.ts";
import { isUncheckedTable } from "./stale-read/unchecked-table.ts";
import { judgeKeptFolio } from "./stale-read/kept-folio.ts";
import { formerValue } from "./stale-read/written-back.ts";

export const staleRead: Rule = {
  id: "stale-read",

  onCall: (call, site) => {
    judgeKeptFolio(call, site);
    noteTransient(call, site);
    judgeTableRemoval(call, site);
    const getsCompared = call.contract?.effects?.some((effect) => effect.do === "read") === true && comparedIn(site.frame.fn).withValue.has(call.step.dst ?? "");
    if (!call.contract?.returns?.same && !getsCompared) return;
    site.judge({ rule: "stale-read", outcome: "proved", what: comparedAgain, message: "", quiet: "deed" });
  },

  onAccess: (access, site) => {
    if (access.step.op === "load" && comparedIn(site.frame.fn).withValue.has(access.step.dst)) {
      site.judge({ rule: "stale-read", outcome: "proved", what: comparedAgain, message: "", quiet: "deed" });
    }
  },

  onFailedAssertion: judgeClearedValue,

  // Of a VMA lock taken right before lines that are not shown: what was asked before it is asked again there, or not at all.
  onGap: (site) => {
    const held = site.facts.locks.find((l) => l.class === "vma" && l.origin === "taken" && l.certain);
    if (held) judgeLooks(held, site);
  },

  onRelease: (lock, held, site) => {
    if (held?.class === "vma") judgeLooks(held, site);
  },

  onReturn: (value, site) => {
    const held = site.facts.locks.find((l) => l.class === "vma" && l.origin === "taken");
    if (held && sym.asNumber(value) === null) judgeLooks(held, site);
  },

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "access-kept") judgeAccessKept(call, site);
    if (requirement.need === "rmap-unchanged") judgeLastCheck(call.arg(requirement.folio), call, site);
    if (requirement.need !== "recheck") return;
    const pointer = call.arg(requirement.entry);
    if (isOwnVariable(pointer)) return;
    const { facts } = site;
    if (!requirement.result) judgeTransientNone(pointer, requirement.level, call, site);
    const own = facts.locks.find((l) => coversEntries(l.class) && l.origin === "taken" && l.certain);
    if (!own) {
      if (!requirement.result) site.judge({ rule: "stale-read", outcome: "unknown", what: demand(call, requirement.level), message: "", quiet: "demand" });
      return;
    }
    const fact = facts.entries.get(entryKey(pointer, facts));
    const installs = call.contract?.effects?.some((e) => e.do === "install") ?? false;
    if (installs && (putsTableBack(call, site) || isOwnTable(pointer, site))) return;
    const decided = fact?.decided ?? null;
    if (requirement.result && (call.step.dst !== null || decided === null || site.frame.fn !== site.reviewed)) return;
    const former = fact?.rechecked ? null : formerValue(pointer, call, site);
    if (!installs && decided === null && !fact?.rechecked && former === null && !isBlindWrite(pointer, call, site)) {
      site.judge({ rule: "stale-read", outcome: "unknown", what: demand(call, requirement.level), message: "", quiet: "demand" });
      return;
    }
    const taken = isUncheckedTable(pointer, site);
    const rechecked = (fact?.rechecked ?? false) && !taken;
    const since = taken ? ", and nothing shows that the table, which was mapped without it, is still there" : former ? ` to what follows from ${former}, and does not compare the two` : decided ? `, but the decision of line ${decided.line} was taken before it` : "";
    site.judge({
      rule: "stale-read",
      outcome: rechecked ? "proved" : "violated",
      what: demand(call, requirement.level),
      message: rechecked ? "" : `${call.step.callee}() changes the ${requirement.level} entry under the lock taken in line ${own.at.line}${since || " without looking at it under that lock"}`,
      requires: ["the entry is tested again under its lock before it is changed"],
      ...(call.contract ? { references: call.contract.references } : {}),
    });
  },
};

/** The entry lies in a table that a function without a contract has just returned (crst_table_alloc()), or nobody knows where. */
function isOwnTable(pointer: string, site: Site): boolean {
  const { root } = sym.splitMove(pointer);
  const made = site.callOf(root);
  return root.startsWith("?") || (made !== null && made.contract === null);
}

const comparedAgain = "the entry is compared with its former value";

/** A field that decided the path was looked at before the lock that keeps it was taken, and not again since. */
function judgeLooks(held: LockFact, site: Site): void {
  for (const field of looks("fresh", site.facts)) site.judge({ rule: "stale-read", outcome: "proved", what: `${field} looked at under the lock that keeps it`, message: "" });
  for (const field of looks("stale", site.facts)) {
    const [decided, again, test] =
      field === userfaultfd
        ? ["whether userfaultfd is at work in the VMA was asked", "it is not asked", "userfaultfd_armed()"]
        : [`what follows from ->${field} was decided`, `->${field} is not looked at`, `->${field}`];
    site.judge({
      rule: "stale-read",
      outcome: "violated",
      what: `${field} looked at under the lock that keeps it`,
      message: `${decided} before the ${describeLock(held)} of line ${held.at.line} was taken, and ${again} again under it`,
      group: `${field} under ${held.id}`,
      requires: [`${test} is tested under the VMA lock`],
      ...(site.frame.fn.partial ? { assumed: ["the lines of the function that are not shown do not look at it again"] } : {}),
    });
  }
}

/** Whether GUP-fast has pinned the folio is asked last, when its entry is cleared; where it has, all has to be as it was. */
function judgeLastCheck(folio: string, call: CallInfo, site: Site): void {
  const changed = site.facts.memory.get(sym.changedRmap(folio));
  site.judge({
    rule: "stale-read",
    outcome: changed === undefined ? "proved" : "violated",
    what: `${call.step.callee}: asked before the rmap of the folio changes`,
    message: changed === undefined ? "" : `${call.step.text} may make this function give up, but ${changed} has changed the reverse mapping of the folio before: it stays changed though the folio stays where it was`,
    requires: ["the reverse mapping is changed after the last check that may fail"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}

/** A changed copy of a huge entry's value will be put back: the entry should not have been none meanwhile. */
function noteTransient(call: CallInfo, site: Site): void {
  const level = /^(pmd|pud)_/.exec(call.step.callee ?? "")?.[1];
  if (call.contract?.returns?.like === undefined || level === undefined) return;
  const cleared = Array.from(site.facts.memory.keys()).some((key) => key.startsWith("c:"));
  site.judge({ rule: "stale-read", outcome: cleared ? "unknown" : "proved", what: `${level} entry never none between two values`, message: "", quiet: "demand" });
}

function demand(call: CallInfo, level: Level): string {
  return `${call.step.callee}: ${level} entry re-checked under the lock`;
}

/** pmd_populate(mm, pmd, pmd_pgtable(old)): a table that an entry held before is put back or moved; nothing new is installed. */
function putsTableBack(call: CallInfo, site: Site): boolean {
  const table = call.contract?.effects?.find((e) => e.do === "install");
  const origin = table?.do === "install" ? site.callOf(call.arg(table.table)) : null;
  return /^p[mug4]d_pgtable$/.test(origin?.step.callee ?? "");
}

/**
 * A huge entry that is cleared and set again under its lock is none for a moment: MADV_DONTNEED, which looks at it
 * without the lock (mm/memory.c, zap_pmd_range()), takes the range for empty and skips it.
 */
function judgeTransientNone(pointer: string, level: Level, call: CallInfo, site: Site): void {
  const cleared = site.facts.memory.get(sym.clearedBy(pointer));
  if (cleared === undefined || level === "pte" || covering(site.facts).length === 0) return;
  site.judge({
    rule: "stale-read",
    outcome: "violated",
    what: `${call.step.callee}: ${level} entry never none in between`,
    message: `${call.step.callee}() sets again a huge ${level} entry that ${cleared} cleared: in between it is none, and code that looks at it without the lock takes the range for empty`,
    requires: [`${level}p_invalidate(), which keeps the entry from being none`],
  });
}
