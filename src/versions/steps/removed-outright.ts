/**
 * Guards that a patch deletes and does nothing else: locks with their releases, barriers. Where every other call of the
 * function stays and none is added, nothing in the patch does what the guard did, and the patch owes an explanation.
 */
import type { FunctionIr } from "../../c/ir.ts";
import { type NamedCall, namedCallsIn, printPlace, stepsOf } from "../../c/index.ts";
import { counted } from "../touched-functions.ts";
import type { RuleId } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect, LockRef } from "../../rulebook/schema.ts";

export interface Removed {
  readonly rule: RuleId;
  readonly call: NamedCall;
  /** The lock or barrier in words. */
  readonly what: string;
}

/** Calls that belong to a guard: a deletion of more than a few of them is a rewrite. */
const mostCalls = 8;

/**
 * What was deleted between the two versions, one for each rule; empty when anything else than guards went or came. `below`: functions that `to` comes
 * to, in whichever file of the patch: one that takes the lock itself is called without (ptdump_walk_pgd() and those who show page tables by it).
 */
export function removedOutright(from: FunctionIr, to: FunctionIr, rulebook: Rulebook, below: () => readonly FunctionIr[] = () => []): Removed[] {
  const [before, after] = [namedCallsIn(from), namedCallsIn(to)];
  const left = [...before];
  for (const step of after) {
    const at = left.findIndex((one) => one.text === step.text);
    if (at < 0) return [];
    left.splice(at, 1);
  }
  const effectsOf = (step: NamedCall): readonly Effect[] => rulebook.contract(step.callee)?.effects ?? [];
  const isGuard = (step: NamedCall): boolean => effectsOf(step).length > 0 && effectsOf(step).every((e) => e.do === "acquire" || e.do === "release" || e.do === "give-lock" || e.do === "barrier");
  if (left.length === 0 || left.length > mostCalls || !left.every(isGuard) || after.every(isGuard)) return [];
  const changesEntries = after.some((step) => effectsOf(step).some((e) => e.do === "write" || e.do === "install"));
  const reached = [...after, ...below().flatMap(namedCallsIn)];
  const releases = left.filter((step) => effectsOf(step).some((e) => e.do === "release"));
  const wentWithStores = (step: NamedCall): boolean => {
    const { line } = step.loc;
    return effectsOf(step).some((e) => e.do === "barrier") ? storesWent(from.line, line, from, to) : storesWent(line, releases.at(-1)?.loc.line ?? from.endLine, from, to);
  };
  const found = left.filter((step) => !wentWithStores(step)).flatMap((step) => effectsOf(step).flatMap((effect): Removed[] => ofEffect(effect, step, reached, changesEntries, effectsOf)));
  return found.filter((one, i) => found.findIndex((other) => other.rule === one.rule) === i);
}

/** All that was stored in these lines (under a lock, before a barrier) has gone with the guard (a counter that becomes an atomic one): only what is stored elsewhere still is. */
function storesWent(first: number, last: number, from: FunctionIr, to: FunctionIr): boolean {
  const isGuarded = (line: number): boolean => line >= first && line <= last;
  const guarded = storesIn(from, isGuarded);
  const others = storesIn(from, (line) => !isGuarded(line));
  const now = storesIn(to, () => true);
  return guarded.size > 0 && Array.from(guarded.keys()).every((place) => (now.get(place) ?? 0) <= (others.get(place) ?? 0));
}

/** How often each place is stored to. */
function storesIn(fn: FunctionIr, isWanted: (line: number) => boolean): ReadonlyMap<string, number> {
  return counted(stepsOf(fn).flatMap((step) => (step.op === "store" && isWanted(step.loc.line) ? [printPlace(step.place)] : [])));
}

function ofEffect(effect: Effect, call: NamedCall, reached: readonly NamedCall[], changesEntries: boolean, effectsOf: (step: NamedCall) => readonly Effect[]): Removed[] {
  if (effect.do === "barrier") return changesEntries && effect.kind !== "read" ? [{ rule: "publish-order", call, what: `${call.text}, which orders what was written before the entry` }] : [];
  if (effect.do !== "acquire") return [];
  const known = lockIn(effect.lock, call);
  const kept = reached.some((step) => effectsOf(step).some((e) => (e.do === "acquire" || e.do === "assert") && lockIn(e.lock, step)?.rule === known?.rule));
  return known === null || kept ? [] : [{ ...known, call }];
}

/** The rule that asks for a lock, and the lock in words; null for locks that no rule asks for by themselves. */
function lockIn(lock: LockRef, call: NamedCall): Omit<Removed, "call"> | null {
  const name = "class" in lock ? lock.class : (/(?:^|[^a-z])(mmap_lock|mmap_sem|i_mmap_rwsem|page_table_lock|\w{0,40}ptl)\b/.exec(call.text)?.[1] ?? "");
  const what = `${call.text} and the release that went with it`;
  if (/^(?:mmap|vma|i_mmap|anon_vma)(?:$|_)/.test(name)) return { rule: "walk-context", what };
  if (name === "hugetlb-vma") return { rule: "hugetlb-share", what };
  return /ptl$|^page_table_lock$/.test(name) ? { rule: "entry-lock", what } : null;
}
