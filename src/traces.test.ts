/** Findings of a review get their traces: from a small tree and patches that take a protection away, through the whole pipeline. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, kernelFiles, onlyPatch, patchMail, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";
import { type PatchReport, scan, type UnitReport } from "./index.ts";

afterEach(removeFolders);

const file = "mm/vmap-split.c";

/** Splits a huge entry of the kernel's tables, as vmemmap_split_pmd() does; each CPU may be in it at the same time. */
const sound = `#include <linux/mm.h>

static int fill_and_install(pmd_t *pmd, unsigned long start)
{
	struct page *page = pmd_page(*pmd);
	pte_t *table = pte_alloc_one_kernel(&init_mm);
	int i;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < PTRS_PER_PTE; i++)
		set_pte_at(&init_mm, start + i * PAGE_SIZE, table + i, mk_pte(page + i, PAGE_KERNEL));
	spin_lock(&init_mm.page_table_lock);
	if (pmd_leaf(*pmd)) {
		smp_wmb();
		pmd_populate_kernel(&init_mm, pmd, table);
		flush_tlb_kernel_range(start, start + PMD_SIZE);
	} else {
		pte_free_kernel(&init_mm, table);
	}
	spin_unlock(&init_mm.page_table_lock);
	return 0;
}

int split_kernel_pmd(pmd_t *pmd, unsigned long start)
{
	int leaf;

	spin_lock(&init_mm.page_table_lock);
	leaf = pmd_leaf(*pmd);
	spin_unlock(&init_mm.page_table_lock);
	return leaf ? fill_and_install(pmd, start) : 0;
}
`;

/** The text without the lines that hold any of the words, first occurrence of each. */
function without(text: string, ...words: readonly string[]): string {
  const lines = text.split("\n");
  for (const word of words) {
    const at = lines.findIndex((line) => line.includes(word));
    if (at < 0) throw new Error(`no line with ${word}`);
    lines.splice(at, 1);
  }
  return lines.join("\n");
}

async function reviewed(before: string, after: string): Promise<PatchReport> {
  const tree = directory(kernelFiles(6, 1), { [file]: before });
  return onlyPatch(await reviewTexts([patchMail({ [file]: before }, { [file]: after }, "mm: change the split")], { tree }));
}

describe("a review with a tree", () => {
  it("confirms an entry that is not looked at under its lock by the split that came in between, and the repair", async () => {
    const broken = sound.replace("\tif (pmd_leaf(*pmd)) {", "\t{").replace("\t} else {\n\t\tpte_free_kernel(&init_mm, table);\n", "");
    const { findings } = await reviewed(sound, broken);
    const finding = findings.find((f) => f.rule === "stale-read" && f.trace !== null);
    expect(finding).toMatchObject({ severity: "error", confidence: "confirmed", status: "introduced", function: "fill_and_install", fixConfirmed: true });
    // Both CPUs install a table; the second one is CPU0's.
    expect(finding!.trace!.steps.filter((s) => s.text.includes("pmd_populate_kernel")).map((s) => s.cpu)).toEqual([1, 0]);
    expect(finding!.trace!.actor).toContain("vmemmap");
  });

  it("shows a table that is reachable before its contents", async () => {
    const { findings } = await reviewed(sound, without(sound, "smp_wmb();"));
    expect(findings.filter((f) => f.trace !== null).map((f) => [f.rule, f.confidence, f.fixConfirmed])).toEqual([["publish-order", "confirmed", true]]);
  });

  it("has no finding when the patch changes nothing that matters", async () => {
    const { findings, functions } = await reviewed(sound, sound.replace("return 0;\n}\n\nint split", "return 0; /* done */\n}\n\nint split"));
    expect(functions.map((fn) => fn.name)).toEqual(["fill_and_install"]);
    expect(findings).toEqual([]);
  });

  it("names the race that a patch closes", async () => {
    const { findings } = await reviewed(without(sound, "smp_wmb();"), sound);
    expect(findings.filter((f) => f.trace !== null).map((f) => [f.rule, f.status])).toEqual([["publish-order", "fixed"]]);
  });
});

