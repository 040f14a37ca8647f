/**
 * What unseen code may have done: gaps between hunks, and calls of functions of which neither contract nor body is
 * known. A resource that such code can reach becomes uncertain; it is never assumed released, nor assumed kept.
 */
import { detachedTable, owedFlush, rangeKey } from "./duties.ts";
import { classOfLock, coversEntries } from "./locks.ts";
import { emptyFacts, type Facts, type LockFact, type ValueFact, updated } from "./facts.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { toldByFlag } from "./told-by-flag.ts";

/** After a gap anything may have happened to locks, mappings and memory. */
export function gapFacts({ locks, maps, anyKind, free, trail }: Facts): Facts {
  const unsure = <T extends { readonly certain: boolean }>(held: readonly T[]): T[] => held.map((one) => ({ ...one, certain: false }));
  return updated(emptyFacts(), { locks: unsure(locks), maps: unsure(maps), anyKind, free, unseenLocks: true, trail });
}

/** A function that is not known: what its arguments lead to may have changed. */
export function unknownCall(info: CallInfo, site: Site): Facts {
  const { facts } = site;
  const reaches = reachable(info.args, facts);
  const told = toldByFlag(info, site);
  const locks = [...facts.locks.map((l) => (l.certain && (told.has(l.id) || reaches(l.id) || (concerns(l, info.step.callee ?? "", info.args) && !site.isNeutral(info.step.callee ?? ""))) ? { ...l, certain: false } : l)), ...perhapsTaken(info, site)];
  const handsOver = info.args.some((arg) => facts.locks.some((l) => l.id === arg || facts.memory.get(arg) === l.id)) || /unmap|unlock/.test(info.step.callee ?? "");
  const maps = facts.maps.map((m) => (m.certain && (handsOver || !info.args.includes(m.pointer)) && reaches(m.pointer) ? { ...m, certain: false } : m));
  const walks = facts.walks.size === 0 ? facts.walks : new Map(Array.from(facts.walks).filter(([walk]) => !info.args.includes(walk)));
  return updated(forgetOutputs(info, facts), { locks, maps, walks, duties: dutiesAfter(info, facts) });
}

/** A callee that flushes discharges what is owed; one that is given a range may have begun or ended it. */
function dutiesAfter(info: CallInfo, facts: Facts): Facts["duties"] {
  if (facts.duties.size === 0) return facts.duties;
  const flushes = /(?:^|_)(?:flush|tlb|sync)/.test(info.step.callee ?? "");
  return new Map(Array.from(facts.duties).filter(([key]) => !((key === owedFlush || key === detachedTable) && flushes) && !info.args.some((arg) => key === rangeKey(arg))));
}

/** Families that work on an entry under the caller's page-table lock and never drop it (include/linux/pgtable.h, include/linux/rmap.h, include/asm-generic/tlb.h). */
const entryHelpers = /^_*(update_mmu|flush_|tlb_|folio_|page_|mm_|add_mm_counter|pte_|pmd_|pud_|ptep_|pmdp_|pudp_|set_|pgtable_|is_|mk_|maybe_|can_|count_|trace_)/;

/** The lock's object is passed on (the mm, a VMA of that mm, the entry): callees that drop such a lock are common. */
function concerns(lock: LockFact, callee: string, args: readonly string[]): boolean {
  if (coversEntries(lock.class) && entryHelpers.test(callee)) return false;
  return args.some((arg) => /^[$@*&]/.test(arg) && (coversEntries(lock.class) ? lock.id === sym.lockOf(lock.class, arg) : lock.id.includes(arg)));
}

/** A callee that is given a lock that is not held may take it (double_pt_lock() and the like). */
function perhapsTaken(info: CallInfo, site: Site): LockFact[] {
  const fresh = info.args.filter((arg) => arg.startsWith("lock(") && !site.facts.locks.some((l) => l.id === arg));
  return fresh.map((id) => ({ id, class: classOfLock(id), mode: "write", by: "", at: site.loc, origin: "taken", certain: false }));
}

/** Whether an argument is the resource, the address of a variable that holds it, or an object with a field that does. */
function reachable(args: readonly string[], facts: Facts): (resource: string) => boolean {
  let holders: readonly string[] | null = null;
  const held = (): readonly string[] => (holders ??= heldBehind(args, facts.memory));
  // What the fields of an argument held when the function started is in the callee's hands as well (vmf->ptl).
  return (resource) => args.some((arg) => sym.splitMove(arg).root === resource || (arg.length > 1 && resource.startsWith(`*${arg}.`))) || held().includes(resource);
}

/** What the variables and fields hold that one of these leads to. */
function heldBehind(args: readonly string[], memory: Facts["memory"]): readonly string[] {
  const held: string[] = [];
  for (const [address, value] of memory) {
    if (args.some((arg) => address === arg || (arg.length > 1 && address.startsWith(`${arg}.`)))) held.push(sym.splitMove(value).root);
  }
  return held;
}

/** Variables whose address is passed have a new value; an entry whose pointer or value is passed may have changed or been tested. */
function forgetOutputs(info: CallInfo, facts: Facts): Facts {
  let memory: Map<string, string> | null = null;
  info.args.forEach((arg, index) => {
    if (/^&\d+:[^.[]*$/.test(arg)) (memory ??= new Map(facts.memory)).set(arg, `${info.result}out${index}`);
    if (facts.memory.has(`e:${arg}`)) (memory ??= new Map(facts.memory)).delete(`e:${arg}`);
  });
  let values: Map<string, ValueFact> | null = null;
  for (const arg of info.args) {
    const fact = facts.values.get(arg);
    if (fact?.real) (values ??= new Map(facts.values)).set(arg, { ...fact, real: false });
  }
  return memory === null && values === null ? facts : updated(facts, { memory: memory ?? facts.memory, values: values ?? facts.values });
}
