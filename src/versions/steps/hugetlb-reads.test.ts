/** huge_ptep_get() in the place of, or beside, a read as of a base page: told where the same pointer is read by both versions. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { checkUnit } from "../../check/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { changes } from "../changes.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

/** Each version is a body of f() and what stands beside it. */
function said(pre: string, post: string, { file = "mm/x.c", beside = ["", ""] }: { file?: string; beside?: readonly [string, string] } = {}): string[] {
  const [before, after] = [pre, post].map((body, i) => checkUnit(lowerText(file, `static pte_t f(struct page_vma_mapped_walk *pvmw, struct mm_struct *mm, pte_t *other)\n{\n\tpte_t pte;\n\n${body}\treturn pte;\n}\n${beside[i]}`), rulebook));
  return changes(before!, after!, rulebook, { names: new Set(["f", "g"]), pre: new Set(), post: new Set() }).filter(({ rule }) => rule === "hugetlb-entry").map((f) => `${f.status} ${f.message}`);
}

const plain = "\tpte = ptep_get(pvmw->pte);\n";
const asked = "\tif (is_vm_hugetlb_page(pvmw->vma))\n\t\tpte = huge_ptep_get(mm, pvmw->address, pvmw->pte);\n\telse\n\t\tpte = ptep_get(pvmw->pte);\n";
const told = "where pvmw.pte leads to an entry of a hugetlb mapping, it is read by huge_ptep_get()";

describe("reads of hugetlb entries", () => {
  it.each([
    ["asks first now", plain, asked, [`fixed the patch adds what this function did not do before: ${told}`]],
    ["asks no more", asked, plain, [`introduced the patch takes away what this function did before: ${told}`]],
    ["reads it as what it is now", "\tpte = *pvmw->pte;\n", "\tpte = huge_ptep_get(mm, pvmw->address, pvmw->pte);\n", [`fixed the patch adds what this function did not do before: ${told}`]],
    ["was changed for the form with the address", "\tpte = huge_ptep_get(pvmw->pte);\n", "\tpte = huge_ptep_get(mm, pvmw->address, pvmw->pte);\n", []],
    ["reads another entry besides", plain, `${plain}\tpte = huge_ptep_get(mm, pvmw->address, other);\n`, []],
    ["brings both", "\tpte = __pte(0);\n", asked, []],
  ])("%s", (_name, pre, post, expected) => {
    expect(said(pre, post)).toEqual(expected);
  });

  it("leaves an architecture to know its own entries", () => {
    expect(said(plain, asked, { file: "arch/s390/mm/x.c" })).toEqual([]);
  });

  const servesHugetlb = "\nstatic pte_t g(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)\n{\n\treturn huge_ptep_get(vma->vm_mm, addr, ptep);\n}\n";
  const caller = (test: string): string => `\nstatic void g(struct page_vma_mapped_walk *pvmw, struct mm_struct *mm)\n{\n${test}\tuse(f(pvmw, mm, NULL));\n}\n`;
  const turnsAway = caller("\tif (is_vm_hugetlb_page(pvmw->vma))\n\t\treturn;\n");

  it.each<[string, string, string, readonly [string, string]]>([
    ["is merged with the function for hugetlb", plain, asked, [servesHugetlb, ""]],
    ["leaves hugetlb to a function of its own", asked, plain, ["", servesHugetlb]],
    ["gets no hugetlb mapping from its caller any more", asked, plain, [caller(""), turnsAway]],
    ["gets hugetlb mappings from its caller now", plain, asked, [turnsAway, caller("")]],
    ["hands hugetlb entries to a helper out of view", asked, `\tif (pvmw->vma)\n\t\treturn read_one(pvmw);\n${plain}`, ["", ""]],
  ])("has nothing to say where a function %s", (_name, pre, post, beside) => {
    expect(said(pre, post, { beside })).toEqual([]);
  });

  it.each<[string, readonly [string, string]]>([
    ["reads hugetlb entries as before", [servesHugetlb, servesHugetlb.replace("return", "cond_resched();\n\treturn")]],
    ["turns hugetlb away as before", [turnsAway, turnsAway.replace("use", "cond_resched();\n\tuse")]],
  ])("says it where another function %s", (_name, beside) => {
    expect(said(asked, plain, { beside })).toEqual([`introduced the patch takes away what this function did before: ${told}`]);
  });
});
