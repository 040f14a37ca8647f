/**
 * Answers about entries that a version keeps in a variable and asks later: `writable = pte_present(val); if (writable)
 * writable = pte_write(val);`, `page = pte_present(val) ? vm_normal_page(vma, addr, val) : NULL; if (!page)`. Where the
 * ways meet at the variable, what it was set after is not followed, so that a comparison of kinds tells nothing.
 */
import { definedBy, stepsOf } from "../../c/index.ts";
import type { Expr, FunctionIr, Step } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { byKey } from "../../util/by-key.ts";
import type { Pair } from "../pair.ts";

/** `to` asks a variable in which more answers meet than in that of `from`. */
export function keepsAnswers({ from, to, rulebook }: Pair): boolean {
  const kept = keptIn(to.fn, rulebook);
  if (kept.size === 0) return false;
  const before = keptIn(from.fn, rulebook);
  return Array.from(kept).some(([name, answers]) => answers > (before.get(name) ?? 0));
}

/** Variables that a branch asks, and that are set in several places; in how many of them behind a test of an entry, or to its answer. */
function keptIn(fn: FunctionIr, rulebook: Rulebook): ReadonlyMap<string, number> {
  const set = definitions(fn);
  const answers = answersIn(fn, rulebook);
  const asked = new Set(fn.blocks.flatMap(({ end }) => (end.k === "branch" ? [askedBy(end.cond)] : [])).filter((name) => name !== null));
  const behind = new Set(fn.blocks.flatMap(({ end }) => (end.k === "branch" && answers.has(askedBy(end.cond) ?? "") ? [end.yes, end.no] : [])));
  return new Map(Array.from(asked).flatMap((name) => {
    const all = meeting(name, set);
    const told = all.filter(({ step, block }) => behind.has(block) || (step.op === "assign" && step.value?.k === "var" && answers.has(step.value.name))).length;
    return all.length > 1 && told > 0 ? [[name, told] as const] : [];
  }));
}

interface Definition {
  readonly step: Step;
  readonly block: number;
}

function definitions(fn: FunctionIr): ReadonlyMap<string, readonly Definition[]> {
  const all = fn.blocks.flatMap(({ id, steps }) => steps.map((step): Definition => ({ step, block: id })));
  return byKey(all, ({ step }) => {
    const name = definedBy(step);
    return name === null || (step.op === "assign" && step.value === null) ? [] : [name];
  });
}

/** Where a variable is set; of one that takes over what a conditional expression gives, where that is. */
function meeting(name: string, set: ReadonlyMap<string, readonly Definition[]>): readonly Definition[] {
  const all = set.get(name) ?? [];
  return all.flatMap((one) => {
    const source = one.step.op === "assign" && one.step.value?.k === "var" && one.step.value.name.startsWith("%") ? (set.get(one.step.value.name) ?? []) : [];
    return source.length > 1 ? source : [one];
  });
}

/** Results of tests of entries, and variables that take them over. */
function answersIn(fn: FunctionIr, rulebook: Rulebook): ReadonlySet<string> {
  const steps = stepsOf(fn);
  const found = new Set(steps.flatMap((step) => (step.op === "call" && step.dst !== null && step.callee !== null && rulebook.ever(step.callee)?.returns?.tests !== undefined ? [step.dst] : [])));
  for (const step of steps) if (step.op === "assign" && step.value?.k === "var" && found.has(step.value.name)) found.add(step.dst);
  return found;
}

/** `x`, `x == NULL`, `x != 0` ask x. */
function askedBy(cond: Expr): string | null {
  if (cond.k === "var") return cond.name;
  return cond.k === "binary" && /^[=!]=$/.test(cond.op) && cond.left.k === "var" && (cond.right.k === "num" || cond.right.k === "global") ? cond.left.name : null;
}
