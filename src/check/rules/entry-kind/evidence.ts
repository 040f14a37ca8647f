/**
 * Which kinds of an entry reach a call. No demand of its own: when a patch lets more kinds through to the same call, it
 * has dropped a test (versions/shown/kinds.ts); when it lets fewer through, it has added one.
 */
import { allKinds, type KindSet, kindSet, meantToCome, notLookedAgain, notLookedAt, testedOtherwise } from "../../kinds.ts";
import type { CallInfo, Site } from "../../model.ts";
import * as sym from "../../symbols.ts";
import type { Level } from "../../../rulebook/schema.ts";

export function noteKinds(call: CallInfo, site: Site): void {
  const returns = call.contract?.returns;
  noteMeaningless(call, site);
  if ((returns?.tests && !call.contract?.requires) || returns?.same || returns?.is !== undefined || returns?.like !== undefined) return;
  if (call.contract?.effects?.some((e) => e.do === "read")) return;
  if (onlyKeepsOrder(call)) return;
  const demands = new Map((call.contract?.requires ?? []).flatMap((r) => (r.need === "kind" ? [[call.arg(r.value), r.in] as const] : [])));
  call.args.forEach((arg, index) => {
    const wanted = demands.get(arg);
    const reach = kindsOf(arg, index, wanted !== undefined, call, site);
    if (reach === null) return;
    const left = reach.kinds & ~kindSet(wanted ?? []);
    const open = left === 0 ? 0 : left | meantToCome(left & (reach.shown ?? 0)) | (reach.otherwise ? testedOtherwise : 0);
    site.judge({
      rule: "entry-kind",
      outcome: open === 0 ? "proved" : "unknown",
      // Accessors of one sort stand for each other: pte_young() may become pte_dirty().
      what: wanted ? `accessors of ${wanted.join("/")}: kinds of the ${reach.level} entry` : `${call.step.callee ?? "a callback"}(${selectors(call)}): kinds of the ${reach.level} entry in argument ${index + 1}`,
      message: `${call.step.callee ?? "a callback"}()`,
      quiet: "demand",
      open,
    });
  });
}

/** Constants among the arguments that choose what the call does: move_pgt_entry(HPAGE_PMD, ...) is another call than move_pgt_entry(NORMAL_PMD, ...). */
function selectors(call: CallInfo): string {
  return call.step.args.flatMap((arg) => (arg.k === "global" && /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(arg.name) ? [arg.name] : [])).join(", ");
}

const nonPresent = kindSet(["migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"]);

/**
 * A test that answers either way for entries that are not present (pmd_leaf() of a swap entry: include/linux/pgtable.h)
 * says nothing of them: they have to be kept away from it.
 */
function noteMeaningless(call: CallInfo, site: Site): void {
  const tests = call.contract?.returns?.tests;
  if (!tests || !/^p(?:md|ud|4d|gd)_(?:leaf|large|huge)$/.test(call.step.callee ?? "")) return;
  const fact = site.facts.values.get(call.arg(tests.value));
  if (!fact) return;
  const open = fact.kinds & kindSet(tests.nonzero) & kindSet(tests.zero) & nonPresent;
  site.judge({
    rule: "entry-kind",
    outcome: open === 0 ? "proved" : "unknown",
    what: `${fact.level}_leaf(): kinds of the ${fact.level} entry that it says nothing of`,
    message: `${call.step.callee}()`,
    quiet: "demand",
    open,
  });
}

/** A call that locks, unlocks or unmaps looks at no entry: it is right for whatever lies there. */
function onlyKeepsOrder({ contract }: CallInfo): boolean {
  const effects = contract?.effects ?? [];
  const asks = contract?.requires?.some((r) => r.need === "kind") ?? false;
  return !asks && effects.length > 0 && effects.every((e) => orderOnly.has(e.do));
}

const orderOnly: ReadonlySet<string> = new Set(["acquire", "release", "may-release", "assert", "wait-for", "give-lock", "unmap", "walk-end"]);

/** Kinds of an entry value, or of the entry that a pointer designates; null for other arguments. */
function kindsOf(arg: string, index: number, demanded: boolean, call: CallInfo, site: Site): { readonly level: Level; readonly kinds: KindSet; readonly shown?: KindSet; readonly otherwise?: true } | null {
  const seen = valueBehind(arg, site);
  const fact = site.facts.values.get(arg) ?? (seen === undefined ? undefined : site.facts.values.get(seen));
  if (fact && site.facts.values.get(arg) === undefined && fact.under === "" && holdsOwnLock(arg, fact.level, site)) return { level: fact.level, kinds: fact.kinds | notLookedAgain };
  if (fact) return fact;
  // What this CPU has put there under the lock is no news to it.
  if (site.facts.entries.get(arg)?.rechecked) return null;
  const named = /^(?:is_)?(pte|pmd|pud)p?_/.exec(call.step.callee ?? "")?.[1] as Level | undefined;
  if (demanded && named !== undefined) return { level: named, kinds: allKinds(named) };
  const type = /^p(?:te|md|ud|4d|gd)_t \*$/.exec(site.types.ofExpr(call.step.args[index]!));
  if (!type) return null;
  const level = type[0].slice(0, type[0].indexOf("_")) as Level;
  return { level, kinds: allKinds(level) | notLookedAt };
}

/** The page-table lock of the entry was taken in this function. */
function holdsOwnLock(pointer: string, level: Level, site: Site): boolean {
  return site.facts.locks.some((l) => l.certain && l.origin === "taken" && l.id === sym.lockOf(level === "pud" ? "pud-ptl" : "pmd-ptl", pointer));
}

/** The value last read through a pointer; of a local copy (`pte_offset_map(&pmd, addr)`) the value it holds. */
function valueBehind(pointer: string, site: Site): string | undefined {
  return site.facts.memory.get(`e:${pointer}`) ?? (/^&\d+:[^.[]*$/.test(pointer) ? site.facts.memory.get(pointer) : undefined);
}

/** The same of code that is not in view, as far as entries are known there by names that lines do not move. */
export function noteKindsAtGap(site: Site): void {
  const judge = (pointer: string, level: Level, open: KindSet): void => {
    if (/[@?]/.test(pointer)) return;
    site.judge({ rule: "entry-kind", outcome: open === 0 ? "proved" : "unknown", what: `unseen code: kinds of the ${level} entry ${pointer}`, message: "code that is not in view", quiet: "demand", open });
  };
  for (const [key, value] of site.facts.memory) {
    const fact = key.startsWith("e:") ? site.facts.values.get(value) : undefined;
    if (fact) judge(key.slice(2), fact.level, fact.kinds);
  }
  for (const walk of site.facts.walks.keys()) {
    const pointer = sym.initial(sym.field(walk, "pte"));
    const kinds = site.rulebook.contract("page_vma_mapped_walk")?.returns?.kinds;
    if (kinds && !site.facts.memory.has(`e:${pointer}`)) judge(pointer, "pte", kindSet(kinds));
  }
}
