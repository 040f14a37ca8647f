/**
 * Flushes, announcements, ends of walks and frees that a patch takes away while what they were for stays. What has to
 * come after (or before) a change of an entry and came on every path before the patch does not come now.
 */
import { stepsOf, successors } from "../../c/index.ts";
import type { FunctionIr, Step } from "../../c/ir.ts";
import { callHasEffect, isOfClass } from "../../check/call-graph.ts";
import type { RuleId } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect } from "../../rulebook/schema.ts";
import { type Change, loss } from "../change.ts";
import { moreElsewhere, newHelpers, type Pair, surplus, tally } from "../pair.ts";
import { counted, type Measure } from "../touched-functions.ts";
import { leavesFlush } from "../steps/protections.ts";
import { lacksOnAWay } from "./side-by-side.ts";
import { testsOf } from "./tests.ts";

interface Family {
  readonly rule: RuleId;
  readonly name: string;
  readonly does: (effect: Effect) => boolean;
  /** Calls of the family that have no contract. */
  readonly named: RegExp | null;
  /** What begins what it ends: where that goes as well, nothing is lost. */
  readonly opened?: (effect: Effect) => boolean;
  /** Where it has to stand, seen from what it is for. */
  readonly side: "after" | "before";
  /** What it is for; null, and where a function has none of it: all that the function does. */
  readonly anchor: ((effect: Effect) => boolean) | null;
}

const changes = (effect: Effect): boolean => effect.do === "owe-flush" || effect.do === "detach-table" || (effect.do === "write" && effect.old === true);

/** include/asm-generic/tlb.h, Documentation/core-api/cachetlb.rst, include/linux/mm_types.h (mm_tlb_flush_pending()), mm/pgtable-generic.c. */
const families: readonly Family[] = [
  { rule: "tlb-flush", name: "a flush of the TLB", does: (e) => e.do === "flush", named: /^_*(?:flush_(?:\w+_)?tlb|tlb_(?:flush|finish|remove_[a-z]+_tlb|start_vma|end_vma)|arch_tlbbatch|try_to_unmap_flush|kvm_flush)/, side: "after", anchor: changes },
  { rule: "tlb-flush", name: "the announcement of a flush", does: (e) => e.do === "announce-flush" && e.begin, named: null, side: "before", anchor: changes },
  { rule: "tlb-flush", name: "the end of an announced flush", does: (e) => e.do === "announce-flush" && !e.begin, named: null, side: "after", anchor: null },
  { rule: "tlb-flush", name: "the flush that reclaim has put off", does: (e) => e.do === "settle-batched", named: null, side: "before", anchor: null },
  { rule: "tlb-flush", name: "the page size for the gathered flush", does: () => false, named: /^tlb_change_page_size$/, side: "before", anchor: (e) => e.do === "flush" && e.what === "gather" },
  { rule: "notifier-scope", name: "the start of the notifier range", does: (e) => e.do === "notifier" && e.step === "start", named: /^mmu_notifier_invalidate_range_start/, side: "before", anchor: changes },
  { rule: "notifier-scope", name: "the end of the notifier range", does: (e) => e.do === "notifier" && e.step === "end", named: /^mmu_notifier_invalidate_range_end/, side: "after", anchor: null },
  { rule: "walk-done", name: "the end of the walk", does: (e) => e.do === "walk-end", named: null, opened: (e) => e.do === "walk-start", side: "after", anchor: null },
  { rule: "map-balance", name: "the unmapping of a pte", does: (e) => e.do === "unmap", named: null, opened: (e) => e.do === "map", side: "after", anchor: null },
  { rule: "lazy-mmu", name: "the end of lazy MMU mode", does: (e) => e.do === "lazy-mmu" && !e.enter, named: null, opened: (e) => e.do === "lazy-mmu" && e.enter, side: "after", anchor: null },
  { rule: "lazy-mmu", name: "the start of lazy MMU mode", does: (e) => e.do === "lazy-mmu" && e.enter, named: null, side: "before", anchor: null },
  { rule: "pt-accounting", name: "a count or deposit of tables", does: (e) => e.do === "ledger", named: /^(?:pgtable_trans_huge_(?:deposit|withdraw)|mm_(?:inc|dec)_nr_p[tmu][de]s|zap_deposited_table)$/, side: "after", anchor: null },
  { rule: "table-free", name: "the free of a table", does: () => false, named: /^(?:pmd|pud|p4d)_free(?:_\w+)?$/, side: "after", anchor: null },
  { rule: "table-free", name: "the wait for walkers without locks", does: (e) => e.do === "sync-walkers", named: null, side: "after", anchor: null },
  { rule: "walk-context", name: "the wait for those who read under the VMA's lock", does: (e) => e.do === "wait-for" && isOfClass(e.lock, "vma"), named: null, side: "before", anchor: null },
  { rule: "hugetlb-share", name: "the unsharing of tables", does: () => false, named: /^(?:huge_pmd_unshare|hugetlb_unshare_\w+|adjust_range_if_pmd_sharing_possible)$/, side: "before", anchor: null },
];

