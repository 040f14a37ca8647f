/** A question about hugetlb that a patch takes away before a call that locks a hugetlb mapping for itself. */
import { afterEach, describe, expect, it } from "vitest";
import { directory, kernelFiles, patchMail, removeFolders, reviewTexts } from "../../fixtures/review/harness.ts";

afterEach(removeFolders);

const body = (asks: boolean): string => `\tstruct vm_area_struct *vma = walk_vma;\n\n${asks ? "\tif (is_vm_hugetlb_page(vma))\n\t\treturn 0;\n" : ""}\treturn uffd_wp_range(vma, addr, end - addr, true);\n}\n`;
const hole = (asks: boolean): string => `static int protect_hole(unsigned long addr, unsigned long end, int depth, struct mm_walk *walk)\n{\n${body(asks).replace("walk_vma", "walk->vma")}`;
const ordinary = (asks: boolean): string => `long protect_range(struct vm_area_struct *walk_vma, unsigned long addr, unsigned long end)\n{\n${body(asks)}`;

async function said(text: (asks: boolean) => string, asked: boolean): Promise<string[]> {
  const [before, after] = [text(asked), text(!asked)].map((file) => ({ "mm/protect.c": file }));
  const report = await reviewTexts([patchMail(before!, after!, "mm: ask otherwise")], { tree: directory(kernelFiles(6, 12), before!) });
  return report.patches.flatMap((patch) => patch.findings).map(({ rule, status, function: fn }) => `${status} ${rule} ${fn}`);
}

describe("a question about hugetlb before a call that takes the hugetlb VMA lock", () => {
  it("that is taken from a callback of a walk, which holds that lock, is told", async () => {
    expect(await said(hole, true)).toEqual(["introduced lock-order protect_hole"]);
    expect(await said(hole, false)).toEqual(["fixed lock-order protect_hole"]);
  });

  it("that is taken from or given to a function that no walk calls says nothing of locks", async () => {
    expect(await said(ordinary, true)).toEqual([]);
    expect(await said(ordinary, false)).toEqual([]);
  });
});
