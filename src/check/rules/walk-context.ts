/**
 * walk-context: tables are walked, filled and removed only while something keeps them: the mmap lock, the VMA's lock or
 * an rmap lock for a walk; a VMA for new tables, since free_pgtables() takes what lies outside; for the removal of a
 * table (before 6.6) every lock under which a walk may start (Documentation/mm/process_addrs.rst). The VMA itself is
 * kept by the mmap lock or its own, and is not touched once they are dropped.
 */
import type { Expr, Loc, Place } from "../../c/ir.ts";
import { inEra } from "../../util/version.ts";
import { stepsOf } from "../../c/index.ts";
import { lockOfRef } from "../locks.ts";
import { evaluate } from "../evaluate.ts";
import { truthOf } from "../facts.ts";
import { evidenceAgainst, judgeHeld } from "../held.ts";
import { judgeHandedGrabbed, judgeLockOfGrabbed } from "./walk-context/pinned-mm.ts";
import { judgePutBack } from "./walk-context/put-back.ts";
import { judgeFound } from "./walk-context/vma-found.ts";
import { droppedSince } from "../vma-sessions.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";

export const walkContext: Rule = {
  id: "walk-context",

  onRequirement: (requirement, call, site) => {
    if (requirement.need === "held" && requirement.rule === "walk-context") judgeHeld(requirement, call, site);
    if (requirement.need === "vma-found") judgeFound(call.arg(requirement.mm), call, site);
    if (requirement.need === "vma") judgeVma(call.arg(requirement.mm), call, site);
    if (requirement.need === "no-rmap-walkers" && inEra(site.rulebook.era, { until: "6.5" })) {
      judgeRemoval(requirement.vma, call, site);
      judgeExclusive(call, site);
    }
    if (requirement.need === "no-rmap-walkers") judgeAnonVma(call, site);
  },

  onAcquire: (lock, _held, site) => judgeLockOfGrabbed(lock, site),

  onLoad: (step, _address, site) => {
    const pointer = basePointer(step.place);
    if (pointer) judgeUse(evaluate(pointer, site.facts, site.frame), "is read", site);
  },

  onCall: (call, site) => {
    judgePutBack(call, site);
    judgeHandedGrabbed(call, site);
    if (call.contract?.effects?.some((e) => e.do === "release") ?? false) return;
    for (const arg of call.args) judgeUse(arg, `is handed to ${call.step.callee ?? "a function"}()`, site);
  },
};

/** `p` of `p->a.b[i]`. */
function basePointer(place: Place): Expr | null {
  if (place.k === "deref") return place.ptr;
  return place.k === "field" || place.k === "index" ? basePointer(place.base) : null;
}

