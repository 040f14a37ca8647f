/** Protections that one version of a function has and the other lacks, while what they protect stands in both. */
import { calleesOf } from "../c/index.ts";
import { type FunctionCheck } from "../check/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { Obligation } from "../core/finding.ts";
import { exposureOf, locksTakenBy, pageTableLock, type Protection, protectionsOf } from "./protections.ts";
import { orderedIn, stepNames } from "./order-of-steps.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { newlyTold } from "./told-apart.ts";

/** One requirement that changed sides, at its place in the version that leaves it open. */
export interface Change {
  readonly obligation: Obligation;
  /** A warning would say too much: what went may stand elsewhere under another name. */
  readonly weak?: boolean;
  readonly message: (status: "introduced" | "fixed") => string;
}

/** Lines that the patch takes away and adds. */
export interface TouchedLines {
  readonly pre: ReadonlySet<number>;
  readonly post: ReadonlySet<number>;
}

export interface Versions {
  readonly pre: readonly FunctionCheck[];
  readonly post: readonly FunctionCheck[];
  readonly rulebook: Rulebook;
  readonly touched: TouchedLines;
}

/** What `from` does and `to` does not ("lost": `from` is the version before the patch). */
export function guarded(from: FunctionCheck, to: FunctionCheck, direction: "lost" | "won", versions: Versions): Change[] {
  const { rulebook } = versions;
  const [has, lacks] = [exposureOf(from.fn, rulebook), exposureOf(to.fn, rulebook)];
  // New changes of entries bring their own locks and flushes, and a body that lost them is another one: nothing was mended.
  if (has.changes !== lacks.changes) return [];
  const others = standIns(from, to, rulebook);
  const inOrder = others.length > 0 ? [] : [...reordered(from, to, rulebook), ...onlyTried(from, to, rulebook)];
  if (lacks.changes + lacks.touches === 0) return inOrder;
  const done = others.length > 0 ? [] : addedDeeds(from, to, direction, versions);
  const silent = others.some((name) => /p[tmu4g]d|pte|swp|leaf|entry/.test(name)) || isImplementation("entry-kind", to) || testsMoved(from, direction, versions);
  const more = silent ? [] : newlyTold(from.fn, to.fn, rulebook);
  return [...done, ...inOrder, ...(more.length > 0 ? [change("entry-kind", `it tells entries apart (${more.slice(0, 2).join("; ")})`, to)] : [])];
}

function addedDeeds(from: FunctionCheck, to: FunctionCheck, direction: "lost" | "won", versions: Versions): Change[] {
  const [own, other] = [from, to].map(({ fn }) => protectionsOf(fn, versions.rulebook)) as [Protection[], Protection[]];
  const times = (deeds: readonly Protection[], what: string): number => deeds.filter((deed) => deed.what === what).length;
  return Array.from(new Map(own.map((deed) => [deed.what, deed.rule] as const))).flatMap(([what, rule]) => {
    const added = times(own, what) > times(other, what) && !isImplementation(rule, to) && !movedHere(what, from, direction, versions);
    return added ? [change(rule, what, to)] : [];
  });
}

/** A step that comes in the right order in `from` and stands in both. */
function reordered(from: FunctionCheck, to: FunctionCheck, rulebook: Rulebook): Change[] {
  const other = orderedIn(to.fn, rulebook);
  const times = (fn: FunctionIr, step: string): number => stepNames(fn).filter((name) => name === step).length;
  const found = orderedIn(from.fn, rulebook).filter(({ what, step, rule }) => {
    const inPlace = rule === "sleep-atomic" ? times(from.fn, step) === times(to.fn, step) : times(to.fn, step) > 0;
    return inPlace && !other.some((one) => one.what === what);
  });
  return found.slice(0, 1).map(({ rule, what }) => change(rule, what, to));
}

