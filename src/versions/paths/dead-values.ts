/**
 * Values of entries that a patch makes and hands to nobody: the entry is set before its last flags are in it. In the
 * version before, each step that makes a value was followed by one that used it.
 */
import { definedBy, mentionsVariable, operandsOf, stepsOf, successors } from "../../c/index.ts";
import type { CallStep, FunctionIr, Step } from "../../c/ir.ts";
import { callHasEffect } from "../../check/call-graph.ts";
import { type Change, loss } from "../change.ts";
import type { Pair } from "../pair.ts";

export function deadValues({ from, to, rulebook }: Pair): Change[] {
  const [keyBefore, keyNow] = [keysOf(from.fn), keysOf(to.fn)];
  const before = new Set(unused(from.fn).map(keyBefore));
  const there = new Set(stepsOf(from.fn).map((step) => `${definedBy(step)} ${keyBefore(step)}`));
  const setters = new Map<string, CallStep>();
  for (const step of stepsOf(to.fn)) {
    if (!callHasEffect(step, rulebook, (e) => e.do === "write" || e.do === "install")) continue;
    for (const arg of step.args) if (arg.k === "var" && !setters.has(arg.name)) setters.set(arg.name, step);
  }
  return unused(to.fn).flatMap((step): Change[] => {
    const name = definedBy(step)!;
    const key = keyNow(step);
    const setter = setters.get(name);
    if (before.has(key) || !there.has(`${name} ${key}`) || setter === undefined) return [];
    return [loss("publish-order", setter.loc, `value of ${name}`, `${setter.text} comes before ${name} has its last value now: what line ${step.loc.line} makes of it reaches no entry`, false)];
  });
}

/** Names an assignment by its target and the call that made the value. */
function keysOf(fn: FunctionIr): (step: Step) => string {
  const texts = new Map<string, string>();
  for (const step of stepsOf(fn)) if (step.op === "call" && step.dst !== null && !texts.has(step.dst)) texts.set(step.dst, step.text);
  return (step) => (step.op !== "assign" || step.value?.k !== "var" ? "" : `${step.dst} = ${texts.get(step.value.name) ?? step.value.name}`);
}

/** Assignments to entry values that no step after them reads. */
function unused(fn: FunctionIr): Step[] {
  const isEntry = (name: string | null): name is string => name !== null && !name.startsWith("%") && /^p(?:te|md|ud)_t$/.test(fn.vars.get(name)?.type ?? "");
  return fn.blocks.flatMap(({ id, steps }) => steps.filter((step, at) => {
    const name = definedBy(step);
    return step.op === "assign" && step.value !== null && step.value.k === "var" && isEntry(name) && !isRead(name, fn, id, at + 1);
  }));
}

function isRead(name: string, fn: FunctionIr, block: number, from: number): boolean {
  const seen = new Set<number>();
  const pending: (readonly [number, number])[] = [[block, from]];
  for (const [id, start] of pending) {
    const { steps, end } = fn.blocks[id]!;
    let isSet = false;
    for (const step of steps.slice(start)) {
      if (readsIn(step, name)) return true;
      if (definedBy(step) === name) { isSet = true; break; }
    }
    if (isSet) continue;
    if ((end.k === "branch" && mentionsVariable(end.cond, name)) || (end.k === "return" && end.value !== null && mentionsVariable(end.value, name)) || end.k === "lost" || end.k === "switch") return true;
    for (const next of successors(end)) if (!seen.has(next)) { seen.add(next); pending.push([next, 0]); }
  }
  return false;
}

function readsIn(step: Step, name: string): boolean {
  return step.op === "gap" || operandsOf(step).some((expr) => mentionsVariable(expr, name)) || ((step.op === "load" || step.op === "store") && step.place.k === "var" && step.place.name === name);
}
