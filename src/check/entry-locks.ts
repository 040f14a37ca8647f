/**
 * What is held where a function starts, for those who run it: the rules' context tables first, then what all its callers
 * in view hold at the call. Mirrors what a reviewer looks up before he asks for an interleaving.
 */
import type { FunctionIr, UnitIr } from "../c/ir.ts";
import type { LockClass } from "../rulebook/schema.ts";
import { calleesOf, stepsOf, tablesWith } from "../c/index.ts";
import { hasEffect, isOfClass, mentioning } from "./call-graph.ts";
import type { Surroundings } from "./explore.ts";
import type { EntryLock, Facts } from "./facts.ts";
import type { Rule } from "./model.ts";
import { releasedBehind } from "./released-behind.ts";

export interface EntryLocks {
  readonly held: readonly EntryLock[];
  /** Where that comes from, or null when nothing tells. */
  readonly from: "context" | "callers" | null;
  /** Names of the callers that were asked. */
  readonly callers: readonly string[];
}

/** A function with more callers is a helper of many: what they have in common says little, and finding out costs much. */
const mostCallers = 6;
/** Levels of callers that are asked. */
const mostLevels = 2;

/** What the callers of `fn` hold, or may hold: asked of its callers and of theirs, whose own come by the tables. When none of the locks can be left that are asked for, the others are not looked for either. */
export function entryLocks(fn: FunctionIr, around: Surroundings, levels: number = mostLevels, isAsked: (lock: EntryLock) => boolean = () => true): EntryLocks {
  const context = heldIn(around.entryOf(fn));
  const walk = walkLocks(fn, around.unitOf(fn));
  if (context.length + walk.length > 0) return { held: [...context, ...walk], from: "context", callers: [] };
  return locksOfCallers(fn, around, levels, isAsked);
}

/** Of what all callers of `fn` that can be found hold for certain what is of use to who asks, and their names. They are asked until nothing of the kind can be left. */
export function certainLocksOfCallers(fn: FunctionIr, around: Surroundings, isOfUse: (lock: EntryLock) => boolean): Pick<EntryLocks, "held" | "callers"> {
  // The lock of an entry may yet go by another class (meet()).
  const isAsked = (lock: EntryLock): boolean => lock.uncertain !== true && (isOfUse(lock) || isEntryLock(lock));
  const callers = callersInView(fn, around) ?? [];
  const held = heldByAll(callers, fn, around, mostLevels, isAsked) ?? [];
  return { held: held.filter(isAsked), callers: callers.map((caller) => caller.name) };
}

function locksOfCallers(fn: FunctionIr, around: Surroundings, levels: number, isAsked: (lock: EntryLock) => boolean): EntryLocks {
  const callers = levels === 0 ? null : callersInView(fn, around);
  // That a lock is let go of behind the calls says nothing of what else is held.
  if (callers === null) return { held: levels > 0 && releasedBehind(fn.name, around.knownCallersOf(fn) ?? [], around.rulebook) ? [ofEntry] : [], from: null, callers: [] };
  const held = heldByAll(callers, fn, around, levels, isAsked);
  return { held: held ?? [], from: held === null || callers.some((caller) => passesOn(caller, fn, around)) ? null : "callers", callers: callers.map((caller) => caller.name) };
}

const ofEntry: EntryLock = { class: "spin", mode: "write", ofEntry: true };

/** What these hold wherever they call `fn`, null when none of them comes to it; the rest of them is not asked any more when no lock is left that is asked for. */
function heldByAll(callers: readonly FunctionIr[], fn: FunctionIr, around: Surroundings, levels: number, isAsked: (lock: EntryLock) => boolean): readonly EntryLock[] | null {
  let common: readonly EntryLock[] | null = null;
  for (const caller of callers) {
    const keeps = (lock: EntryLock): boolean => !releases(caller, lock.class, around);
    const outer = entryLocks(caller, around, levels - 1, (lock) => isAsked(lock) && keeps(lock)).held.filter(keeps);
    for (const held of around.heldAtCalls(caller, fn.name)) {
      const here: readonly EntryLock[] = [...held, ...outer.filter((lock) => !held.some((h) => h.class === lock.class))];
      common = common === null ? here : meet(common, here);
      if (!common.some(isAsked)) return [];
    }
  }
  return common;
}

/** Null for a function whose callers are not all in view, or too many. Of a caller that is known in part it is not known what it holds, nor what it was given. */
export function callersInView(fn: FunctionIr, around: Surroundings): readonly FunctionIr[] | null {
  const callers = around.knownCallersOf(fn);
  return callers === null || callers.length > mostCallers || callers.some((caller) => caller.partial || !caller.headKnown) ? null : callers;
}

