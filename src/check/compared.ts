/** Which loads of a function serve a comparison of entry values; asked at every load, so answered once for a function. */
import type { Expr, FunctionIr } from "../c/ir.ts";
import { stepsOf } from "../c/index.ts";
import { memoByObject } from "../util/memo.ts";

interface Compared {
  /** Variables handed to pte_val(), pte_same() and the like. */
  readonly handed: ReadonlySet<string>;
  /** Those of them whose number is compared with that of another entry value: pmd_val(old) != pmd_val(*pmdp). */
  readonly withValue: ReadonlySet<string>;
}

export const comparedIn: (fn: FunctionIr) => Compared = memoByObject((fn) => {
  const handed = new Set<string>();
  const source = new Map<string, string>();
  for (const step of stepsOf(fn)) {
    if (step.op !== "call" || !/_(val|same)$/.test(step.callee ?? "")) continue;
    for (const arg of step.args) if (arg.k === "var") handed.add(arg.name);
    const [first] = step.args;
    if (step.dst !== null && step.callee!.endsWith("_val") && first?.k === "var") source.set(step.dst, first.name);
  }
  const withValue = new Set<string>();
  const valueOf = (expr: Expr): string | undefined => (expr.k === "var" ? source.get(expr.name) : undefined);
  for (const { end } of fn.blocks) {
    if (end.k !== "branch" || end.cond.k !== "binary" || !/^[=!]=$/.test(end.cond.op)) continue;
    const sides = [valueOf(end.cond.left), valueOf(end.cond.right)];
    if (sides.every((side) => side !== undefined)) for (const side of sides) withValue.add(side!);
  }
  return { handed, withValue };
});
