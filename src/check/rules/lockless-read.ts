/**
 * lockless-read: an entry that may change is read once, by a load the compiler must not repeat or tear. Certain are:
 * READ_ONCE() around a pointer variable instead of the memory; two halves of one entry without smp_rmb() between;
 * a plain load where the function itself walks without locks (it reached the entry by *_offset_lockless(), or has read
 * it by a lockless getter); a pte read twice in one expression without its lock.
 */
import { callHasEffect } from "../call-graph.ts";
import { comparedIn } from "../compared.ts";
import { covering, coversEntries } from "../locks.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { isUserContext } from "../whose-tables.ts";
import { judgeOneWord, judgePlain } from "./lockless-read/marked-read.ts";
import { judgeSpeculation } from "./lockless-read/speculation.ts";
import type { Level } from "../../rulebook/schema.ts";

export const locklessRead: Rule = {
  id: "lockless-read",

  onLoad: (step, address, site) => {
    if (step.place.k === "deref" && step.place.ptr.k === "binary") judgeHalves(address, site);
    if (step.marking === "READ_ONCE" && step.place.k === "var") judgePointerRead(step.place.name, site);
  },

  onAccess: (access, site) => {
    if (access.step.op === "load") noteRepeat(access.pointer, access.level, site);
    if (access.step.op === "load" && unlocked(site)) noteLoad(access.level, access.step.marking !== null, site);
    if (access.step.op === "load" && access.step.marking === null && !isCompared(access.step.dst, site)) judgePlain(access.step.dst, access.level, site);
    if (access.step.op === "load" && access.step.marking !== null && unlocked(site)) judgeOneWord(access.pointer, access.level, "READ_ONCE()", site);
    if (access.step.op !== "load" || access.step.marking !== null || !unlocked(site) || isCompared(access.step.dst, site)) return;
    const walksLockless = site.callOf(sym.splitMove(access.pointer).root)?.contract?.returns?.entry?.lockless ?? false;
    const readBefore = site.facts.memory.has(sym.readLockless(access.pointer));
    if (walksLockless || readBefore) {
      const reason = walksLockless ? "this function walks without locks" : "it has been read by a lockless getter before, and may have changed";
      judgeRead(`the ${access.level} entry is read by a plain load, but ${reason}`, access.level, true, site);
    } else if (readTwice(access.pointer, site)) judgeRead(twice(access.level), access.level, access.level === "pte", site);
  },

  onCall: (call, site) => {
    judgeSpeculation(call, site);
    const read = call.contract?.effects?.find((e) => e.do === "read");
    if (read?.do === "read") noteRepeat(call.arg(read.entry), read.level, site);
    if (read?.do === "read" && unlocked(site)) noteLoad(read.level, true, site);
    if (read?.do === "read" && read.how === "locked" && unlocked(site)) judgeOneWord(call.arg(read.entry), read.level, `${call.step.callee}()`, site);
    if (read?.do !== "read" || read.how === "lockless" || read.level !== "pte" || !unlocked(site)) return;
    const pointer = call.arg(read.entry);
    if (!pointer.startsWith("$") && !pointer.startsWith("*$") && readTwice(pointer, site) && !takesLocks(call, site)) judgeRead(twice("pte"), "pte", true, site);
  },
};

/** Two reads of one entry in one expression, where a lock is not in view, and single reads. */
function noteRepeat(pointer: string, level: Level, site: Site): void {
  if (level !== "pte" || covering(site.facts).length > 0) return;
  const before = site.facts.values.get(site.facts.memory.get(`e:${pointer}`) ?? "");
  const repeated = before !== undefined && before.at.line === site.loc.line && before.at.column !== site.loc.column;
  site.judge({ rule: "lockless-read", outcome: repeated ? "unknown" : "proved", what: `${level} entry read once in an expression`, message: "", quiet: "demand", ...(repeated ? { loc: before.at } : {}) });
}

/** Loads that the compiler must not repeat, and those it may. */
function noteLoad(level: Level, marked: boolean, site: Site): void {
  site.judge({ rule: "lockless-read", outcome: marked ? "proved" : "unknown", what: `${level} entry read without its lock by a marked load`, message: "", quiet: "demand" });
}

/** The value is only compared with one read before (pmd_val(pmd) != pmd_val(*pmdp)): that is the re-check. */
function isCompared(variable: string, site: Site): boolean {
  return comparedIn(site.frame.fn).handed.has(variable);
}

