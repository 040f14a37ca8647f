/**
 * Reads of entries by huge_ptep_get() that one version has and the other makes by ptep_get() or a plain load alone. Where the pointer
 * comes from is often not in view (pvmw.pte), but whoever reads it by both, or by the one in the place of the other, has been told.
 * Nothing was wrong where the other version reads hugetlb entries in a function of their own, or keeps them from coming here.
 */
import { calleesOf, printExpr, printPlace, stepsOf } from "../../c/index.ts";
import type { Expr, FunctionIr, Place } from "../../c/ir.ts";
import { hugetlbQuestions } from "../../check/hugetlb-entries.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { type Change, done } from "../change.ts";
import { moreElsewhere, moreInPatch, newHelpers, type Pair } from "../pair.ts";
import { all, type Measure } from "../touched-functions.ts";
import { effectsOf } from "./protections.ts";

export function hugetlbReads(pair: Pair): Change[] {
  const { from, to, rulebook } = pair;
  if (to.fn.file.startsWith("arch/")) return [];
  const [has, lacks] = [readsIn(from.fn, rulebook), readsIn(to.fn, rulebook)];
  const told = Array.from(has.huge.keys()).find((pointer) => !lacks.huge.has(pointer) && times(lacks.base, pointer) > 0 && times(lacks.base, pointer) >= times(has.base, pointer));
  return told === undefined || isElsewhere(pair) ? [] : [done("hugetlb-entry", `where ${told} leads to an entry of a hugetlb mapping, it is read by huge_ptep_get()`, to)];
}

/** Functions that the patch adds or takes away are among those it touches. */
function isElsewhere(pair: Pair): boolean {
  return [hugeReadsIn, questionsIn].some((measure) => moreElsewhere(pair, measure, all) || moreInPatch(pair, measure, all)) || newHelpers(pair).size > 0;
}

/** Of any pointer, as it has another name in another function. */
const hugeReadsIn: Measure = ({ fn }) => new Map([[all, calleesOf(fn).filter((name) => name === "huge_ptep_get").length]]);

/** Whoever asks may turn hugetlb away, or call who serves it. */
const questionsIn: Measure = ({ fn }) => new Map([[all, calleesOf(fn).filter((name) => hugetlbQuestions.includes(name)).length]]);

/** How often each pointer is read, by its name in the source. */
interface Reads {
  readonly huge: ReadonlyMap<string, number>;
  readonly base: ReadonlyMap<string, number>;
}

function times(reads: ReadonlyMap<string, number>, pointer: string): number {
  return reads.get(pointer) ?? 0;
}

function readsIn(fn: FunctionIr, rulebook: Rulebook): Reads {
  const sources = new Map<string, string>();
  const reads = { huge: new Map<string, number>(), base: new Map<string, number>() };
  const note = (of: Map<string, number>, pointer: string): void => void of.set(pointer, times(of, pointer) + 1);
  for (const step of stepsOf(fn)) {
    if (step.op === "load" && step.place.k === "deref") note(reads.base, nameOf(step.place.ptr, sources));
    if (step.op === "load") sources.set(step.dst, placeName(step.place, sources));
    if (step.op !== "call" || step.callee === null) continue;
    const contract = rulebook.ever(step.callee);
    const entry = effectsOf(step, rulebook).find((e) => e.do === "read");
    if (entry?.do !== "read" || entry.level !== "pte") continue;
    // Of huge_ptep_get() there are two forms, and a patch may have the one that is not of its era.
    const pointer = step.callee === "huge_ptep_get" ? step.args.at(-1) : step.args[contract!.params.indexOf(entry.entry)];
    if (pointer !== undefined) note(step.callee === "huge_ptep_get" ? reads.huge : reads.base, nameOf(pointer, sources));
  }
  return reads;
}

function nameOf(pointer: Expr, sources: ReadonlyMap<string, string>): string {
  return pointer.k === "var" ? (sources.get(pointer.name) ?? pointer.name) : printExpr(pointer);
}

/** The place that was loaded, its own pointer by the name that it has in the source. */
function placeName(place: Place, sources: ReadonlyMap<string, string>): string {
  if (place.k === "field") return `${placeName(place.base, sources)}.${place.field}`;
  return place.k === "deref" ? nameOf(place.ptr, sources) : printPlace(place);
}