export function lostDeeds(pair: Pair): Change[] {
  if (newHelpers(pair).size > 0) return [];
  return families.flatMap((family): Change[] => {
    const isDeed = (step: Step): boolean => belongs(step, family, pair.rulebook);
    const count = (fn: FunctionIr): number => stepsOf(fn).filter(isDeed).length;
    const [before, after] = [pair.from.fn, pair.to.fn];
    const [was, is] = [count(before), count(after)];
    if (family.rule === "tlb-flush" && leavesFlush(before)) return [];
    if (was < is || moreElsewhere(pair, deedsIn, family.name)) return [];
    const { opened } = family;
    const opens = (fn: FunctionIr): number => (opened === undefined ? 0 : stepsOf(fn).filter((step) => callHasEffect(step, pair.rulebook, opened)).length);
    if (opens(before) > opens(after)) return [];
    // Of a family of several calls, one may be for what another is not: tlb_flush_mmu() frees pages as well. What ends one thing ends it by any of them.
    const callees = new Set(opened !== undefined ? [] : stepsOf(before).flatMap((step) => (isDeed(step) && step.op === "call" ? [step.callee] : [])));
    const alone = Array.from(callees, (callee) => loser(before, after, family, (step) => isDeed(step) && step.op === "call" && step.callee === callee, pair.rulebook)).find((one) => one !== null);
    const place = loser(before, after, family, isDeed, pair.rulebook) ?? alone ?? (was > is && lacksOnAWay(before, after, isDeed) ? { always: false, loc: { line: after.line, column: 1 }, text: `all else that ${after.name}() does` } : null);
    if (place === null) return [];
    const gone = surplus(stepsOf(before).filter(isDeed), stepsOf(after).filter(isDeed), (step) => (step.op === "call" ? (step.callee ?? "") : ""))[0];
    if (gone !== undefined && wentWithItsBranch(gone, pair)) return [];
    if (was === is) return place.onSome && gone === undefined ? [loss(family.rule, place.loc, family.name, `${family.name} no longer comes ${family.side} ${place.text} on every path, as it did before the patch`, true)] : [];
    const text = gone?.op === "call" ? `${gone.callee}()` : "";
    return [loss(family.rule, place.loc, family.name, `the patch takes away ${family.name} (${text}) that came ${family.side} ${place.text} before`, !place.always)];
  });
}

/** How many steps of each family a function has. */
const deedsIn: Measure = ({ fn }, rulebook) => counted(stepsOf(fn).flatMap((step) => families.flatMap((family) => (belongs(step, family, rulebook) ? [family.name] : []))));

/** It stood under a test that the other version does not make: it was for what the branch did. */
function wentWithItsBranch(step: Step, { from, to }: Pair): boolean {
  const under = testsOf(from.fn).uses.find((use) => use.step === step)?.under ?? new Set<string>();
  const asked = new Set(testsOf(to.fn).tests.map(({ key }) => key));
  return Array.from(under).some((outcome) => !asked.has(outcome.replace(/^! /, "")));
}

function belongs(step: Step, { does, named }: Family, rulebook: Rulebook): boolean {
  return (step.op === "call" && step.callee !== null && named?.test(step.callee) === true) || callHasEffect(step, rulebook, does);
}

interface Place {
  /** It came on every path and comes on none. */
  readonly always: boolean;
  /** It came on every path to something that has a name, and comes on some. */
  readonly onSome?: boolean;
  readonly loc: { readonly line: number; readonly column: number };
  readonly text: string;
}

