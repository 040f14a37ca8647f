/** What a lock is: by which names it goes, of which class it is, and what that class keeps from changing. */
import type { LockClass, LockRef } from "../rulebook/schema.ts";
import type { Facts } from "./facts.ts";
import type { CallInfo } from "./model.ts";
import * as sym from "./symbols.ts";

/** The lock a contract speaks of: by the pointer it is reached through, or by class and what it protects. */
export function lockOfRef(ref: LockRef, call: CallInfo): { readonly id: string; readonly class: LockClass } {
  if ("pointer" in ref) {
    return namedLock(call.arg(ref.pointer), ref.kind);
  }
  return { id: sym.lockOf(ref.class, ref.of === null ? "" : ref.of.startsWith("&") ? sym.globalAddress(ref.of.slice(1)) : call.arg(ref.of)), class: ref.class };
}

/** Fields that hold a lock of a class (include/linux/mm_types.h, fs.h, rmap.h; mm/hugetlb.c). */
const namedLocks: readonly (readonly [RegExp, LockClass])[] = [
  [/\.page_table_lock$/, "page_table_lock"],
  [/\.mmap_(?:lock|sem)$/, "mmap"],
  [/\.i_mmap_rwsem$/, "i_mmap"],
  [/\.root\.rwsem$/, "anon_vma"],
  [/g:hugetlb_fault_mutex_table\[/, "hugetlb-fault"],
];

/** The lock at an address; one in a field that tells its owner goes by that, as the helpers for it name it. */
export function namedLock(id: string, otherwise?: LockClass): { readonly id: string; readonly class: LockClass } {
  const lockClass = classOfLock(id, otherwise);
  const owner = /^(.*)\.(?:mmap_lock|mmap_sem|i_mmap_rwsem)$/s.exec(id)?.[1];
  return { id: owner === undefined ? id : sym.lockOf(lockClass, owner), class: lockClass };
}

/** Class of a lock known by its address only. */
export function classOfLock(id: string, otherwise: LockClass = "spin"): LockClass {
  const named = /^lock\(([a-z_-]+),/.exec(id);
  if (named) return named[1] as LockClass;
  for (const [pattern, lockClass] of namedLocks) if (pattern.test(id)) return lockClass;
  return otherwise;
}

/** Key of a release of a lock that the caller had taken: taken again, it is held for the caller. */
export function callersLock(id: string): string {
  return `caller's ${id}`;
}

/** Lock classes that keep an entry from changing. */
export function coversEntries(lockClass: LockClass): boolean {
  return lockClass === "pte-ptl" || lockClass === "pmd-ptl" || lockClass === "pud-ptl" || lockClass === "page_table_lock" || lockClass === "spin";
}

/** What keeps entries from changing now: page-table locks, and walks that hold one. */
export function covering(facts: Facts): string[] {
  return [...facts.locks.filter((l) => coversEntries(l.class) && l.certain).map((l) => l.id), ...facts.walks.keys()];
}

/** Whether who waits for a lock of the class may sleep, and so holds no spinlock. */
export function maySleepFor(lockClass: LockClass): boolean {
  return lockClass === "mmap" || lockClass === "vma" || lockClass === "i_mmap" || lockClass === "anon_vma";
}

export function describeLock(lock: { readonly id: string; readonly class: LockClass; readonly mode?: "read" | "write" }): string {
  const names: Readonly<Record<LockClass, string>> = {
    mmap: "mmap_lock",
    vma: "VMA lock",
    i_mmap: "i_mmap_rwsem",
    anon_vma: "anon_vma lock",
    "pte-ptl": "PTE page-table lock",
    "pmd-ptl": "PMD page-table lock",
    "pud-ptl": "PUD page-table lock",
    page_table_lock: "page_table_lock",
    "hugetlb-vma": "hugetlb VMA lock",
    "hugetlb-fault": "hugetlb fault mutex",
    folio: "folio lock",
    rcu: "RCU read section",
    "irq-off": "interrupts off",
    spin: "spinlock",
    mutex: "mutex",
    rwsem: "rwsem",
  };
  const shared = lock.class === "mmap" || lock.class === "i_mmap" || lock.class === "anon_vma";
  return shared && lock.mode ? `${names[lock.class]} (${lock.mode})` : names[lock.class];
}
