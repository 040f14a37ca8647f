/**
 * For how long a VMA that a look-up gave may be used: until the mmap lock is dropped. Taken again, it keeps the VMAs of
 * today, and the one found before may be freed (mm/khugepaged.c, hugepage_vma_revalidate()).
 */
import type { Facts } from "./facts.ts";

const prefix = "v:";
const fresh = "found";

/** A look-up has just given `vma`. */
export function noteFound(vma: string, facts: Facts): Facts {
  return { ...facts, memory: new Map(facts.memory).set(`${prefix}${vma}`, fresh) };
}

/** The mmap lock is dropped in `line`: all that was found under it goes stale. */
export function endSession(line: number, facts: Facts): Facts {
  if (!Array.from(facts.memory.keys()).some((key) => key.startsWith(prefix))) return facts;
  const stale = (key: string, value: string): string => (key.startsWith(prefix) && value === fresh ? String(line) : value);
  return { ...facts, memory: new Map(Array.from(facts.memory, ([key, value]) => [key, stale(key, value)] as const)) };
}

/** The lock of a VMA is dropped in `line`. */
export function endOwnSession(vma: string, line: number, facts: Facts): Facts {
  const key = `${prefix}${vma}`;
  return facts.memory.get(key) === fresh ? { ...facts, memory: new Map(facts.memory).set(key, String(line)) } : facts;
}

/** The line in which the lock was dropped under which `vma` was found, or null. */
export function droppedSince(vma: string, facts: Facts): number | null {
  const since = facts.memory.get(`${prefix}${vma}`);
  return since === undefined || since === fresh ? null : Number(since);
}

/** Whether a note is about a value that stands for those of several paths (see joinSessions()). */
export function isOfSeveralPaths(key: string): boolean {
  return key.startsWith(`${prefix}?`);
}

/** Where paths meet that have all dropped the lock, or found no VMA, the variable holds one that nothing keeps. */
export function joinSessions(known: Facts, arriving: Facts, joined: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (![known, arriving].some(({ memory }) => hasStale(memory))) return joined;
  let after: Map<string, string> | null = null;
  for (const [address, value] of joined) {
    if (!value.startsWith("?") || !address.startsWith("&")) continue;
    const [left, right] = [known, arriving].map((facts) => gone(facts.memory.get(address), facts)) as [string | null, string | null];
    const line = left === null || right === null ? "" : left || right;
    const key = `${prefix}${value}`;
    if (line === (joined.get(key) ?? "")) continue;
    after ??= new Map(joined);
    if (line === "") after.delete(key);
    else after.set(key, line);
  }
  return after ?? joined;
}

function hasStale(memory: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of memory) if (key.startsWith(prefix) && value !== fresh) return true;
  return false;
}

/** The line in which what kept this VMA was dropped, "" for no VMA; null when it may be kept, or is none. */
function gone(value: string | undefined, facts: Facts): string | null {
  if (value === undefined) return null;
  if (value === "#0" || facts.truths.get(value) === false) return "";
  const since = facts.memory.get(`${prefix}${value}`);
  return since === undefined || since === fresh ? null : since;
}
