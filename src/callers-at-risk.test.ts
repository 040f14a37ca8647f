/** What a patch does to the callers of the function it changes: on a small tree of our own, and on Linux 6.12 where it is at hand. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, type Files, kernelFiles, onlyPatch, patchMail, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";

afterEach(removeFolders);

const walk = (condition: string): string => `#include <linux/rmap.h>

static bool accepts(struct page_vma_mapped_walk *pvmw)
{
	pte_t entry = ptep_get(pvmw->pte);

	if (is_swap_pte(entry)) {
		swp_entry_t swap = pte_to_swp_entry(entry);

		if (${condition})
			return false;
	}
	return true;
}

bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	return accepts(pvmw);
}
`;

const users = `#include <linux/rmap.h>

static bool assumes_present(struct page_vma_mapped_walk *pvmw)
{
	bool young = false;

	while (page_vma_mapped_walk(pvmw)) {
		if (pvmw->pte)
			young |= pte_young(ptep_get(pvmw->pte));
	}
	return young;
}

static bool tests_first(struct page_vma_mapped_walk *pvmw)
{
	bool young = false;

	while (page_vma_mapped_walk(pvmw)) {
		pte_t entry;

		if (!pvmw->pte)
			continue;
		entry = ptep_get(pvmw->pte);
		if (pte_present(entry))
			young |= pte_young(entry);
	}
	return young;
}
`;

const counter = (assertion: string): string => `#include <linux/mm.h>

unsigned long count_entries(struct mm_struct *mm, pmd_t *pmd)
{
${assertion}	return pmd_none(pmdp_get_lockless(pmd)) ? 0 : 1;
}
`;

const counters = `#include <linux/mm.h>

unsigned long counts_locked(struct task_struct *task, pmd_t *pmd)
{
	struct mm_struct *mm = get_task_mm(task);
	unsigned long n;

	mmap_read_lock(mm);
	n = count_entries(mm, pmd);
	mmap_read_unlock(mm);
	return n;
}

unsigned long counts_late(struct task_struct *task, pmd_t *pmd)
{
	struct mm_struct *mm = get_task_mm(task);

	mmap_read_lock(mm);
	mmap_read_unlock(mm);
	return count_entries(mm, pmd);
}
`;

async function callersNamed(before: Files, after: Files, tree: Files): Promise<string[]> {
  const report = await reviewTexts([patchMail(before, after, "mm: change what callers see")], { tree: directory(kernelFiles(6, 12), tree, before) });
  return onlyPatch(report).findings.flatMap((finding) => (/callers? in the tree/.test(finding.message) ? [`${finding.rule} ${finding.function}(): ${finding.message}`] : []));
}

describe("callers in the tree", () => {
  const narrow = { "mm/walk.c": walk("!is_device_private_entry(swap)") };
  const wide = { "mm/walk.c": walk("!is_device_private_entry(swap) && !is_device_exclusive_entry(swap)") };

  it("lists who takes every entry for a present one when a walk returns a new kind", async () => {
    expect(await callersNamed(narrow, wide, { "mm/users.c": users })).toEqual(["entry-kind accepts(): page_vma_mapped_walk() may now return device-exclusive entries, and 1 caller in the tree does not cope: assumes_present()"]);
  });

  it("says nothing when the walk returns less", async () => {
    expect(await callersNamed(wide, narrow, { "mm/users.c": users })).toEqual([]);
  });

  it("lists who has dropped a lock that the function asserts now", async () => {
    const before = { "mm/count.c": counter("") };
    const after = { "mm/count.c": counter("\tmmap_assert_locked(mm);\n") };
    expect(await callersNamed(before, after, { "mm/counters.c": counters })).toEqual(["walk-context count_entries(): count_entries() now asserts a lock, and 1 caller in the tree does not cope: counts_late()"]);
    expect(await callersNamed(after, before, { "mm/counters.c": counters })).toEqual([]);
  });
});

describe("callers in Linux 6.12", () => {
  const seeds = join(import.meta.dirname, "../../shared/seeds");
  const seed = existsSync(seeds) ? readdirSync(seeds).find((name) => name.startsWith("003_")) : undefined;
  const tree = process.env["MMREVIEW_TREE_6_12"];
  const ready = seed !== undefined && tree !== undefined && existsSync(join(tree, "mm/ksm.c"));

  it.runIf(ready)("finds the users of page_vma_mapped_walk() that touch a device-exclusive entry as a present one", async () => {
    const report = await reviewTexts([readFileSync(join(seeds, seed!), "utf8")], { tree: tree!, kernel: "6.12" });
    const finding = onlyPatch(report).findings.find((f) => f.message.includes("in the tree"));
    // Read in mm/ of 6.12: these use pte_young(), pte_dirty(), pte_pfn() or a young-clearing call without pte_present().
    const places = Array.from(new Set(finding?.path.map((step) => `${step.file} ${step.text.slice(0, step.text.indexOf("("))}`)));
    expect(places).toEqual([
      "mm/damon/paddr.c damon_folio_young_one",
      "mm/ksm.c write_protect_page",
      "mm/page_idle.c page_idle_clear_pte_refs_one",
      "mm/rmap.c folio_referenced_one",
      "mm/rmap.c page_vma_mkclean_one",
      "mm/rmap.c try_to_migrate_one",
    ]);
  });
  it.skipIf(ready)("is skipped: MMREVIEW_TREE_6_12 or ../shared/seeds is not there", () => {});
});
