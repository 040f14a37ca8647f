/**
 * Locks that a function's callers hold by what is told elsewhere: by all its callers, or by the comment above it. What the
 * function itself asserts, its annotations and the rules' tables come first; a lock that it may give away is left out, since
 * it can't be followed by a name that the caller has for it.
 */
import type { FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import type { LockClass, LockRef } from "../rulebook/schema.ts";
import { calleesOf } from "../c/index.ts";
import { coversEntries } from "./locks.ts";
import type { Surroundings } from "./explore.ts";
import { type EntryLock, type Facts, type LockFact, updated } from "./facts.ts";
import * as sym from "./symbols.ts";
import { toldLocks } from "./wording.ts";

/** Names of helpers that may drop a lock for their caller, where their bodies are not in view. */
const mayDrop = /unlock|release|drop|fault|wait/;

/** Whether it changes what is known at entry that a lock is told of. */
export function isNews(entry: Facts, lock: EntryLock, fn: FunctionIr, around: Pick<Surroundings, "rulebook" | "isNeutral">): boolean {
  return !entry.locks.some((l) => l.class === lock.class) && keeps(fn, lock.class, around);
}

/** The facts at entry with these locks beside those that are known already; `by` says who tells. */
export function withTold(entry: Facts, locks: readonly EntryLock[], by: string, fn: FunctionIr, around: Pick<Surroundings, "rulebook" | "isNeutral">): Facts {
  const news = locks.filter((lock) => isNews(entry, lock, fn, around));
  if (news.length === 0) return entry;
  const at = { line: fn.line, column: 1 };
  return updated(entry, { locks: [...entry.locks, ...news.map((lock): LockFact => ({ id: sym.lockOf(lock.class, "caller"), ...lock, at, by: "", origin: "entry", certain: true, told: by }))] });
}

/** What the comment above says; a page-table lock is of the level of the entry that the function is given. */
export function locksByComment(fn: FunctionIr, rulebook: Rulebook): readonly EntryLock[] {
  return toldLocks(fn.comment, rulebook.wording).flatMap(({ lock, mode }): EntryLock[] => {
    const named = lock === "entry" ? entryLockOf(fn) : lock;
    return named === null ? [] : [{ class: named, mode }];
  });
}

function entryLockOf(fn: FunctionIr): LockClass | null {
  const types = fn.params.map((param) => fn.vars.get(param)?.type ?? "");
  const level = (["pte", "pmd", "pud"] as const).find((name) => types.some((type) => new RegExp(`^${name}_t\\b`).test(type)));
  return level === undefined ? null : `${level}-ptl`;
}

/** Whether the function leaves a lock of the class as it finds it. */
function keeps(fn: FunctionIr, lockClass: LockClass, { rulebook, isNeutral }: Pick<Surroundings, "rulebook" | "isNeutral">): boolean {
  return calleesOf(fn).every((callee) => {
    const contract = rulebook.contract(callee);
    if (contract === undefined) return isNeutral(callee) || !mayDrop.test(callee);
    return !(contract.effects ?? []).some((effect) => (effect.do === "release" || effect.do === "may-release") && mayMean(effect.lock, lockClass));
  });
}

/** A lock that is named by a pointer may be any page-table lock. */
function mayMean(ref: LockRef, lockClass: LockClass): boolean {
  return "class" in ref ? ref.class === lockClass : coversEntries(lockClass);
}
