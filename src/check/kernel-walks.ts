/**
 * Whether a table of callbacks is walked with over tables of the kernel, whose entries are leaves, tables or none, never swap, migration or
 * device entries (walk_page_range_novma() and what follows it, mm/pagewalk.c). A walk that is not one of those over mappings of processes, a
 * new one say, may be over either.
 */
import { stepsOf } from "../c/index.ts";
import type { Expr, OpsTable } from "../c/ir.ts";
import type { FunctionsInView } from "./functions-in-view.ts";

/** Those that go by VMAs: the tables of a process (include/linux/pagewalk.h, 6.1 to 6.18). */
const overMappings = /^walk_page_(?:range|vma|mapping|range_vma|range_mm)(?:_unsafe)?$/;

export function mayWalkKernel({ name }: OpsTable, functions: FunctionsInView): boolean {
  const isHanded = (arg: Expr): boolean => arg.k === "addr" && arg.place.k === "global" && arg.place.name === name;
  return functions.mentioning(name).some((fn) => stepsOf(fn).some((step) => step.op === "call" && step.callee?.startsWith("walk_") === true && !overMappings.test(step.callee) && step.args.some(isHanded)));
}
