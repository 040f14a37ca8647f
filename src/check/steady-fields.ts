/**
 * Fields that decide what may be done to a VMA's tables and that change without the VMA lock: a test of one is worth
 * something only while a lock is held that keeps it (include/linux/mm_types.h, "Locking"; mm/rmap.c,
 * __anon_vma_prepare(): anon_vma is set under mmap_lock for reading; fs/userfaultfd.c, userfaultfd_set_vm_flags(): under
 * mmap_lock and the VMA lock for writing).
 */
import type { LockClass } from "../rulebook/schema.ts";
import { type Facts, updated } from "./facts.ts";

/** Stands for all that tells whether userfaultfd is at work in a VMA (userfaultfd_armed() and the like). */
export const userfaultfd = "vm_userfaultfd_ctx";

const unsteady: ReadonlySet<string> = new Set(["anon_vma", userfaultfd]);

/** Key under which the look at a field is remembered: "early", "stale" once a lock that keeps it was taken after, "fresh". */
function lookedAt(address: string): string {
  return `f:${address}`;
}

/** What keeps such a field where the mmap lock is not held (the mmap lock for writing is walk-context's concern). */
function keeps(lock: { readonly class: LockClass; readonly mode: "read" | "write" }): boolean {
  return lock.class === "vma";
}

/** The facts after a look at a field of an object. */
export function lookAt(field: string, address: string, facts: Facts): Facts {
  if (!unsteady.has(field)) return facts;
  const kept = facts.locks.some((l) => keeps(l) || (field === userfaultfd && l.class === "mmap"));
  return updated(facts, { memory: new Map(facts.memory).set(lookedAt(address), kept ? "fresh" : "early") });
}

/** The facts after a lock was taken that keeps such fields: what was seen before may have changed until now. */
export function ageLooks(lock: { readonly class: LockClass; readonly mode: "read" | "write" }, facts: Facts): Facts {
  if (!keeps(lock) || !Array.from(facts.memory).some(([key, value]) => key.startsWith("f:") && value === "early")) return facts;
  return updated(facts, { memory: new Map(Array.from(facts.memory, ([key, value]) => [key, key.startsWith("f:") && value === "early" ? "stale" : value] as const)) });
}

/** Names of the fields whose last look is of that state. */
export function looks(state: "stale" | "fresh", facts: Facts): string[] {
  return Array.from(facts.memory).flatMap(([key, value]) => (key.startsWith("f:") && value === state ? [key.slice(key.lastIndexOf(".") + 1)] : []));
}
