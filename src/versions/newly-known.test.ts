/** Entry-kind findings that are said of a patch for the first time: whether it made what they say, or only lets it be known. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { checkUnit, type FunctionCheck } from "../check/index.ts";
import { builtinRules, type Rulebook, rulebookFor } from "../rulebook/index.ts";
import { compareFindings } from "./compare.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(builtinRules(), "6.12");
});

/** All lines count as written by the patch. */
const written = new Set(Array.from({ length: 30 }, (_, i) => i + 1));

function compared(pre: string, post: string): string[] {
  const check = (text: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", text), rulebook);
  return compareFindings(check(pre), check(post), written).filter(({ rule }) => rule === "entry-kind").map((one) => `${one.status} ${one.rule}`);
}

function status(pre: string, post: string): string[] {
  const whole = (body: string): string => `static struct page *f(struct mm_walk *walk, pte_t *pte, pmd_t *pmd, unsigned long addr)\n{\n${body}}\n`;
  return compared(whole(pre), whole(post));
}

describe("an entry-kind finding that is new", () => {
  const read = "\tpte_t entry = ptep_get(pte);\n";
  const huge = "\tpte_t entry = huge_ptep_get(walk->mm, addr, pte);\n";
  const use = "\treturn pte_page(entry);\n";

  it("is old where another getter lets fewer kinds reach the same call, and new where the call is", () => {
    const entry = (body: string): string => `static int g(pte_t *pte, unsigned long hmask, unsigned long addr, unsigned long next, struct mm_walk *walk)\n{\n${body}}\n\nstatic const struct mm_walk_ops ops = {\n\t.hugetlb_entry = g,\n};\n`;
    const [plain, other] = [read, huge].map((one) => entry(`${one}\treturn work(pte_pfn(entry));\n`));
    expect(compared(plain!, other!)).toEqual(["pre-existing entry-kind"]);
    expect(compared(entry(`${read}\treturn work(pte_val(entry));\n`), other!)).toEqual(["introduced entry-kind"]);
    expect(compared(plain!, entry(`${huge}\tpte_clear(walk->mm, addr, pte);\n\treturn work(pte_pfn(entry));\n`))).toEqual(["introduced entry-kind"]);
  });

  it.each([
    ["turned round", "\tif (!pte_present(entry))\n\t\treturn pte_page(entry);\n\treturn 0;\n"],
    ["for none", "\tif (pte_none(entry))\n\t\treturn pte_page(entry);\n\treturn 0;\n"],
    ["that sends the right ones away", `\tif (pte_present(entry))\n\t\treturn 0;\n${use}`],
  ])("is the patch's where it comes with a test %s", (_, tested) => {
    expect(status(read + use, read + tested)).toEqual(["introduced entry-kind"]);
    expect(status(read + use, huge + tested)).toEqual(["introduced entry-kind"]);
  });

  it("is the patch's where a lock that tells kinds apart keeps the others away", () => {
    const folio = (ptl: string): string => `${ptl}\tif (!ptl)\n\t\treturn 0;\n\twork(pmd_folio(*pmd));\n\treturn 0;\n`;
    expect(status(folio("\tspinlock_t *ptl = walk->ptl;\n"), folio("\tspinlock_t *ptl = pmd_trans_huge_lock(pmd, walk->vma);\n"))).toContain("introduced entry-kind");
  });
});
