/**
 * What a function does to keep the requirements, read off its steps without following paths: locks it takes, flushes,
 * barriers, notifier ranges, tests that tell kinds of entries apart. Where hunks alone are known a path says little, but a
 * patch that only adds one of these around steps that stay shows what the code before it lacked, and one that only takes
 * one away shows what it lacks now.
 */
import { printExpr, stepsOf } from "../../c/index.ts";
import type { CallStep, FunctionIr, Loc, Step } from "../../c/ir.ts";
import type { RuleId } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect, LockClass, LockRef } from "../../rulebook/schema.ts";

export interface Protection {
  readonly rule: RuleId;
  /** Stable words for the deed; the same in both versions. */
  readonly what: string;
  readonly loc: Loc;
}

/** How much a function has that needs protection: more of it after a patch means new code, not a fix. */
export interface Exposure {
  /** Steps that change, map, install or detach entries. */
  readonly changes: number;
  /** Other steps that deal with entries or tables. */
  readonly touches: number;
}

export function exposureOf(fn: FunctionIr, rulebook: Rulebook): Exposure {
  let changes = 0;
  let touches = 0;
  for (const step of stepsOf(fn)) {
    if (step.op !== "call" || step.callee === null) continue;
    const effects = rulebook.ever(step.callee)?.effects ?? [];
    if (effects.some((e) => changing.has(e.do))) changes++;
    else if (handlesTables(step, fn, rulebook)) touches++;
  }
  for (const step of stepsOf(fn)) if (isEntryLoad(step, fn)) touches++;
  return { changes, touches };
}

const changing: ReadonlySet<Effect["do"]> = new Set(["write", "install", "detach-table", "map", "owe-flush", "reuse-table"]);

/** What is not known may deal with them. */
export function mayDealWithTables(step: CallStep, fn: FunctionIr, rulebook: Rulebook): boolean {
  const contract = step.callee === null ? undefined : rulebook.ever(step.callee);
  return contract === undefined || contract.effects?.some((e) => changing.has(e.do)) === true || handlesTables(step, fn, rulebook);
}

function handlesTables(step: CallStep, fn: FunctionIr, rulebook: Rulebook): boolean {
  const contract = rulebook.ever(step.callee!);
  if (contract) return (contract.requires?.length ?? 0) > 0 || contract.returns?.entry !== undefined || contract.returns?.tests !== undefined || (contract.effects?.some((e) => e.do === "read" || e.do === "lazy-mmu" || e.do === "announce-flush") ?? false);
  return /(?:^|_)(?:p[tmu4g]d|pte|ptes|pgtable|pgd|page_table|walk|gup|tlb|hugetlb)(?:_|$)/.test(step.callee!) || step.args.some((arg) => arg.k === "var" && isEntryPointer(fn.vars.get(arg.name)?.type ?? ""));
}

function isEntryPointer(type: string): boolean {
  return /^p(?:te|md|ud|4d|gd)_t \*$/.test(type);
}

function isEntryLoad(step: Step, fn: FunctionIr): boolean {
  return step.op === "load" && step.place.k === "deref" && step.place.ptr.k === "var" && isEntryPointer(fn.vars.get(step.place.ptr.name)?.type ?? "");
}

export function protectionsOf(fn: FunctionIr, rulebook: Rulebook): Protection[] {
  return stepsOf(fn).flatMap((step) => {
    if (step.op !== "call" || step.callee === null) return [];
    const contract = rulebook.ever(step.callee);
    const own = contract ? (contract.effects ?? []).flatMap((effect) => deedOf(effect, step)) : [];
    return [...own, ...byName(step)].map((deed) => ({ ...deed, loc: step.loc }));
  });
}

/** What a step does by the contract of what it calls, in whichever era. */
export function effectsOf(step: Step, rulebook: Rulebook): readonly Effect[] {
  return step.op === "call" && step.callee !== null ? (rulebook.ever(step.callee)?.effects ?? []) : [];
}

/** Locks that a function waits for, one word for each class and mode: "mmap write". */
export function locksTakenBy(fn: FunctionIr, rulebook: Rulebook): readonly string[] {
  return stepsOf(fn).flatMap((step) => {
    return effectsOf(step, rulebook).flatMap((e) => ((e.do === "acquire" && !e.try) || e.do === "wait-for" ? [`${"class" in e.lock ? e.lock.class : "lock"} ${e.do === "acquire" ? (e.mode ?? "") : ""}`] : []));
  });
}

export type Deed = Pick<Protection, "rule" | "what">;

