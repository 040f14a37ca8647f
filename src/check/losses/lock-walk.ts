/**
 * What a function does to the locks it was called with, and what it holds at each of its calls, counted along its paths:
 * the net effect of a version, for comparison with another. Paths are told apart by conditions that are asked twice, by
 * flags, and by the results of calls that may fail; which lock of a family is meant does not matter here.
 */
import { definedBy, printExpr } from "../../c/index.ts";
import type { CallStep, Expr, FunctionIr, Step, Terminator } from "../../c/ir.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { Effect, LockClass } from "../../rulebook/schema.ts";
import { stepsOf } from "../call-graph.ts";
import { coversEntries } from "../effects.ts";
import { namesIn, textsOfTemporaries } from "./tests.ts";

/** Page-table locks go by one name. */
export type LockFamily = "page-table lock" | LockClass;

export interface LockBooks {
  /** By family, the different net effects at returns: taken and kept (+), released for the caller (-). */
  readonly exits: ReadonlyMap<LockFamily, ReadonlySet<number>>;
  /** Text of a call -> locks of this function held there on every path: "mmap read". */
  readonly atCalls: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many steps take and release locks of a family: "acquire mmap" -> 2. */
  readonly steps: ReadonlyMap<string, number>;
}

interface State {
  /** "mmap read" -> how many are held of those taken here, negative for the caller's. */
  readonly net: ReadonlyMap<string, number>;
  /** Known truths of conditions and variables. */
  readonly truths: ReadonlyMap<string, boolean>;
}

const mostStates = 96;
const mostCount = 3;

export function lockBooks(fn: FunctionIr, rulebook: Rulebook): LockBooks {
  const texts = textsOfTemporaries(fn);
  const asked = askedOften(fn, texts);
  const states = new Map<number, Map<string, State>>();
  const pending = new Set<string>();
  const returns: ReadonlyMap<string, number>[] = [];
  const atCalls = new Map<string, Set<string>>();
  const arrive = (block: number, state: State): void => {
    const here = states.get(block) ?? new Map<string, State>();
    states.set(block, here);
    const kept = here.size < mostStates ? state : { ...state, truths: new Map<string, boolean>() };
    const key = [...Array.from(kept.net, ([name, count]) => `${name} ${count}`).toSorted(), ...Array.from(kept.truths, ([name, truth]) => `${name} ${truth}`).toSorted()].join("|");
    if (here.has(key) || here.size >= 2 * mostStates) return;
    here.set(key, kept);
    pending.add(`${block} ${key}`);
  };
  arrive(0, { net: new Map(), truths: new Map() });
  for (const item of pending) {
    pending.delete(item);
    const id = Number(item.slice(0, item.indexOf(" ")));
    let paths = [states.get(id)!.get(item.slice(item.indexOf(" ") + 1))!];
    for (const step of fn.blocks[id]!.steps) {
      if (step.op === "call") for (const { net } of paths) noteHeld(atCalls, step.text, net);
      paths = paths.flatMap((path) => after(step, path, rulebook, asked));
    }
    for (const path of paths) {
      const { end } = fn.blocks[id]!;
      if (end.k === "return") returns.push(path.net);
      for (const [to, next] of onward(end, path, texts, asked)) arrive(to, next);
    }
  }
  return { exits: exitsOf(returns), atCalls, steps: countSteps(fn, rulebook) };
}

export function familyOf(lockClass: LockClass): LockFamily {
  return coversEntries(lockClass) ? "page-table lock" : lockClass;
}

function lockEffects(step: CallStep, rulebook: Rulebook): Extract<Effect, { do: "acquire" | "release" }>[] {
  return (step.callee === null ? [] : (rulebook.contract(step.callee)?.effects ?? [])).filter((e) => e.do === "acquire" || e.do === "release").filter((e) => "class" in e.lock || (e.lock.kind === undefined && isPageTableLock(step)));
}

/** A spinlock by its pointer: one that is not about page tables goes by another name. */
function isPageTableLock(step: CallStep): boolean {
  return /ptl|page_table_lock|pml/.test(step.text);
}

function nameOf(effect: Extract<Effect, { do: "acquire" | "release" }>): LockFamily {
  return "class" in effect.lock ? familyOf(effect.lock.class) : "page-table lock";
}

function after(step: Step, state: State, rulebook: Rulebook, asked: ReadonlySet<string>): State[] {
  const name = definedBy(step);
  const base = name === null ? state : { ...state, truths: forgetting(name, state.truths) };
  if (step.op === "assign" && step.value !== null && name !== null) {
    const truth = step.value.k === "num" ? step.value.value !== 0n : step.value.k === "var" ? base.truths.get(step.value.name) : undefined;
    return [truth === undefined || !asked.has(name) ? base : { ...base, truths: new Map(base.truths).set(name, truth) }];
  }
  if (step.op !== "call") return [base];
  const effects = lockEffects(step, rulebook);
  if (effects.length === 0) return [base];
  const forks = effects.some((e) => e.when !== undefined);
  return (forks ? (["nonzero", "zero"] as const) : [null]).map((on) => {
    const net = effects.filter((e) => e.when === undefined || e.when === on).reduce((sum, e) => add(sum, e), base.net);
    return { net, truths: on === null || step.dst === null ? base.truths : new Map(base.truths).set(step.dst, on === "nonzero") };
  });
}