/** A VMA that a look-up gave, touched when what kept it is gone. */
function judgeUse(pointer: string, verb: string, site: Site): void {
  const found = site.callOf(pointer);
  const { locks, released } = site.facts;
  const dropped = droppedSince(pointer, site.facts);
  if (found !== null && dropped !== null && locks.some((l) => l.class === "mmap" && l.certain) && !locks.some((l) => l.class === "vma" && l.origin === "taken")) {
    site.judge({
      rule: "walk-context",
      outcome: "violated",
      what: "VMA looked up under the lock that is held",
      message: `the VMA of line ${found.step.loc.line} ${verb} under a mmap_lock that was dropped in line ${dropped} and taken again since: it may be freed or another one by now`,
      requires: ["a new look-up of the VMA after mmap_lock is taken again"],
      group: `VMA of line ${found.step.loc.line}`,
    });
    return;
  }
  if (found?.contract?.returns?.vma !== true && dropped === null) return;
  if (locks.some((l) => l.class === "mmap" || l.class === "vma" || l.class === "rcu" || l.class === "i_mmap") || site.facts.unseenLocks) return;
  const [, at] = Array.from(released).findLast(([id]) => /^(?:caller's )?lock\((?:mmap|vma),/.test(id)) ?? [];
  const line = dropped ?? at?.line;
  if (line === undefined || truthOf(pointer, site.facts) === false) return;
  const which = found === null ? "a VMA" : `the VMA of line ${found.step.loc.line}`;
  site.judge({
    rule: "walk-context",
    outcome: "violated",
    what: "VMA used under its lock",
    message: `${which} ${verb} after the lock that kept it was released in line ${line}`,
    requires: ["mmap_lock or the VMA's lock"],
    group: found === null ? `VMA of several paths` : `VMA of line ${found.step.loc.line}`,
  });
}

/** New tables belong into a VMA that was looked up. */
function judgeVma(mm: string, call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const vmas = Array.from(fn.vars.values()).filter((v) => /^(?:const )?struct (?:vm_area_struct|vm_fault|mm_walk) \*$/.test(v.type));
  // The mm of another structure is that of a running process; one in a variable may be private to the code (text patching, EFI).
  const foreign = /^\*\$\d+:.*\.mm$/.test(mm);
  if (vmas.length === 0 && !foreign) return;
  const known = vmas.some((v) => v.kind === "param" || truthOf(site.facts.memory.get(sym.variableAddress(site.frame.id, v.name)) ?? "", site.facts) === true);
  site.judge({
    rule: "walk-context",
    outcome: known ? "proved" : vmas.length === 0 ? "violated" : "unknown",
    what: `${call.step.callee}: inside a VMA`,
    message: known ? "" : `${call.step.callee}() walks and fills page tables of a process at an address that was not shown to lie in a VMA`,
    requires: ["vma_lookup() under the mmap lock"],
    references: call.contract?.references ?? [],
  });
}

/** Before 6.6 a table is freed at once, so no rmap walk may be in it. */
function judgeRemoval(vma: string, call: CallInfo, site: Site): void {
  const wanted = [
    { ...lockOfRef({ class: "i_mmap", of: `${vma}.vm_file.f_mapping` }, call) },
    { ...lockOfRef({ class: "anon_vma", of: `${vma}.anon_vma` }, call) },
  ];
  const held = site.facts.locks.filter((l) => (l.class === "i_mmap" || l.class === "anon_vma") && l.mode === "write");
  const evidence = held.length > 0 || site.facts.unseenLocks ? null : evidenceAgainst(wanted, site);
  const proved = held.some((l) => l.certain);
  site.judge({
    rule: "walk-context",
    outcome: proved ? "proved" : evidence === null ? "unknown" : "violated",
    what: `${call.step.callee}: rmap walkers excluded`,
    message: proved ? "" : evidence === null ? `whether rmap walkers are excluded where ${call.step.callee}() removes a table cannot be seen here` : `${call.step.callee}() removes a page table while rmap walkers may be in it: ${evidence}`,
    requires: ["i_mmap_rwsem (write) of a file mapping, the anon_vma lock (write) of a VMA that has one"],
    assumed: evidence === null && !proved ? ["locks at function entry: not known"] : [],
    references: call.contract?.references ?? [],
  });
}

/** Faults walk under the mmap lock held for reading: who removes a table holds it for writing. */
function judgeExclusive(call: CallInfo, site: Site): void {
  const lock = site.facts.locks.find((l) => l.class === "mmap" && l.certain && l.origin === "taken");
  if (!lock) return;
  const shared = lock.mode === "read";
  site.judge({
    rule: "walk-context",
    outcome: shared ? "violated" : "proved",
    what: `${call.step.callee}: mmap_lock held for writing`,
    message: shared ? `${call.step.callee}() removes a page table under the mmap_lock of line ${lock.at.line}, which is held for reading only: a page fault may be in the table` : "",
    requires: ["mmap_lock for writing"],
    references: call.contract?.references ?? [],
  });
}

/** vma->anon_vma is set under the mmap lock for reading: a look at it counts only under the lock that was taken since. */
function judgeAnonVma(call: CallInfo, site: Site): void {
  const lock = site.facts.locks.filter((l) => (l.class === "mmap" && l.mode === "write") || l.class === "pmd-ptl").at(-1);
  if (!lock || lock.origin !== "taken" || lock.by !== site.frame.fn.name || site.facts.locks.some((l) => l.class === "anon_vma")) return;
  const looks = stepsOf(site.frame.fn).filter((step) => step.op === "load" && step.place.k === "field" && step.place.field === "anon_vma").map((step) => step.loc);
  if (!looks.some((loc) => isBefore(loc, lock.at))) return;
  const again = looks.some((loc) => isBefore(lock.at, loc) && isBefore(loc, call.step.loc));
  site.judge({
    rule: "walk-context",
    outcome: again ? "proved" : "violated",
    what: `${call.step.callee}: anon_vma looked at under the lock`,
    message: again ? "" : `vma->anon_vma was tested before the lock of line ${lock.at.line} was taken and not again under it: a fault may have attached one, and rmap walkers reach the table that ${call.step.callee}() removes`,
    requires: ["a test of vma->anon_vma under the lock"],
  });
}

function isBefore(a: Loc, b: Loc): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
