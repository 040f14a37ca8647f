/**
 * For how long a VMA that a look-up gave may be used: until the mmap lock is dropped. Taken again, it keeps the VMAs of
 * today, and the one found before may be freed (mm/khugepaged.c, hugepage_vma_revalidate()).
 */
import { type Facts, updated } from "./facts.ts";
import { fresh, prefix } from "./vma-joins.ts";

/** A look-up has just given `vma`. */
export function noteFound(vma: string, facts: Facts): Facts {
  return updated(facts, { memory: new Map(facts.memory).set(`${prefix}${vma}`, fresh) });
}

/** The mmap lock is dropped in `line`: all that was found under it goes stale. */
export function endSession(line: number, facts: Facts): Facts {
  if (!Array.from(facts.memory.keys()).some((key) => key.startsWith(prefix))) return facts;
  const stale = (key: string, value: string): string => (key.startsWith(prefix) && value === fresh ? String(line) : value);
  return updated(facts, { memory: new Map(Array.from(facts.memory, ([key, value]) => [key, stale(key, value)] as const)) });
}

/** The lock of a VMA is dropped in `line`. */
export function endOwnSession(vma: string, line: number, facts: Facts): Facts {
  const key = `${prefix}${vma}`;
  return facts.memory.get(key) === fresh ? updated(facts, { memory: new Map(facts.memory).set(key, String(line)) }) : facts;
}

/** The line in which the lock was dropped under which `vma` was found, or null. */
export function droppedSince(vma: string, facts: Facts): number | null {
  const since = facts.memory.get(`${prefix}${vma}`);
  return since === undefined || since === fresh ? null : Number(since);
}