/** A release ends a lock of either mode; where none is held, it was the caller's. */
function add(net: ReadonlyMap<string, number>, effect: Extract<Effect, { do: "acquire" | "release" }>): ReadonlyMap<string, number> {
  const family = nameOf(effect);
  const key = effect.do === "acquire" ? `${family} ${effect.mode ?? "write"}` : ([`${family} write`, `${family} read`].find((k) => (net.get(k) ?? 0) > 0) ?? `${family} read`);
  const count = (net.get(key) ?? 0) + (effect.do === "acquire" ? 1 : -1);
  const next = new Map(net);
  if (count === 0) next.delete(key);
  else if (Math.abs(count) <= mostCount) next.set(key, count);
  return next;
}

function forgetting(name: string, truths: ReadonlyMap<string, boolean>): ReadonlyMap<string, boolean> {
  const stale = Array.from(truths.keys()).filter((key) => key === name || (!key.startsWith("%") && namesIn(key).has(name)));
  if (stale.length === 0) return truths;
  const left = new Map(truths);
  for (const key of stale) left.delete(key);
  return left;
}

function onward(end: Terminator, state: State, texts: ReadonlyMap<string, string>, asked: ReadonlySet<string>): [number, State][] {
  switch (end.k) {
    case "goto":
      return [[end.to, state]];
    case "switch":
      return [...end.cases.map((c): [number, State] => [c.to, state]), [end.otherwise, state]];
    case "branch": {
      const { subject, negated } = subjectOf(end.cond);
      const key = asked.has(subject) || state.truths.has(subject) ? subject : textOf(end.cond, texts);
      const known = end.cond.k === "num" ? end.cond.value !== 0n : state.truths.get(key);
      const flips = key === subject && negated;
      return [true, false].flatMap((truth): [number, State][] => {
        const shown = flips ? !truth : truth;
        if (known !== undefined && known !== (end.cond.k === "num" ? truth : shown)) return [];
        return [[truth ? end.yes : end.no, asked.has(key) ? { ...state, truths: new Map(state.truths).set(key, shown) } : state]];
      });
    }
    case "return":
    case "stop":
    case "lost":
      return [];
  }
}

/** `x`, `x == 0`, `x != 0` all ask about x. */
function subjectOf(cond: Expr): { readonly subject: string; readonly negated: boolean } {
  if (cond.k === "var") return { subject: cond.name, negated: false };
  const isZero = cond.k === "binary" && ((cond.right.k === "num" && cond.right.value === 0n) || (cond.right.k === "global" && cond.right.name === "NULL"));
  if (isZero && cond.left.k === "var" && (cond.op === "==" || cond.op === "!=")) return { subject: cond.left.name, negated: cond.op === "==" };
  return { subject: "", negated: false };
}

function textOf(cond: Expr, texts: ReadonlyMap<string, string>): string {
  return printExpr(cond).replace(/%\d+/g, (name) => texts.get(name) ?? name);
}

/** Conditions that more than one branch asks, and variables that are asked for being zero. */
function askedOften(fn: FunctionIr, texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const often = new Set<string>();
  for (const { end } of fn.blocks) {
    if (end.k !== "branch") continue;
    const key = textOf(end.cond, texts);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const { subject } = subjectOf(end.cond);
    if (subject !== "" && !subject.startsWith("%")) often.add(subject);
  }
  for (const [key, count] of counts) if (count > 1) often.add(key);
  return often;
}

function noteHeld(atCalls: Map<string, Set<string>>, text: string, net: ReadonlyMap<string, number>): void {
  const held = new Set(Array.from(net).flatMap(([key, count]) => (count > 0 ? [key] : [])));
  const before = atCalls.get(text);
  atCalls.set(text, before === undefined ? held : new Set(Array.from(before).filter((key) => held.has(key))));
}

/** The sums of all returns, family by family: 0 where a return leaves a family as it was. */
function exitsOf(returns: readonly ReadonlyMap<string, number>[]): ReadonlyMap<LockFamily, ReadonlySet<number>> {
  const sums = returns.map((net) => {
    const sum = new Map<LockFamily, number>();
    for (const [key, count] of net) {
      const family = key.slice(0, key.lastIndexOf(" ")) as LockFamily;
      sum.set(family, (sum.get(family) ?? 0) + count);
    }
    return sum;
  });
  const families = new Set(sums.flatMap((sum) => Array.from(sum.keys())));
  return new Map(Array.from(families, (family) => [family, new Set(sums.map((sum) => sum.get(family) ?? 0))] as const));
}

function countSteps(fn: FunctionIr, rulebook: Rulebook): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const step of stepsOf(fn)) {
    if (step.op !== "call") continue;
    for (const effect of lockEffects(step, rulebook)) {
      const key = `${effect.do} ${nameOf(effect)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
