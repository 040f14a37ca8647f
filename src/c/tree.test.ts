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
/** Heads in both arms of an #if, functions made by macros, styles of 1978, assembly: at least one file of each other architecture of 6.12. */
const otherwise = [
  "arch/alpha/mm/fault.c", "arch/arc/mm/tlb.c", "arch/arm/mm/mmu.c", "arch/arm/mach-omap1/board-osk.c", "arch/arm64/mm/hugetlbpage.c", "arch/csky/mm/fault.c", "arch/hexagon/mm/vm_tlb.c",
  "arch/loongarch/mm/tlb.c", "arch/m68k/68000/ucsimm.c", "arch/microblaze/mm/pgtable.c", "arch/mips/kvm/mmu.c", "arch/mips/mm/uasm.c", "arch/nios2/mm/tlb.c", "arch/openrisc/mm/init.c",
  "arch/parisc/math-emu/dfadd.c", "arch/powerpc/kernel/signal_32.c", "arch/powerpc/mm/book3s64/hash_utils.c", "arch/riscv/mm/pageattr.c", "arch/s390/mm/pgalloc.c", "arch/sh/math-emu/math.c",
  "arch/sparc/mm/tlb.c", "arch/um/kernel/tlb.c", "arch/x86/kvm/vmx/nested.c", "arch/xtensa/mm/tlb.c",
];

beforeAll(() => initC());

describe.skipIf(!present)("kernel 6.12 (MMREVIEW_TREE_6_12)", () => {
  it.each([...sample, ...otherwise])("%s: every brace in the first column is inside a function", (path) => {
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
