/**
 * entry-lock: an entry is changed under the page-table lock of its level (Documentation/mm/process_addrs.rst,
 * "Page table locking details"). Only code that shows that no lock is held is a violation: the entry was reached by a walk in
 * this very function, or the lock was released before on this path. Otherwise the caller may hold it.
 */
import type { Level, LockClass } from "../../rulebook/schema.ts";
import { noCallerHolds } from "../callers-lock.ts";
import { isOwnVariable } from "../duties.ts";
import { covering, coversEntries } from "../locks.ts";
import type { LockFact } from "../facts.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { isKernelTable, isUserContext } from "../whose-tables.ts";

export const entryLock: Rule = {
  id: "entry-lock",

  onRequirement: (requirement, call, site) => {
    if (requirement.need !== "entry-lock") return;
    const entry = call.arg(requirement.entry);
    if (isOwnVariable(entry) || isPrivateTable(entry, site)) return;
    if (isKernelTable(call) && covering(site.facts).length === 0) return;
    judge(entry, requirement.level, call, site);
  },
};

const lockOfLevel: Readonly<Record<Level, LockClass>> = {
  pte: "pte-ptl",
  pmd: "pmd-ptl",
  pud: "pud-ptl",
  p4d: "page_table_lock",
  pgd: "page_table_lock",
};

function judge(entry: string, level: Level, call: CallInfo, site: Site): void {
  const { facts } = site;
  const needed = level === "pte" ? "PTE page-table lock (pte_offset_map_lock())" : `${level.toUpperCase()} page-table lock (${level === "pmd" || level === "pud" ? `${level}_lock()` : "mm->page_table_lock"})`;
  const held = facts.locks.filter((l) => coversEntries(l.class));
  // The lock of a hugetlb entry goes by its size (include/linux/hugetlb.h, huge_pte_lockptr()).
  const split = (level === "pte" || level === "pmd") && isUserContext(site) && !/^(?:set_)?huge_pte/.test(call.step.callee ?? "");
  const coarse = split ? held.find(isCoarse) : undefined;
  const matching = held.find((l) => l !== coarse && isRightLock(l.id, l.class, level, entry, site));
  const walked = Array.from(facts.walks.keys()).some((walk) => entry === sym.initial(sym.field(walk, level)));
  const proved = walked || (matching?.certain ?? false);
  const bare = !proved && held.length === 0 && !facts.unseenLocks;
  const here = bare && (reachedHere(entry, site) || releasedHere(entry, level, site));
  const callers = bare && !here ? callersWithout(entry, site) : null;
  const barred = bare && !here && callers === null && isUserContext(site) ? noCallerHolds(call.step, site) : null;
  const other = !proved && coarse?.certain ? coarse : undefined;
  const shown = here || callers !== null || barred !== null || other !== undefined;
  site.judge({
    rule: "entry-lock",
    outcome: proved ? "proved" : shown ? "violated" : "unknown",
    what: `${call.step.callee}: ${level} lock`,
    message: shown ? `${call.step.callee}() changes a ${level} entry without the page-table lock of its level${callers ? `, and ${callers.map((name) => `${name}()`).join(", ")} calls it without` : barred ? `, which no caller can hold: ${barred}` : other ? `: the mm->page_table_lock of line ${other.at.line} is that only where tables have none of their own` : ""}` : proved || held.length > 0 ? "" : `whether the caller holds the ${needed} at ${call.step.callee}() cannot be seen here`,
    requires: [needed],
    assumed: callers ? [`callers in view: ${callers.map((name) => `${name}()`).join(", ")}`] : shown ? [] : ["locks at function entry: not known"],
    ...(call.contract ? { references: call.contract.references } : {}),
  });
}

/** The lock of all tables of an mm that have none of their own (include/linux/mm.h, pmd_lockptr(), pte_lockptr()). */
function isCoarse({ id, class: lockClass }: LockFact): boolean {
  return lockClass === "page_table_lock" && !id.includes("g:init_mm");
}

/** A lock of unknown identity counts: pointers to locks travel through variables and structures. */
function isRightLock(id: string, lockClass: LockClass, level: Level, entry: string, site: Site): boolean {
  if (lockClass === "spin" || lockClass === "page_table_lock") return true;
  if (lockClass !== lockOfLevel[level]) return false;
  if (level === "pte") {
    const map = site.facts.maps.find((m) => m.pointer === sym.splitMove(entry).root);
    return map === undefined || id === sym.lockOf("pte-ptl", map.of);
  }
  return id === sym.lockOf(lockClass, entry) || sym.splitMove(id).root !== sym.lockOf(lockClass, sym.splitMove(entry).root);
}

/** The entry pointer comes from a walk or map call in this function, so the caller cannot have locked it. */
function reachedHere(entry: string, site: Site): boolean {
  if (!isUserContext(site)) return false;
  const origin = site.callOf(sym.splitMove(entry).root)?.contract;
  const reached = origin?.returns?.entry !== undefined || (origin?.effects?.some((e) => e.do === "map") ?? false);
  return reached && !isUnattached(walkTop(entry, site), site);
}

/** Where the walk that led to an entry began: what the first step of it went below. */
export function walkTop(entry: string, site: Site): string {
  const { root } = sym.splitMove(entry);
  return site.facts.derived.get(sym.walkTop(root)) ?? root;
}

/** A top table that the caller hands over (pgd_alloc() fills one), or that unknown code gave, need not be that of a running process. */
function isUnattached(top: string, site: Site): boolean {
  const { fn, id } = site.frame;
  const made = site.callOf(top);
  if (made !== null && made.contract === null) return true;
  return fn.params.some((param) => sym.parameter(id, param) === top && fn.vars.get(param)?.type === "pgd_t *");
}

/** The callers of this function, when the entry is its parameter and they pass it just reached and unlocked. */
function callersWithout(entry: string, site: Site): readonly string[] | null {
  const param = site.frame.fn.params.find((name) => sym.parameter(site.frame.id, name) === sym.splitMove(entry).root);
  return param === undefined ? null : site.unlockedCallers(param);
}

function releasedHere(entry: string, level: Level, site: Site): boolean {
  const own = sym.lockOf(lockOfLevel[level], sym.splitMove(entry).root);
  if (site.facts.released.has(own)) return true;
  const map = site.facts.maps.find((m) => m.pointer === sym.splitMove(entry).root);
  return map !== undefined && site.facts.released.has(sym.lockOf("pte-ptl", map.of));
}

/** A table mapped through a pmd on the stack is not reachable yet (the split of a huge pmd fills one). */
function isPrivateTable(entry: string, site: Site): boolean {
  const map = site.facts.maps.find((m) => m.pointer === sym.splitMove(entry).root);
  return map !== undefined && isOwnVariable(map.of);
}