function unlocked(site: Site): boolean {
  return covering(site.facts).length === 0 && !site.facts.unseenLocks && !site.facts.locks.some((l) => l.class === "pte-ptl" || l.class === "spin");
}

function twice(level: Level): string {
  return `the ${level} entry is read again in one expression without its lock: the two reads may see different values`;
}

function judgeRead(message: string, level: Level, certain: boolean, site: Site): void {
  // A lock that a callee was handed may be taken by now: guard(ptl)(pmd_lockptr(mm, pmd)) of a class that is defined elsewhere.
  const known = certain && !site.facts.locks.some((lock) => coversEntries(lock.class) && !lock.certain);
  site.judge({
    rule: "lockless-read",
    // Upper entries are tested twice in a row all over mm/ and read again under the lock; only ptes change at any time.
    outcome: known ? "violated" : "unknown",
    what: `${level} entry read once`,
    message: known ? message : "",
    requires: [`one read of the entry into a local (${level === "pte" ? "ptep_get_lockless" : `${level}p_get_lockless`}()), tests on the copy`],
  });
}

/** A function that takes page-table locks somewhere may be called with one. */
function takesLocks(_call: CallInfo, site: Site): boolean {
  return site.facts.released.size > 0;
}

/** A read of the same entry stands on the same line, unlocked. */
function readTwice(pointer: string, site: Site): boolean {
  const origin = site.callOf(sym.splitMove(pointer).root)?.contract;
  const reached = pointer.startsWith("?") || origin?.returns?.entry !== undefined || (origin?.effects?.some((e) => e.do === "map") ?? false);
  const known = site.facts.memory.get(`e:${pointer}`);
  const fact = known === undefined ? undefined : site.facts.values.get(known);
  if (!reached || !isUserContext(site) || !fact || fact.how === "lockless" || fact.under !== "") return false;
  return fact.at.line === site.loc.line && fact.at.column !== site.loc.column;
}

function judgePointerRead(name: string, site: Site): void {
  if (!isEntryPointer(name, site)) return;
  site.judge({
    rule: "lockless-read",
    outcome: "violated",
    what: "READ_ONCE() on the memory",
    message: `READ_ONCE() wraps the pointer ${name}, not the memory it points to: the loads through it stay plain`,
    requires: ["READ_ONCE() on each load of the entry"],
  });
}

/** The second half of a two-word entry, read through a parameter that points to one. */
function judgeHalves(address: string, site: Site): void {
  const { root, offset } = sym.splitMove(address);
  const params = site.frame.fn.params.filter((param) => isEntryPointer(param, site));
  if (offset !== 1n || params.length === 0) return;
  const ofParam = params.some((param) => root === sym.parameter(site.frame.id, param));
  // After a gap the pointer is known by its use only.
  const first = ofParam ? site.facts.memory.get(sym.firstHalf(root)) : undefined;
  if (first === undefined && !(site.frame.fn.partial && /^[*?]/.test(root))) return;
  const barrier = first === undefined ? readBarrierBefore(site) : null;
  site.judge({
    rule: "lockless-read",
    outcome: first === undefined ? "unknown" : first === "ordered" ? "proved" : "violated",
    what: "smp_rmb() between the halves of an entry",
    message:
      first === undefined
        ? barrier === null
          ? "the second half of an entry is read here: check that smp_rmb() stands between the loads of the two halves"
          : `the smp_rmb() of line ${barrier} is needed between the loads of the two halves of the entry: READ_ONCE() does not order them`
        : first === "ordered"
          ? ""
          : "the two halves of the entry are read without smp_rmb() between them: halves of different values can be joined",
    requires: ["smp_rmb() between the loads of the two halves"],
  });
}

/** Line of the last read barrier above the site, or null. */
function readBarrierBefore(site: Site): number | null {
  let line: number | null = null;
  for (const block of site.frame.fn.blocks) {
    for (const step of block.steps) {
      const orders = step.loc.line < site.loc.line && callHasEffect(step, site.rulebook, (e) => e.do === "barrier" && e.kind !== "write");
      if (orders) line = Math.max(line ?? 0, step.loc.line);
    }
  }
  return line;
}

function isEntryPointer(name: string, site: Site): boolean {
  return /^(pte|pmd|pud|p4d|pgd)_t \*$/.test(site.frame.fn.vars.get(name)?.type ?? "");
}