function deedOf(effect: Effect, step: CallStep): Deed[] {
  switch (effect.do) {
    case "acquire":
    case "wait-for":
      return lockDeed(effect.lock, step);
    case "flush":
      return effect.what === "entry" || effect.what === "table" ? [] : [{ rule: "tlb-flush", what: effect.what === "gather" ? "the change is recorded in the mmu_gather" : "it flushes TLBs" }];
    case "settle-batched":
      return [{ rule: "tlb-flush", what: "flushes that reclaim has put off are done" }];
    case "delay-rmap":
      return [{ rule: "tlb-flush", what: "the rmap of a dirty page is kept until the flush" }];
    case "notifier":
      return effect.step === "start" ? [{ rule: "notifier-scope", what: "secondary MMUs are told of the range before it changes" }] : [];
    case "sync-walkers":
      return [{ rule: "table-free", what: "lockless walkers are waited for" }];
    case "reuse-table":
      return effect.how === "later" ? [{ rule: "table-free", what: "the table is freed when lockless walkers have left it" }] : [];
    default:
      return [];
  }
}

const tableLocks: ReadonlySet<LockClass> = new Set(["pte-ptl", "pmd-ptl", "pud-ptl", "page_table_lock"]);

function lockDeed(lock: LockRef, step: CallStep): Deed[] {
  if (!("class" in lock)) return /ptl\b|page_table_lock/.test(step.text) ? [pageTableLock] : /i_mmap/.test(step.text) ? [rmapLock("i_mmap")] : [];
  if (tableLocks.has(lock.class)) return [pageTableLock];
  switch (lock.class) {
    case "spin":
      return step.callee!.startsWith("huge_pte") ? [pageTableLock, { rule: "entry-lock", what: "the lock is that of the hugetlb entry's own size" }] : [];
    case "i_mmap":
    case "anon_vma":
      return [rmapLock(lock.class)];
    case "hugetlb-vma":
      return [{ rule: "hugetlb-share", what: "the hugetlb VMA lock is taken" }];
    case "irq-off":
      return [{ rule: "table-free", what: "interrupts are off, which keeps tables from being freed under a walk" }];
    default:
      return [];
  }
}

export const pageTableLock: Deed = { rule: "entry-lock", what: "a page-table lock is taken" };

function rmapLock(name: string): Deed {
  return { rule: "walk-context", what: `the ${name} lock, under which rmap walks start, is taken` };
}

/** Huge entries are cleared by the address at which their range starts: mm/pgtable-generic.c, pmdp_collapse_flush(). */
function byName(step: CallStep): Deed[] {
  if (!/^pmdp_(?:collapse_flush|huge_clear_flush)$/.test(step.callee!)) return [];
  const address = step.args[1] === undefined ? "" : printExpr(step.args[1]);
  return /^haddr$|HPAGE_PMD_MASK|PMD_MASK/.test(address) ? [{ rule: "tlb-flush", what: `${step.callee}() gets the address at which the huge range starts` }] : [];
}

/** How a function that flushes TLBs for others does so is for the hardware to say; one that changes entries or gathers has callers' rules to keep. */
function implementsFlushes({ name }: FunctionIr): boolean {
  return /flush_\w*tlb|tlb_?flush|tlbi|^_*(?:local_)?flush_|^__p(?:te|md|ud|4d)_free_tlb$/.test(name);
}

/**
 * What stores an entry leaves the flush to who calls it, before or after (Documentation/core-api/cachetlb.rst). One that takes away what was
 * there first flushes it before it stores anew (break before make: clear_flush(), arch/arm64/mm/hugetlbpage.c).
 */
export function leavesFlush(fn: FunctionIr): boolean {
  return implementsFlushes(fn) || (/^_*(?:native_|xen_)?set_(?:huge_)?p(?:te|md|ud|4d|gd)(?:s|_at)?$/.test(fn.name) && !stepsOf(fn).some(clearsEntry));
}

function clearsEntry(step: Step): boolean {
  return step.op === "call" && /^_*(?:huge_)?p(?:te|md|ud|4d|gd)(?:_clear|p_(?:huge_)?(?:get_and_)?clear(?:_full)?)$/.test(step.callee ?? "");
}

/** The function keeps the books of flushes (TLB generations, who has loaded which tables) and installs nothing: its barriers order that. */
export function isAboutTlbs(fn: FunctionIr, rulebook: Rulebook): boolean {
  const steps = stepsOf(fn);
  if (steps.some((step) => effectsOf(step, rulebook).some((e) => e.do === "install" || e.do === "write"))) return false;
  return /switch_mm|mm_context/.test(fn.name) || steps.some((step) => step.op === "call" && /tlb_gen|loaded_mm|flush_tlb|mm_cpumask/.test(step.text));
}
