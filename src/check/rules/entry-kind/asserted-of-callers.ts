/**
 * Assertions about an entry that is handed in: a caller that took its lock by pmd_trans_huge_lock() hands in migration
 * entries as well, unless it has asked in between (mm/huge_memory.c, __pmd_trans_huge_lock()).
 */
import { stepsOf } from "../../../c/index.ts";
import type { Expr, FunctionIr, Step } from "../../../c/ir.ts";
import type { Rulebook } from "../../../rulebook/rulebook.ts";
import { type Facts, truthOf } from "../../facts.ts";
import type { Site } from "../../model.ts";
import * as sym from "../../symbols.ts";

/** `tested` decided for the failure; `before` are the facts of the test. */
export function judgeAssertedOfCallers(tested: string, site: Site, before: Facts): void {
  const test = site.callOf(/^\(!(.*)\)$/s.exec(tested)?.[1] ?? tested);
  const tests = test?.contract?.returns?.tests;
  if (!test || !tests || tests.nonzero.includes("migration") || !tests.nonzero.includes("leaf") || truthOf(test.result, site.facts) !== false) return;
  const { fn, id } = site.frame;
  const entry = before.values.get(test.arg(tests.value))?.entry;
  const index = fn.params.findIndex((param) => entry === sym.parameter(id, param));
  const caller = index < 0 ? undefined : site.callersInView(fn).find((other) => handsLockedHuge(other, fn.name, index, site.rulebook));
  if (!caller) return;
  site.judge({
    rule: "entry-kind",
    outcome: "violated",
    what: `${test.step.callee}: asserted of what a caller has locked`,
    message: `${fn.name}() asserts ${test.step.callee}() of an entry that ${caller.name}() hands it after pmd_trans_huge_lock(), which takes the lock of a migration entry as well: such an entry makes the assertion fail`,
    group: `${test.step.callee} asserted`,
    requires: ["a test for a migration entry before the assertion, which leads to a retry"],
    references: [{ file: "mm/huge_memory.c", where: "__pmd_trans_huge_lock()", version: "6.12" }],
  });
}

/** It passes an entry on whose lock it took as that of a huge or migration entry, and never asks which. */
function handsLockedHuge(caller: FunctionIr, callee: string, index: number, rulebook: Rulebook): boolean {
  const steps = stepsOf(caller);
  return steps.some((step) => {
    const handed = step.op === "call" && step.callee === callee ? variableOf(step.args[index]) : null;
    if (handed === null || !steps.some((other) => other.op === "call" && other.callee === "pmd_trans_huge_lock" && variableOf(other.args[0]) === handed)) return false;
    return !steps.some((other) => asksForMigration(other, rulebook) && argumentsOf(other).some((name) => name === handed || readsThrough(steps, name, handed)));
  });
}

/** A test that migration entries and huge ones answer differently. */
function asksForMigration(step: Step, rulebook: Rulebook): boolean {
  const tests = step.op === "call" && step.callee !== null ? rulebook.contract(step.callee)?.returns?.tests : undefined;
  return tests !== undefined && tests.nonzero.includes("migration") !== tests.nonzero.includes("leaf");
}

function argumentsOf(step: Step): string[] {
  return step.op === "call" ? step.args.flatMap((arg) => variableOf(arg) ?? []) : [];
}

function readsThrough(steps: readonly Step[], value: string, pointer: string): boolean {
  const sources = new Map<string, string[]>();
  const read = new Set<string>();
  for (const step of steps) {
    if (step.op === "assign" && step.value?.k === "var") sources.set(step.dst, [...(sources.get(step.dst) ?? []).slice(-mostSources), step.value.name]);
    else if (step.op === "load" && step.place.k === "deref" && variableOf(step.place.ptr) === pointer) read.add(step.dst);
    else if (step.op === "call" && step.dst !== null && variableOf(step.args[0]) === pointer) read.add(step.dst);
  }
  const names = new Set([value]);
  for (const name of names) for (const source of sources.get(name) ?? []) names.add(source);
  return Array.from(names).some((name) => read.has(name));
}

/** Assignments to one variable that are followed. */
const mostSources = 16;

function variableOf(expr: Expr | undefined): string | null {
  return expr?.k === "var" ? expr.name : null;
}
