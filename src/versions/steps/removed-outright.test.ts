/** A guard that went alone is named; one that went with what it guarded is not. */
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { removedOutright } from "./removed-outright.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

function body(...lines: readonly string[]): FunctionIr {
  return lowerText("mm/count.c", `static void count(struct mm_struct *mm, long pages)\n{\n${lines.map((line) => `\t${line}\n`).join("")}}\n`).functions[0]!;
}

it.each([
  ["stays", ["mm->locked_vm -= pages;"], ["walk-context"]],
  ["goes as well", [], []],
  ["goes for an atomic counter", ["atomic64_sub(pages, &mm->pinned_vm);"], []],
])("mmap_lock around a store that %s", (_, now, rules) => {
  const before = body("mmap_write_lock(mm);", "mm->locked_vm -= pages;", "mmap_write_unlock(mm);", "count_pages(pages);");
  expect(removedOutright(before, body(...now, "count_pages(pages);"), rulebook).map(({ rule }) => rule)).toEqual(rules);
});

it.each([
  ["takes it as well", "\tmmap_read_lock(mm);\n", []],
  ["takes another", "\tspin_lock(&mm->page_table_lock);\n", ["walk-context"]],
])("mmap_lock around a call of what %s", (_, lock, rules) => {
  const below = lowerText("mm/show.c", `void show_tables(struct mm_struct *mm)\n{\n${lock}\tfor_each_table(mm);\n}\n`).functions;
  const before = body("down_read(&mm->mmap_sem);", "show_tables(mm);", "up_read(&mm->mmap_sem);");
  expect(removedOutright(before, body("show_tables(mm);"), rulebook, () => below).map(({ rule }) => rule)).toEqual(rules);
});

it.each([
  ["one of two stores goes", ["mm->locked_vm -= pages;", "mm->total_vm -= pages;"], ["mm->locked_vm -= pages;"], ["walk-context"]],
  ["both stores go", ["mm->locked_vm -= pages;", "mm->total_vm -= pages;"], [], []],
])("mmap_lock of which %s", (_, stored, now, rules) => {
  const before = body("mmap_write_lock(mm);", ...stored, "mmap_write_unlock(mm);", "count_pages(pages);");
  expect(removedOutright(before, body(...now, "count_pages(pages);"), rulebook).map(({ rule }) => rule)).toEqual(rules);
});

it("is not excused by a store that stood outside, and goes as well, nor told for one outside that stays", () => {
  const before = body("mm->stack_vm = pages;", "mmap_write_lock(mm);", "mm->locked_vm -= pages;", "mmap_write_unlock(mm);", "count_pages(pages);");
  expect(removedOutright(before, body("mm->locked_vm -= pages;", "count_pages(pages);"), rulebook).map(({ rule }) => rule)).toEqual(["walk-context"]);
  expect(removedOutright(before, body("mm->stack_vm = pages;", "count_pages(pages);"), rulebook)).toEqual([]);
});