describe("an entry that is taken out without a flush", () => {
  const head = "#include <linux/mm.h>\n\nint count_entries(int nr)\n{\n\treturn nr;\n}\n";
  const flushes = async (added: string): Promise<(readonly [string, boolean])[]> => {
    const { findings } = await reviewed(head, `${head}\n${added}`);
    return findings.filter((f) => f.rule === "tlb-flush").map((f) => [f.function, f.trace !== null] as const);
  };

  it("may be flushed by whoever holds the lock, also in the patch that brings in the call that says so", async () => {
    // clear_full_ptes() is in kernels since 6.9, this tree is 6.1.
    expect(
      await flushes(`static inline void clear_full_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr, int full)
{
	for (;;) {
		ptep_get_and_clear_full(mm, addr, ptep, full);
		if (--nr == 0)
			break;
		ptep++;
		addr += PAGE_SIZE;
	}
}
`),
    ).toEqual([]);
  });

  it("is told of where the function has the lock itself and gives it away", async () => {
    expect(
      await flushes(`void take_out_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

	if (!pte)
		return;
	ptep_get_and_clear(vma->vm_mm, addr, pte);
	pte_unmap_unlock(pte, ptl);
}
`),
    ).toEqual([["take_out_one", true]]);
  });

  it("may be flushed by whoever began at the top, for all levels at once", async () => {
    const range = (name: string, [above, level]: readonly [string, string], below: string): string => `${name}(${above}_t *${above}, unsigned long addr, unsigned long end)
{
	${level}_t *${level} = ${level}_offset(${above}, addr);
	unsigned long next;

	do {
		next = ${level}_addr_end(addr, end);
		if (${level}_none_or_clear_bad(${level}))
			continue;
		${below}(${level}, addr, next);
	} while (${level}++, addr = next, addr != end);
}
`;
    const levels = `static void take_out_ptes(pmd_t *pmd, unsigned long addr, unsigned long end)
{
	pte_t *pte = pte_offset_kernel(pmd, addr);

	do {
		ptep_get_and_clear(&init_mm, addr, pte);
	} while (pte++, addr += PAGE_SIZE, addr != end);
}

${range("static void take_out_pmds", ["pud", "pmd"], "take_out_ptes")}
${range("static void take_out_puds", ["p4d", "pud"], "take_out_pmds")}
${range("static void take_out_p4ds", ["pgd", "p4d"], "take_out_puds")}
void take_out_range(unsigned long addr, unsigned long end)
{
	take_out_p4ds(pgd_offset_k(addr), addr, end);
}
`;
    expect(await flushes(levels)).toEqual([]);
    const flushing = levels.replace("\ttake_out_ptes(pmd, addr, next);\n", "\ttake_out_ptes(pmd, addr, next);\n\t\tflush_tlb_kernel_range(addr, next);\n");
    const { findings } = await reviewed(`${head}\n${flushing}`, `${head}\n${levels}`);
    expect(findings.filter((f) => f.rule === "tlb-flush").map((f) => [f.function, f.trace !== null])).toEqual([["take_out_pmds", true]]);
  });
});

describe("a scan", () => {
  async function scanned(path: string, text: string): Promise<UnitReport> {
    const tree = directory(kernelFiles(6, 1), { [path]: text });
    const { units } = await scan({ tree, paths: [path], kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false, cwd: tree });
    return units![0]!;
  }

  it("confirms what it finds by a trace, as something that is there already", async () => {
    const { findings } = await scanned(file, without(sound, "smp_wmb();"));
    expect(findings.filter((f) => f.trace !== null).map((f) => [f.rule, f.severity, f.status, f.fixConfirmed])).toEqual([["publish-order", "error", "pre-existing", true]]);
  });

  it("says that a function holds that it has replayed", async () => {
    const { findings, functions } = await scanned(file, sound);
    expect(findings).toEqual([]);
    const said = functions.flatMap((fn) => fn.proofs.filter((p) => p.rule === "replay").map(() => fn.name));
    expect(said).toEqual(["split_kernel_pmd"]);
  });

  it.each([
    ["arch/mips/mm/split.c", sound, "architecture"],
    ["arch/mips/kvm/split.c", sound, "KVM"],
    ["mm/hugetlb-young.c", "int take_young(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)\n{\n\tspinlock_t *ptl = huge_pte_lock(hstate_vma(vma), vma->vm_mm, ptep);\n\tpte_t pte = huge_ptep_get(vma->vm_mm, addr, ptep);\n\n\tspin_unlock(ptl);\n\treturn pte_young(pte);\n}\n", "hugetlb"],
  ])("says of %s in words that it is not replayed", async (path, text, word) => {
    const { functions } = await scanned(path, text);
    const texts = functions.flatMap((fn) => fn.unknowns.filter((u) => u.rule === "replay").map((u) => u.text));
    expect(texts).not.toEqual([]);
    for (const each of texts) expect(each).toMatch(new RegExp(`^not modelled: .*${word}.* not simulated$`));
  });
});

describe("a trace through a helper", () => {
  it("is told once, at the helper, and not of each function that calls it", async () => {
    const mail = readFileSync(join(import.meta.dirname, "../fixtures/mail/lazyfill.eml"), "utf8");
    const { findings } = onlyPatch(await reviewTexts([mail]));
    expect(findings.map((f) => `${f.function} ${f.rule} ${f.confidence}`)).toEqual(["lazyfill_pmd entry-lock confirmed"]);
  });
});
