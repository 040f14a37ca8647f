/**
 * Which pointers lead to entries of hugetlb mappings, and which were used as if they led to those of base pages. A pointer of the
 * first kind is a `pte_t *` by its type alone: it may lead to a PMD, or to the first of several entries (include/linux/hugetlb.h,
 * comment above huge_pte_offset()). Which it is, a path knows by where it comes from or by what is called with it.
 */
import type { Loc } from "../c/ir.ts";
import type { Effect } from "../rulebook/schema.ts";
import { isOwnVariable } from "./duties.ts";
import { type Facts, updated } from "./facts.ts";
import { mentions } from "./mentions.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import { isKernelTable } from "./whose-tables.ts";

type TreatAs = Extract<Effect, { do: "treat-as" }>;

export function treatAs(effect: TreatAs, call: CallInfo, site: Site): Facts {
  return isForKernel(effect, call) ? site.facts : noteUse(call.arg(effect.entry), effect.as, `${call.step.callee}()`, site);
}

/** Huge entries of the kernel's own mappings are made in tables of base pages (mm/vmalloc.c, vmap_pte_range()). */
export function isForKernel(effect: TreatAs, call: CallInfo): boolean {
  return effect.as === "hugetlb" && isKernelTable(call);
}

export function markHugetlb(pointer: string, why: string, facts: Facts): Facts {
  return updated(facts, { memory: new Map(facts.memory).set(sym.ofHugetlb(pointer), why) });
}

/** Where the pointer comes from, if that shows that it leads to such an entry; else null. */
export function whyHugetlb(pointer: string, { memory }: Facts): string | null {
  return memory.get(sym.ofHugetlb(pointer)) ?? null;
}

/** Remembered where the function deals with hugetlb entries at all, and not on a path that has asked and been told that this is none. */
export function noteUse(pointer: string, as: TreatAs["as"], how: string, { facts, frame, loc }: Site): Facts {
  const key = sym.treatedAs(as, pointer);
  if (!mentions(frame.fn, "hugetlb entries") || isOwnVariable(pointer) || facts.memory.has(key)) return facts;
  if (facts.maps.some((map) => map.pointer === sym.splitMove(pointer).root) || (as === "base" && isToldOther(facts))) return facts;
  return updated(facts, { memory: new Map(facts.memory).set(key, `${loc.line}:${loc.column}:${how}`) });
}

export interface Use {
  readonly loc: Loc;
  readonly how: string;
}

/** Where this path has dealt with the entry in this way, or null. */
export function useOf(pointer: string, as: TreatAs["as"], { memory }: Facts): Use | null {
  const [line, column, how] = (memory.get(sym.treatedAs(as, pointer)) ?? "").split(":");
  return how === undefined ? null : { loc: { line: Number(line), column: Number(column) }, how };
}

/** A new round of page_vma_mapped_walk() finds another entry. */
export function forgetWalked(walk: string, facts: Facts): Facts {
  const inWalk = sym.initial(`${walk}.`);
  const own = [sym.ofHugetlb(inWalk), sym.treatedAs("hugetlb", inWalk), sym.treatedAs("base", inWalk)];
  const isOwn = (address: string): boolean => own.some((prefix) => address.startsWith(prefix));
  return Array.from(facts.memory.keys()).some(isOwn) ? updated(facts, { memory: new Map(Array.from(facts.memory).filter(([address]) => !isOwn(address))) }) : facts;
}

/** Functions that tell whether a mapping, folio or page is of hugetlb. */
export const hugetlbQuestions: readonly string[] = ["is_vm_hugetlb_page", "folio_test_hugetlb", "PageHuge"];
/** Their calls, and the test of the flag, also as one of several. */
const isHugetlb = new RegExp(`^\\((?:${hugetlbQuestions.join("|")})\\(|&\\(*(?:g:\\w+\\|)*g:VM_HUGETLB\\b`);
/** Questions whether a mapping is of a kind that hugetlb mappings are not of (they have operations, and files of hugetlbfs). */
const isOtherKind = /^\(vma_is_(?:anonymous|shmem|anon_shmem|dax|secretmem)\(/;

/** Whether the path has asked and been told that there is no hugetlb mapping here. */
export function isToldOther({ truths }: Facts): boolean {
  for (const [question, answer] of truths) if (answer ? isOtherKind.test(question) : isHugetlb.test(question)) return true;
  return false;
}