/** A lock that `to` waits for and `from` only tries for: whoever holds another lock must not wait for one that comes before it. */
function onlyTried(from: FunctionCheck, to: FunctionCheck, rulebook: Rulebook): Change[] {
  const waits = (fn: FunctionIr, lock: string): number => locksTakenBy(fn, rulebook).filter((one) => one.startsWith(`${lock} `)).length;
  const found = (["vma", "mmap", "i_mmap", "anon_vma"] as const).filter((lock) => waits(from.fn, lock) < waits(to.fn, lock) && triesFor(lock, from.fn) > triesFor(lock, to.fn));
  return found.map((lock) => change("lock-order", `the ${lock} lock is tried for and not waited for`, to));
}

function triesFor(lock: string, fn: FunctionIr): number {
  return calleesOf(fn).filter((name) => name.startsWith(`${lock}_`) && /_try(?:_|lock)/.test(name)).length;
}

/** Another function gave up a test of an entry. */
function testsMoved(from: FunctionCheck, direction: "lost" | "won", versions: Versions): boolean {
  const [lacks, has] = othersTouched(from, direction, versions).map((fns) => fns.flatMap(calleesOf).filter((name) => versions.rulebook.ever(name)?.returns?.tests !== undefined).length) as [number, number];
  return lacks > has;
}

/** The other functions that the patch touches, in the version that lacks something and in the one that has it: the rest are the same in both. */
function othersTouched(from: FunctionCheck, direction: "lost" | "won", { pre, post, touched }: Versions): [readonly FunctionIr[], readonly FunctionIr[]] {
  const overlap = (checks: readonly FunctionCheck[], lines: ReadonlySet<number>): string[] => checks.flatMap(({ fn }) => (Array.from(lines).some((line) => line >= fn.line && line <= fn.endLine) ? [fn.name] : []));
  const names = new Set([...overlap(pre, touched.pre), ...overlap(post, touched.post)]);
  const others = (checks: readonly FunctionCheck[]): FunctionIr[] => checks.map(({ fn }) => fn).filter((fn) => fn.name !== from.fn.name && names.has(fn.name));
  return direction === "lost" ? [others(post), others(pre)] : [others(pre), others(post)];
}

/** Functions without a contract that only `to` calls: they may do the same under another name. */
function standIns(from: FunctionCheck, to: FunctionCheck, rulebook: Rulebook): readonly string[] {
  const known = new Set([from.fn.name, to.fn.name, ...calleesOf(from.fn)]);
  return calleesOf(to.fn).filter((name) => !known.has(name) && /[a-z]/.test(name) && !rulebook.ever(name));
}

/** What flushes TLBs for others, or tells them what an entry is, is judged by what the hardware needs, which is not in view. */
function isImplementation(rule: Obligation["rule"], { fn }: FunctionCheck): boolean {
  return rule === "entry-kind" ? /^(?:is_)?p(?:te|md|ud)_/.test(fn.name) : rule === "tlb-flush" && /flush|tlb/.test(fn.name);
}

/**
 * Another function did it in the version that lacks it here, and does not any more: it was moved. The same goes for a lock
 * that other functions gave up for it.
 */
export function movedHere(what: string, from: FunctionCheck, direction: "lost" | "won", versions: Versions): boolean {
  const { rulebook } = versions;
  const [lacks, has] = othersTouched(from, direction, versions);
  const deeds = (fns: readonly FunctionIr[]): number => fns.flatMap((fn) => protectionsOf(fn, rulebook)).filter((deed) => deed.what === what).length;
  if (deeds(lacks) > deeds(has)) return true;
  if (what !== pageTableLock.what) return false;
  const left = has.flatMap((fn) => locksTakenBy(fn, rulebook));
  return lacks.flatMap((fn) => locksTakenBy(fn, rulebook)).some((lock) => {
    const at = left.indexOf(lock);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function change(rule: Obligation["rule"], what: string, to: FunctionCheck): Change {
  const obligation: Obligation = { rule, outcome: "unknown", what, line: to.fn.line, column: 1, note: "" };
  return { obligation, weak: true, message: (status) => (status === "introduced" ? `the patch takes away what this function did before: ${what}` : `the patch adds what this function did not do before: ${what}`) };
}
