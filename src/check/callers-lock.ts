/**
 * Whether a caller can hold a page-table lock at a place: not when the function goes on from there, without having released
 * one, to a lock that nobody may wait for with it. Where page tables have no locks of their own (mm/Kconfig,
 * SPLIT_PTE_PTLOCKS, 6.12) the lock of a table is mm->page_table_lock at each level, so pte_offset_map_lock() under a caller's
 * pmd_lock() waits for itself; and nothing that sleeps is waited for under a spinlock.
 */
import { successors } from "../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../c/ir.ts";
import type { Effect, LockClass, LockRef } from "../rulebook/schema.ts";
import { coversEntries, describeLock, maySleepFor } from "./locks.ts";
import type { Site } from "./model.ts";
import { placeOf } from "./ways.ts";

/** What was found behind steps, by what tells the functions in view, which goes with it: all paths that come by a step ask the same. */
const known = new WeakMap<Site["isNeutral"], WeakMap<Step, { readonly met: string | null }>>();

/** What the function does before or behind the step that no caller's page-table lock lets it do; null when there is nothing of the kind. */
export function noCallerHolds(step: Step, site: Site): string | null {
  const before = site.facts.locks.find((l) => l.waited && l.origin === "taken" && maySleepFor(l.class));
  if (before) return `the ${describeLock(before)} of line ${before.at.line} is waited for here`;
  const steps = known.get(site.isNeutral) ?? new WeakMap<Step, { readonly met: string | null }>();
  known.set(site.isNeutral, steps);
  const found = steps.get(step) ?? { met: metBehind(step, site) };
  steps.set(step, found);
  return found.met;
}

/**
 * Blocks that are looked at behind a step; the largest functions of mm/ have a fifth of that. What lies further on may be
 * missed, and this is no limit that coverage tells of: the obligation stays one that could not be decided, as it was
 * before anything was looked for, and is counted and (--strict) told as such.
 */
const mostBlocks = 1000;

function metBehind(step: Step, site: Site): string | null {
  const { fn } = site.frame;
  if (workOnTwo(fn)) return null;
  const from = placeOf(step, fn);
  if (from === null) return null;
  const seen = new Set<number>();
  const open: (readonly [number, number])[] = [[from.block, from.place + 1]];
  for (let next = open.pop(); next !== undefined && seen.size < mostBlocks; next = open.pop()) {
    const block = fn.blocks[next[0]]!;
    const met = firstOf(block.steps.slice(next[1]), site);
    if (met === "end") continue;
    if (met !== null) return `${met.step.callee}() in line ${met.step.loc.line} ${met.sleeps ? "may sleep" : "waits for the same lock where page tables have none of their own"}`;
    for (const to of successors(block.end)) {
      if (!seen.has(to)) open.push([to, 0]);
      seen.add(to);
    }
  }
  return null;
}

/** Two address spaces have two locks. */
function workOnTwo(fn: FunctionIr): boolean {
  const of = (type: RegExp): number => Array.from(fn.vars.values()).filter((v) => type.test(v.type)).length;
  return of(/^struct mm_struct \*$/) > 1 || of(/^struct vm_area_struct \*$/) > 1;
}

interface Met {
  readonly step: CallStep;
  readonly sleeps: boolean;
}

/** The first call that waits for such a lock; "end" when before it one may be released, or code is not in view. */
function firstOf(steps: readonly Step[], site: Site): Met | "end" | null {
  for (const step of steps) {
    if (step.op === "gap") return "end";
    if (step.op !== "call") continue;
    const contract = step.callee === null ? undefined : site.rulebook.contract(step.callee);
    if (contract === undefined) {
      if (step.callee === null || (!site.isNeutral(step.callee) && mayDrop.test(step.callee))) return "end";
      continue;
    }
    const effects = contract.effects ?? [];
    if (effects.some((e) => (e.do === "release" || e.do === "may-release") && mayBeOfTable(e.lock))) return "end";
    if (effects.some((e) => takes(e, maySleepFor))) return { step, sleeps: true };
    if (effects.some((e) => takes(e, isTables))) return { step, sleeps: false };
  }
  return null;
}

/** Names of functions out of view that may release a lock for their caller. */
const mayDrop = /lock|release|drop|fault|wait|unmap|finish|end/;

function isTables(lockClass: LockClass): boolean {
  return lockClass === "pte-ptl" || lockClass === "pmd-ptl";
}

function takes(effect: Effect, isOne: (lockClass: LockClass) => boolean): boolean {
  return effect.do === "acquire" && !effect.try && !effect.nested && "class" in effect.lock && isOne(effect.lock.class);
}

function mayBeOfTable(lock: LockRef): boolean {
  return "class" in lock ? coversEntries(lock.class) : true;
}
