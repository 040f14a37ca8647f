/**
 * Protections that are an order of two steps: a call that may sleep after a lock was dropped, a look at the VMA after the
 * lock was taken that keeps what is seen.
 */
import { stepsOf } from "../../c/index.ts";
import type { Block, CallStep, FunctionIr, Step } from "../../c/ir.ts";
import { effectsOf, type Protection } from "./protections.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect, LockClass } from "../../rulebook/schema.ts";

/** With the name of the step that has to stand in both versions. */
export interface OrderedProtection extends Protection {
  readonly step: string;
}

export function orderedIn(fn: FunctionIr, rulebook: Rulebook): OrderedProtection[] {
  return [...afterUnlock(fn, rulebook), ...afterLock(fn, rulebook)];
}

/** Names of calls and of VMA fields read: what an order speaks of. */
export function stepNames(fn: FunctionIr): readonly string[] {
  return stepsOf(fn).flatMap((step) => (step.op === "call" && step.callee !== null ? [step.callee] : [fieldLookedAt(step) ?? ""]));
}

function afterUnlock(fn: FunctionIr, rulebook: Rulebook): OrderedProtection[] {
  const found: OrderedProtection[] = [];
  const add = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.op !== "call" || step.callee === null || !maySleep(step, rulebook)) continue;
      found.push({ rule: "sleep-atomic", what: `${step.callee}(), which may sleep, is called after a lock was dropped`, loc: step.loc, step: step.callee });
    }
  };
  // Hundreds of exits that each drop the lock may lead to one long way out.
  const seen = new Set<Block>();
  for (const block of fn.blocks) {
    const dropped = block.steps.findIndex((step) => effectsOf(step, rulebook).some((e) => e.do === "release" && isUnsleepable(e, step)));
    if (dropped < 0) continue;
    add(block.steps.slice(dropped + 1));
    for (const next of blocksOnward(block, fn)) {
      if (seen.has(next)) continue;
      seen.add(next);
      add(next.steps);
    }
  }
  return found;
}

/** Where a function drops a lock: calls after which it is seen to be dropped and not taken before that, and how often it is. */
export interface Unlocks {
  readonly after: ReadonlySet<string>;
  readonly times: number;
}

export function unlocksIn(fn: FunctionIr, rulebook: Rulebook): Unlocks {
  const after = new Set<string>();
  let times = 0;
  let next: "acquire" | "release" | null = null;
  for (const step of stepsOf(fn).toReversed()) {
    if (step.op === "call" && step.callee !== null && next === "release") after.add(step.callee);
    const effects = effectsOf(step, rulebook);
    if (effects.some((e) => e.do === "release" && isUnsleepable(e, step))) times++;
    // A step that does both, which lets a lock go and takes it again, counts as one that lets it go.
    if (effects.some((e) => e.do === "acquire" || (e.do === "release" && isUnsleepable(e, step)))) next = effects.some((e) => e.do === "release") ? "release" : "acquire";
  }
  return { after, times };
}

/** The blocks that follow one for certain: what it jumps to, without a choice. */
function blocksOnward(block: Block, fn: FunctionIr): readonly Block[] {
  const blocks: Block[] = [];
  for (let { end } = block, left = 4; end.k === "goto" && left > 0; left--) {
    const next = fn.blocks[end.to]!;
    blocks.push(next);
    end = next.end;
  }
  return blocks;
}

/** Page-table locks must not be held over a sleep, and VMA locks not over a wait for somebody who may want them. */
function isUnsleepable(effect: Extract<Effect, { do: "release" }>, step: Step): boolean {
  const { lock } = effect;
  if (!("class" in lock)) return lock.kind === undefined && step.op === "call" && /ptl\b|page_table_lock/.test(step.text);
  return lock.class === "vma" || /ptl$|^page_table_lock$|^spin$/.test(lock.class);
}

function maySleep(step: CallStep, rulebook: Rulebook): boolean {
  if (rulebook.sleeper(step.callee!)) return true;
  return !rulebook.ever(step.callee!)?.effects && /(?:^|_)(?:wait|fault|walk|hole|reclaim)(?:_|$)/.test(step.callee!);
}

/** Locks under which a VMA's fields stay as they are. */
const keeping: ReadonlySet<LockClass> = new Set(["mmap", "vma"]);

function afterLock(fn: FunctionIr, rulebook: Rulebook): OrderedProtection[] {
  const steps = stepsOf(fn);
  const locked = steps.filter((step) => effectsOf(step, rulebook).some((e) => (e.do === "acquire" || e.do === "wait-for") && "class" in e.lock && keeping.has(e.lock.class)));
  const first = locked.reduce((line, lock) => Math.min(line, lock.loc.line), Infinity);
  return steps.flatMap((step): OrderedProtection[] => {
    const field = fieldLookedAt(step);
    if (field === null || first >= step.loc.line) return [];
    return [{ rule: "stale-read", what: `->${field} is looked at after a lock was taken that keeps it`, loc: step.loc, step: field }];
  });
}

/** Fields that decide whether a VMA's tables may be removed or filled, and that change under its locks. */
function fieldLookedAt(step: Step): string | null {
  if (step.op === "call") return step.callee === "userfaultfd_wp" || step.callee === "userfaultfd_armed" ? step.callee : null;
  return step.op === "load" && step.place.k === "field" && step.place.field === "anon_vma" ? step.place.field : null;
}
