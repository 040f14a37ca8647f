/**
 * lockless-read: an entry that may change is read once, by a load the compiler must not repeat or tear. Three shapes
 * are certain: READ_ONCE() around a pointer variable instead of the memory; one condition that reads the same entry
 * twice where this function reached it without a lock; plain loads of two halves of one entry without smp_rmb().
 */
import type { Loc } from "../../c/ir.ts";
import { coversEntries } from "../effects.ts";
import type { Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";

export const locklessRead: Rule = {
  id: "lockless-read",

  onLoad: (step, address, site) => {
    judgeHalves(address, site);
    if (step.marking !== "READ_ONCE" || step.place.k !== "var") return;
    const variable = site.frame.fn.vars.get(step.place.name);
    const isPointer = variable ? variable.type.endsWith("*") : false;
    if (!isPointer || !readsEntryHalves(step.place.name, site)) return;
    site.judge({
      rule: "lockless-read",
      outcome: "violated",
      what: "READ_ONCE() on the memory",
      message: `READ_ONCE() wraps the pointer ${step.place.name}, not the memory it points to: the loads through it stay plain`,
      requires: ["READ_ONCE() on each load of the entry"],
    });
  },

  onAccess: (access, site) => {
    if (access.step.op !== "load" || access.step.marking !== null) return;
    const { facts } = site;
    if (facts.locks.some((l) => coversEntries(l.class)) || facts.walks.size > 0 || facts.unseenLocks) return;
    const origin = site.callOf(sym.splitMove(access.pointer).root)?.contract;
    if (!origin?.returns?.entry && !origin?.effects?.some((e) => e.do === "map")) return;
    const earlier = earlierPlainRead(access.pointer, access.step.loc, site);
    if (earlier === null) return;
    site.judge({
      rule: "lockless-read",
      // Upper entries are tested this way all over mm/ and read again under the lock; only ptes change at any time.
      outcome: access.level === "pte" ? "violated" : "unknown",
      what: `${access.level} entry read once`,
      message: access.level === "pte" ? "the pte entry is read again in one expression by a plain load without its lock: the two reads may see different values" : "",
      requires: [`one read of the entry into a local (${access.level === "pte" ? "ptep_get_lockless" : `${access.level}p_get_lockless`}()), tests on the copy`],
    });
  },
};

/** The second half of a two-word entry, read through a parameter that points to one. */
function judgeHalves(address: string, site: Site): void {
  const { root, offset } = sym.splitMove(address);
  if (offset !== 1n || !root.startsWith("$") || !site.frame.fn.params.some((param) => root === sym.parameter(site.frame.id, param) && readsEntryHalves(param, site))) return;
  const first = site.facts.memory.get(sym.firstHalf(root));
  if (first === undefined) return;
  site.judge({
    rule: "lockless-read",
    outcome: first === "ordered" ? "proved" : "violated",
    what: "smp_rmb() between the halves of an entry",
    message: first === "ordered" ? "" : "the two halves of the entry are read without smp_rmb() between them: halves of different values can be joined",
    requires: ["smp_rmb() between the loads of the two halves"],
  });
}

/** The pointer whose READ_ONCE() we look at is a view of an entry: cast from a parameter of entry type. */
function readsEntryHalves(name: string, site: Site): boolean {
  return site.frame.fn.params.some((param) => {
    const type = site.frame.fn.vars.get(param)?.type ?? "";
    return param === name && /^(pte|pmd|pud|p4d|pgd)_t \*$/.test(type);
  });
}

/** Whether a plain read of the same entry stands on the same line, unlocked. */
function earlierPlainRead(pointer: string, loc: Loc, site: Site): Loc | null {
  const known = site.facts.memory.get(`e:${pointer}`);
  const fact = known === undefined ? undefined : site.facts.values.get(known);
  if (!fact || fact.how !== "plain" || fact.under !== "" || fact.at.line !== loc.line) return null;
  return fact.at.column === loc.column ? null : fact.at;
}
