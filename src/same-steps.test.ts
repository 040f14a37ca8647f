/** Patches that leave the steps as they are, and the nearest that don't. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerUnit } from "./c/index.ts";
import type { Sides, Source } from "./check-images.ts";
import type { FileImage } from "./core/image.ts";
import { comparingSteps, type SameSteps } from "./same-steps.ts";
import { atOnce } from "./util/slices.ts";

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
function sides(before: string, after: string, path = "mm/walk.c"): Sides<Source> {
  const of = (side: "pre" | "post", mine: string, other: string): Source => {
    const lines = mine.split("\n");
    const others = new Set(other.split("\n"));
    const image: FileImage = { path, side, lines, gaps: [], sections: [], changed: new Set(lines.flatMap((line, at) => (others.has(line) ? [] : [at + 1]))), blanksLost: false };
    return { image, unit: lowerUnit(image) };
  };
  return { pre: of("pre", before, after), post: of("post", after, before) };
}

const sameSteps = (files: readonly Sides<Source | null>[]): SameSteps => atOnce(comparingSteps(files));

const takesSameSteps = (file: Sides<Source | null>): boolean => sameSteps([file]).all;

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

describe("of one function among others", () => {
  const more = `${text}
static int calls(struct vm_area_struct *vma, pmd_t *pmd)
{
	return walk(vma, pmd, 0);
}

static int calls_that(struct vm_area_struct *vma, pmd_t *pmd)
{
	return calls(vma, pmd);
}

static int alone(struct vm_area_struct *vma, pmd_t *pmd)
{
	return pmd_none(*pmd);
}
`;
  const changed = (name: string, before = more, path?: string): Sides<Source> => sides(before, before.replace(new RegExp(`(${name}\\([^)]*\\)\\n\\{\\n)`), "$1\tcond_resched();\n"), path);
  const commented = sides(more, more.replace("\treturn pmd_none", "\t/* Look. */\n\treturn pmd_none"));
  const names = ["walk", "calls", "calls_that", "alone"];
  const same = (file: Sides<Source>, others: readonly Sides<Source>[] = []): string[] => names.filter((name) => sameSteps([file, ...others]).of(file, name));

  it("which calls nothing that was changed", () => {
    expect(same(changed("walk"))).toEqual(["alone"]);
    expect(same(changed("calls"))).toEqual(["walk", "alone"]);
    expect(same(changed("alone"))).toEqual(["walk", "calls", "calls_that"]);
    expect(same(commented)).toEqual(names);
  });

  it("but none where the changed one is called through a table", () => {
    const table = `${more}\nstatic const struct mm_walk_ops ops = {\n\t.pmd_entry = alone,\n};\n`;
    expect(same(changed("alone", table))).toEqual([]);
    expect(same(changed("calls_that", table))).toEqual(["walk", "calls", "alone"]);
  });

  it("nor where another file may call it, or anything else of the patch was changed", () => {
    const open = more.replace("static int alone", "int alone");
    expect(same(commented, [changed("alone")])).toEqual(names);
    expect(same(commented, [changed("alone", open)])).toEqual([]);
    expect(same(commented, [changed("alone", more, "mm/internal.h")])).toEqual([]);
    expect(same(commented, [sides(more, more.replace("STEP 8", "STEP 16"))])).toEqual([]);
  });
});
