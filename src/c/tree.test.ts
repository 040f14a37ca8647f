/**
 * Real kernel files, where a tree is at hand: no function is lost, few hold unreadable text. The count is independent:
 * a brace alone in the first column opens a function.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "./index.ts";

const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";
const present = tree !== "" && existsSync(join(tree, "mm/memory.c"));
const sample = [
  "mm/memory.c", "mm/huge_memory.c", "mm/khugepaged.c", "mm/mremap.c", "mm/rmap.c", "mm/gup.c", "mm/page_vma_mapped.c", "mm/pagewalk.c", "mm/ptdump.c",
  "mm/sparse-vmemmap.c", "mm/pgtable-generic.c", "mm/mprotect.c", "mm/migrate.c", "mm/userfaultfd.c", "mm/slub.c", "fs/proc/task_mmu.c", "kernel/events/uprobes.c",
  "arch/x86/mm/pgtable.c", "arch/x86/mm/init_64.c", "arch/x86/mm/pat/set_memory.c",
];

beforeAll(() => initC());

describe.skipIf(!present)("kernel 6.12 (MMREVIEW_TREE_6_12)", () => {
  it.each(sample)("%s: every brace in the first column is inside a function", (path) => {
    const text = readFileSync(join(tree, path), "utf8");
    const { functions } = lowerText(path, text);
    const lost: string[] = [];
    for (const [index, line] of text.split("\n").entries()) {
      if (!/^\{\s*(?:\/\*.*)?$/.test(line)) continue;
      if (!functions.some((f) => f.line <= index + 1 && index + 1 <= f.endLine)) lost.push(`${path}:${index + 1}`);
    }
    expect(lost).toEqual([]);
  });

  it("fewer than one function in a hundred holds unreadable text", () => {
    const functions = sample.flatMap((path) => lowerText(path, readFileSync(join(tree, path), "utf8")).functions);
    expect(functions.length).toBeGreaterThan(1000);
    expect(functions.filter((f) => f.unreadable.length > 0).length / functions.length).toBeLessThan(0.01);
  });
});