/** Something that stayed, and for which the deed comes on fewer paths than before. */
function loser(before: FunctionIr, after: FunctionIr, { side, anchor }: Family, isDeed: (step: Step) => boolean, rulebook: Rulebook): Place | null {
  const [was, is] = [comes(before, side, isDeed), comes(after, side, isDeed)];
  const isAnchor = (step: Step): boolean => anchor !== null && callHasEffect(step, rulebook, anchor);
  const anchored = stepsOf(before).some((step) => isAnchor(step) && !isDeed(step));
  // Where it goes with other calls, it may have been for them.
  if (!anchored && surplus(otherCalls(before, isDeed), otherCalls(after, isDeed), (callee) => callee).length > 0) return null;
  if (!anchored) return is.whole < was.whole ? { always: false, loc: { line: after.line, column: 1 }, text: `all else that ${after.name}() does` } : null;
  const rated = (fn: FunctionIr, of: Coming): { step: Step; rate: number }[] => stepsOf(fn).flatMap((step) => (isAnchor(step) ? [{ step, rate: of.at(step) }] : []));
  const textOf = ({ step }: { step: Step }): string => (step.op === "call" ? step.text : "");
  const [old, now] = [tally(rated(before, was), textOf), tally(rated(after, is), textOf)];
  for (const [text, ones] of old) {
    const left = now.get(text) ?? [];
    const total = (list: readonly { rate: number }[]): number => list.reduce((sum, { rate }) => sum + rate, 0);
    if (left.length >= ones.length && total(left) < total(ones)) return { always: ones.every(({ rate }) => rate === 2) && left.every(({ rate }) => rate === 0), onSome: ones.every(({ rate }) => rate === 2), loc: left.toSorted((a, b) => a.rate - b.rate)[0]!.step.loc, text };
  }
  return null;
}

function otherCalls(fn: FunctionIr, isDeed: (step: Step) => boolean): string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" && step.callee !== null && !isDeed(step) ? [step.callee] : []));
}

/** 2: on every path, 1: on some, 0: on none. */
interface Coming {
  readonly at: (step: Step) => number;
  /** Seen from the start of the function, on ways to a return. */
  readonly whole: number;
}

/** Whether a deed comes after (before) each step, by a fixed point over the graph. Ways that never return count as covered. */
function comes(fn: FunctionIr, side: "after" | "before", isDeed: (step: Step) => boolean): Coming {
  const next = fn.blocks.map((block) => successors(block.end));
  const previous: number[][] = fn.blocks.map(() => []);
  for (const [id, ways] of next.entries()) for (const way of new Set(ways)) previous[way]!.push(id);
  const [onward, order] = side === "after" ? [next, fn.blocks.toReversed()] : [previous, fn.blocks];
  const isLast = (id: number): boolean => (side === "after" ? fn.blocks[id]!.end.k === "return" : id === 0);
  const must = fn.blocks.map(() => true);
  const may = fn.blocks.map(() => false);
  const inner = (id: number): readonly [boolean, boolean] => {
    const ways = onward[id]!;
    return [!isLast(id) && ways.every((way) => through(way)[0]), ways.some((way) => through(way)[1])];
  };
  const through = (id: number): readonly [boolean, boolean] => (fn.blocks[id]!.steps.some(isDeed) ? [true, true] : [must[id]!, may[id]!]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id } of order) {
      const [all, some] = inner(id);
      if (all !== must[id] || some !== may[id]) changed = true;
      must[id] = all;
      may[id] = some;
    }
  }
  const rates = new Map<Step, number>();
  for (const { id, steps } of fn.blocks) {
    let rate = must[id]! ? 2 : may[id]! ? 1 : 0;
    for (const step of side === "after" ? steps.toReversed() : steps) {
      rates.set(step, rate);
      if (isDeed(step)) rate = 2;
    }
  }
  const ends = fn.blocks.filter((block) => block.end.k === "return").map(({ id }) => through(id));
  const whole = side === "after" ? [through(0)] : ends;
  return { at: (step) => rates.get(step) ?? 2, whole: whole.every(([all]) => all) ? 2 : whole.some(([, some]) => some) ? 1 : 0 };
}
