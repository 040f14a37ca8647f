/** What a process may have in its tables is asked of those of a process. */
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../../c/index.ts";
import { compileRules } from "../../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../../rulebook/rulebook.ts";
import { packageRoot } from "../../../util/package-root.ts";
import { checkUnit } from "../../index.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.14");
});

const collapse = (param: string): string => `static int collapse(${param}pud_t *pud, unsigned long addr)
{
	pmd_t *pmd = pmd_offset(pud, addr);
	pmd_t first = *pmd;
	unsigned long pfn = pmd_pfn(first);

	if (!pmd_leaf(first) || (PFN_PHYS(pfn) & ~PUD_MASK))
		return 0;
	set_pud(pud, pfn_pud(pfn, pmd_pgprot(first)));
	return 1;
}
`;

const look = (param: string, mm: string): string => `static struct page *look(${param}unsigned long addr, spinlock_t *ptl)
{
	pmd_t *pmd = pmd_offset(pud_offset(p4d_offset(pgd_offset(${mm}, addr), addr), addr), addr);
	struct page *page;

	spin_lock(ptl);
	if (pmd_none(*pmd)) {
		spin_unlock(ptl);
		return NULL;
	}
	page = pmd_page(*pmd);
	spin_unlock(ptl);
	return page;
}
`;

const entryKindsIn = (file: string, text: string): number => checkUnit(lowerText(file, text), rulebook).flatMap((check) => check.findings.filter((f) => f.rule === "entry-kind")).length;

it.each([
  ["struct gmap *gmap, ", "gmap->mm", 1],
  ["struct task_struct *task, ", "task->mm", 1],
  ["", "current->mm", 1],
  ["", "&init_mm", 0],
  ["", "&own_mm", 0],
])("(%s...) with pgd_offset(%s, addr): %i findings", (param, mm, count) => {
  expect(entryKindsIn("arch/s390/mm/x.c", look(param, mm))).toBe(count);
});

it.each([
  ["arch/x86/mm/pat/x.c", "", 0],
  ["arch/x86/mm/pat/x.c", "struct vm_area_struct *vma, ", 1],
  ["mm/x.c", "", 1],
])("%s with (%s...): %i findings", (file, param, count) => {
  expect(entryKindsIn(file, collapse(param))).toBe(count);
});