function releases(caller: FunctionIr, lockClass: LockClass, around: Surroundings): boolean {
  return hasEffect(caller, around.rulebook, (effect) => effect.do === "release" && isOfClass(effect.lock, lockClass));
}

/**
 * A caller that was given an entry of the kind itself may have been given it locked, so that what it took says too little;
 * unless it takes such a lock, which it could not if it was held.
 */
function passesOn(caller: FunctionIr, fn: FunctionIr, around: Surroundings): boolean {
  if (hasEffect(caller, around.rulebook, (effect) => effect.do === "acquire" && isOfClass(effect.lock, "pte-ptl", "pmd-ptl", "pud-ptl", "page_table_lock"))) return false;
  if (stepsOf(caller).some((step) => step.op === "call" && step.callee?.startsWith("spin_lock") === true && /page_table_lock|ptl/.test(step.text))) return false;
  const entries = (f: FunctionIr): string[] => f.params.map((p) => f.vars.get(p)?.type ?? "").filter((type) => /^p(?:te|md|ud)_t \*$/.test(type));
  return entries(caller).some((type) => entries(fn).includes(type));
}

/** Walks that call the same tables under other locks. */
const otherWalks = ["walk_page_mapping", "walk_page_range_novma", "walk_page_range_debug"] as const;

/**
 * What walk_page_range() asserts before it calls anything of its table: mmap_lock, and since 6.6 the VMA as `walk_lock`
 * says. walk_page_mapping() calls the same tables under i_mmap_rwsem.
 */
function walkLocks(fn: FunctionIr, unit: UnitIr): EntryLock[] {
  const table = tablesWith(unit, fn.name).find((t) => t.type.endsWith("struct mm_walk_ops"));
  if (table === undefined || otherWalks.some((name) => mentioning(name, unit).some((f) => calleesOf(f).includes(name)))) return [];
  const write = table.fields.get("walk_lock") === "PGWALK_WRLOCK";
  return write ? [{ class: "mmap", mode: "write" }, { class: "vma", mode: "write" }] : [{ class: "mmap", mode: "read" }];
}

/** A rule that only notes what is held at each call that the function itself makes of one in view, by its name. */
export function callRecorder(calls: Map<string, EntryLock[][]>, isInView: (name: string) => boolean): Rule {
  return {
    id: "entry-lock",
    onCall: ({ step }, site) => {
      if (site.frame.id !== 1 || step.callee === null || (site.rulebook.contract(step.callee) !== undefined && !isInView(step.callee))) return;
      const held = heldAtCall(site.facts);
      const before = calls.get(step.callee) ?? [];
      if (!before.some((other) => sameLocks(other, held))) calls.set(step.callee, [...before, held]);
    },
  };
}

function sameLocks(a: readonly EntryLock[], b: readonly EntryLock[]): boolean {
  return a.length === b.length && a.every((lock, i) => lock.class === b[i]!.class && lock.mode === b[i]!.mode && lock.uncertain === b[i]!.uncertain && lock.ofEntry === b[i]!.ofEntry && lock.given === b[i]!.given);
}

function heldIn(facts: Pick<Facts, "locks">): EntryLock[] {
  return facts.locks.map((l) => ({ class: l.class, mode: l.mode, ...(l.certain ? {} : { uncertain: true }), ...(l.class === "spin" && /\bptl\b/.test(l.id) ? { ofEntry: true } : {}) }));
}

function heldAtCall({ locks }: Facts): EntryLock[] {
  return heldIn({ locks }).map((lock, i) => ({ ...lock, ...(locks[i]!.origin === "entry" ? { given: true } : {}) }));
}

function isEntryLock(lock: EntryLock): boolean {
  return lock.class === "pte-ptl" || lock.ofEntry === true;
}

/** What is held in both cases, and no stronger than in either. */
function meet(a: readonly EntryLock[], b: readonly EntryLock[]): EntryLock[] {
  return a.flatMap((lock) => {
    const other = b.find((l) => l.class === lock.class) ?? (isEntryLock(lock) ? b.find(isEntryLock) : undefined);
    if (other === undefined) return [];
    const uncertain = lock.uncertain === true || other.uncertain === true;
    const ofEntry = lock.ofEntry === true && other.ofEntry === true;
    const given = lock.given === true || other.given === true;
    return [{ class: ofEntry ? lock.class : other.class === lock.class ? lock.class : "pte-ptl", mode: lock.mode === "write" && other.mode === "write" ? "write" : "read", ...(uncertain ? { uncertain } : {}), ...(ofEntry ? { ofEntry } : {}), ...(given ? { given } : {}) }];
  });
}
