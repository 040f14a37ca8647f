/**
 * Calls that stay and are handed something else: the ends of a range the other way round, a range cut to one page, the mm
 * of the current task, the lock or entry of the other side of a copy. Which of two arguments is right the types don't
 * tell; only changes are spoken of that the other arguments contradict.
 */
import type { RuleId } from "../../core/finding.ts";
import { namedCallsIn } from "../../c/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect } from "../../rulebook/schema.ts";
import { isOfClass, nameHasEffect } from "../../check/call-graph.ts";
import { type Change, loss } from "../change.ts";
import type { Pair } from "../pair.ts";
import { argumentTexts, otherwiseCalled, type Replaced } from "./call-pairs.ts";
import { originsOf } from "./names.ts";

export function otherArguments(pair: Pair): Change[] {
  return otherwiseCalled(pair).flatMap((replaced): Change[] => {
    const rule = ruleOf(replaced.come.callee!, pair.rulebook);
    if (rule === null) return [];
    const said = exchanged(replaced) ?? shortened(replaced) ?? ofCurrent(replaced, pair.from.fn) ?? otherSide(replaced) ?? otherAddress(replaced, pair.to.fn);
    return said === null ? [] : [loss(rule, replaced.come.loc, `arguments of ${replaced.come.callee}()`, `${replaced.come.text} was ${replaced.gone.text} before the patch: ${said}`, false)];
  });
}

/** Two arguments have changed places, and nothing else. */
function exchanged({ gone, come }: Replaced): string | null {
  const [before, after] = [argumentTexts(gone.text), argumentTexts(come.text)];
  const other = after.flatMap((text, i) => (text === before[i] ? [] : [i]));
  const [a, b] = other;
  if (other.length !== 2 || before[a!] !== after[b!] || before[b!] !== after[a!]) return null;
  // A copy may go either way; what has an order of its own may not.
  return /^(?:flush_|\w+_modify_prot_commit$|pte_unmap_unlock$)/.test(come.callee!) ? `${before[a!]} and ${before[b!]} have changed places` : null;
}

/** The flush ends one page after its start. */
function shortened({ gone, come }: Replaced): string | null {
  if (!/^flush_\w*tlb\w*range$/.test(come.callee!)) return null;
  const [before, after] = [argumentTexts(gone.text), argumentTexts(come.text)];
  const [start, end] = after.slice(-2);
  return before.length === after.length && before.at(-2) === start && end === `${start} + PAGE_SIZE` ? `only one page of the range up to ${before.at(-1)!} is flushed` : null;
}

/** The mm or VMA of whoever runs, for one that the function was handed. */
function ofCurrent({ gone, come }: Replaced, before: FunctionIr): string | null {
  const now = argumentTexts(come.text);
  const was = argumentTexts(gone.text);
  const at = now.findIndex((text, i) => text !== was[i] && /^current->(?:active_)?mm\b/.test(text));
  const old = was[at];
  if (at < 0 || old === undefined || /\bcurrent\b/.test(old)) return null;
  const root = /^\w+/.exec(old)?.[0] ?? "";
  return Array.from(originsOf(root, before)).some((origin) => /\bcurrent\b/.test(origin)) ? null : `${old} need not be that of the current task`;
}

const sides = /(?:^|_)(src|dst|old|new)(?=_|$)/;

function sideOf(text: string): string | null {
  // The name that the text ends with.
  return sides.exec(text.split(/\W/).at(-1)!)?.[1] ?? null;
}

/** An argument of one side among those of the other, where all were of one side before. */
function otherSide({ gone, come }: Replaced): string | null {
  const [before, after] = [argumentTexts(gone.text), argumentTexts(come.text)];
  const sidesOf = (texts: readonly string[]): Set<string> => new Set(texts.flatMap((text) => sideOf(text) ?? []));
  const at = after.findIndex((text, i) => text !== before[i]);
  if (before.length !== after.length || sidesOf(before).size !== 1 || sidesOf(after).size < 2) return null;
  return `${after[at]!} is of the other side than the rest`;
}

/** The same entry, by another address than the rest of the function gives it. */
function otherAddress({ gone, come }: Replaced, after: FunctionIr): string | null {
  const [before, now] = [argumentTexts(gone.text), argumentTexts(come.text)];
  const other = now.flatMap((text, i) => (text === before[i] ? [] : [i]));
  const [at] = other;
  if (other.length !== 1 || !/^(?:\w*addr\w*|start)$/.test(before[at!]!) || !now[at!]!.startsWith(`${before[at!]!} `)) return null;
  const pointer = now[at! + 1];
  const agrees = namedCallsIn(after).some(({ text }) => text !== come.text && argumentTexts(text).includes(before[at!]!) && pointer !== undefined && argumentTexts(text).includes(pointer));
  return agrees ? `other calls go with ${before[at!]!} for the same entry` : null;
}

/** The rule that a call's purpose falls under; null for calls that have nothing to do with entries. */
function ruleOf(callee: string, rulebook: Rulebook): RuleId | null {
  const does = (wanted: (effect: Effect) => boolean): boolean => nameHasEffect(callee, rulebook, wanted);
  if (does((e) => e.do === "flush") || /^flush_\w*tlb/.test(callee)) return "tlb-flush";
  if (callee.endsWith("ptep_modify_prot_commit")) return "stale-read";
  if (does((e) => e.do === "unmap")) return "map-balance";
  if (does((e) => e.do === "acquire" && isOfClass(e.lock, "mmap"))) return "walk-context";
  if (does((e) => e.do === "release" && isOfClass(e.lock, "mmap"))) return "lock-balance";
  if (does((e) => e.do === "acquire" || e.do === "give-lock" || e.do === "map" || e.do === "write" || e.do === "install" || e.do === "owe-flush") ) return "entry-lock";
  if (does((e) => e.do === "notifier")) return "notifier-scope";
  return does((e) => e.do === "ledger") || /^mm_(?:inc|dec)_nr_p/.test(callee) ? "pt-accounting" : null;
}
