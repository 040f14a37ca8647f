/** A leak is confirmed where one way through the function comes to it that asks no question twice. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { Finding } from "../core/finding.ts";
import { builtinRules, rulebookFor } from "../rulebook/index.ts";
import { checkUnit } from "./index.ts";

beforeAll(() => initC());

function findings(body: string): string[] {
  const text = `int touch(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)\n{\n\tspinlock_t *ptl;\n\tpte_t *pte;\n\tint err = 0;\n\n${body}}\n`;
  const found = checkUnit(lowerText("mm/touch.c", text), rulebookFor(builtinRules(), "6.12")).flatMap((check) => check.findings);
  return found.map((finding: Finding) => `${finding.rule} ${finding.confidence}`).toSorted();
}

const mapped = "\tpte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tif (!pte)\n\t\treturn 0;\n";
const unmapped = "\tpte_unmap_unlock(pte, ptl);\n\treturn err;\n";

describe("what a function does alone", () => {
  it("is confirmed on a way that is gone by itself", () => {
    expect(findings(`${mapped}\tif (pte_none(ptep_get(pte)))\n\t\treturn -EEXIST;\n${unmapped}`)).toEqual(["lock-balance confirmed", "map-balance confirmed"]);
  });

  it("is confirmed behind a loop that has been gone round once", () => {
    expect(findings(`${mapped}\tdo {\n\t\tif (pte_none(ptep_get(pte)))\n\t\t\tcontinue;\n\t\tpte_unmap_unlock(pte, ptl);\n\t} while (pte++, addr += PAGE_SIZE, addr != vma->vm_end);\n\treturn 0;\n`)).toContain("map-balance confirmed");
  });

  it("is confirmed where what a map call returned is used without a look", () => {
    expect(findings("\tpte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tif (pte_none(ptep_get(pte)))\n\t\terr = 1;\n\tpte_unmap_unlock(pte, ptl);\n\treturn err;\n")).toEqual(["map-failure confirmed"]);
  });

  it("is none where the code is right", () => {
    expect(findings(`${mapped}\tif (pte_none(ptep_get(pte)))\n\t\terr = -EEXIST;\n${unmapped}`)).toEqual([]);
  });

  const asked = (first: string, second: string): string => `${mapped}\terr = prepare(vma);\n\tif (${first})\n\t\tpte_unmap_unlock(pte, ptl);\n\tif (${second})\n\t\treturn err;\n\tpte_unmap_unlock(pte, ptl);\n\treturn 0;\n`;
  it.each([
    ["asks one call twice", "is_shared(vma)", "is_shared(vma)"],
    ["asks for zero and for less than it", "err", "err < 0"],
    ["asks for two constants", "err == -EAGAIN", "err == -ENOMEM"],
  ])("is not confirmed on a way that %s", (_what, first, second) => {
    const found = findings(asked(first, second));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((each) => each.endsWith(" confirmed"))).toEqual([]);
  });

  it("is confirmed beside a question that has nothing to do with the first", () => {
    expect(findings(asked("is_shared(vma)", "is_huge(vma)"))).toContain("lock-balance confirmed");
  });
});
