/** Patches that leave the steps as they are, and the nearest that don't. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerUnit } from "./c/index.ts";
import type { Sides, Source } from "./check-images.ts";
import type { FileImage } from "./core/image.ts";
import { takesSameSteps } from "./same-steps.ts";

beforeAll(initC);

const text = `#define STEP 8

static int walk(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

	if (!pte)
		return -EAGAIN;
	pte_unmap_unlock(pte, ptl);
	return 0;
}
`;

/** The text before and after; lines that only one of them has are the changed ones. */
function sides(before: string, after: string): Sides<Source> {
  const of = (side: "pre" | "post", mine: string, other: string): Source => {
    const lines = mine.split("\n");
    const others = new Set(other.split("\n"));
    const image: FileImage = { path: "mm/walk.c", side, lines, gaps: [], sections: [], changed: new Set(lines.flatMap((line, at) => (others.has(line) ? [] : [at + 1]))), blanksLost: false };
    return { image, unit: lowerUnit(image) };
  };
  return { pre: of("pre", before, after), post: of("post", after, before) };
}

describe("the same steps before and after", () => {
  it.each([
    ["a comment", "\tif (!pte)", "\t/* Freed meanwhile. */\n\tif (!pte)"],
    ["a line that is broken", "walk(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)", "walk(struct vm_area_struct *vma, pmd_t *pmd,\n\t\tunsigned long addr)"],
    ["braces", "\tif (!pte)\n\t\treturn -EAGAIN;", "\tif (!pte) {\n\t\treturn -EAGAIN;\n\t}"],
  ])("%s", (_what, from, to) => {
    expect(takesSameSteps(sides(text, text.replace(from, to)))).toBe(true);
  });

  it.each([
    ["a value", "-EAGAIN", "-ENOMEM"],
    ["a call", "\treturn 0;", "\tcond_resched();\n\treturn 0;"],
    ["a test turned round", "if (!pte)", "if (pte)"],
    ["a lock that is no longer taken", "pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl)", "pte_offset_map(pmd, addr)"],
    ["another order", "\tpte_unmap_unlock(pte, ptl);\n\treturn 0;", "\treturn 0;\n\tpte_unmap_unlock(pte, ptl);\n\treturn 1;"],
    ["what stands in no function", "#define STEP 8", "#define STEP 16"],
    ["a type", "pmd_t *pmd", "pud_t *pmd"],
  ])("not with %s", (_what, from, to) => {
    expect(takesSameSteps(sides(text, text.replace(from, to)))).toBe(false);
  });

  it("not for a file that is new or gone, nor where only hunks are known", () => {
    const { pre, post } = sides(text, text.replace("\tif (!pte)", "\t/* Gone. */\n\tif (!pte)"));
    expect(takesSameSteps({ pre: null, post })).toBe(false);
    expect(takesSameSteps({ pre, post: null })).toBe(false);
    const image: FileImage = { ...post.image, gaps: [{ from: 1, to: 4 }], lines: post.image.lines.map((line, at) => (at < 4 ? "" : line)) };
    expect(takesSameSteps({ pre, post: { image, unit: lowerUnit(image) } })).toBe(false);
  });
});
