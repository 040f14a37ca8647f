/** What a replay takes its callers to have done: traces that need a caller who does it wrong are not told of. */
import { afterEach, describe, expect, it } from "vitest";
import { onlyPatch, patchMail, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";

afterEach(removeFolders);

/** Findings with a trace of a mail that brings the code into a file. */
function traced(file: string, code: string, before: string = ""): Promise<string[]> {
  const head = `#include <linux/mm.h>\n\n${before}`;
  return tracedOf(file, head, `${head}\n${code}`);
}

async function tracedOf(file: string, before: string, after: string): Promise<string[]> {
  const { findings } = onlyPatch(await reviewTexts([patchMail({ [file]: before }, { [file]: after }, "mm: a change")], { kernel: "6.12" }));
  return findings.filter((f) => f.trace !== null).map((f) => `${f.function} ${f.rule}`);
}

/** Lines of a function that maps a page where there is none, under the lock. */
const mapsWhereNone = (entry: string): string[] => [
  "pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);",
  "if (!pte)",
  "\treturn -EAGAIN;",
  "if (pte_none(ptep_get(pte)))",
  `\tset_pte_at(vma->vm_mm, addr, pte, ${entry});`,
  "pte_unmap_unlock(pte, ptl);",
];

const mapsAnonymous = mapsWhereNone("mk_pte(&folio->page, vma->vm_page_prot)").toSpliced(4, 1,
  "if (pte_none(ptep_get(pte))) {",
  "\tfolio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);",
  "\tset_pte_at(vma->vm_mm, addr, pte, mk_pte(&folio->page, vma->vm_page_prot));",
  "}").toSpliced(3, 1);

const allocates = ["struct folio *folio = vma_alloc_folio(GFP_HIGHUSER_MOVABLE, order, vma, addr);", "", "if (!folio)", "\treturn -ENOMEM;"];
const prepares = ["if (anon_vma_prepare(vma))", "\treturn -ENOMEM;"];

function mapper(params: string, lines: readonly string[]): string {
  return `int map_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, ${params})\n{\n\tspinlock_t *ptl;\n\tpte_t *pte;\n\n${lines.map((line) => `\t${line}\n`).join("")}\treturn 0;\n}\n`;
}

describe("an empty table of a mapping of a file, which khugepaged may take away", () => {
  it.each(["anon_vma_prepare(vma)", "__anon_vma_prepare(vma)"])("stays where the VMA has got an anon_vma before the lock: %s (mm/khugepaged.c, retract_page_tables())", async (call) => {
    expect(await traced("mm/memory.c", mapper("struct folio *folio", [`if (${call})`, "\treturn -ENOMEM;", ...mapsAnonymous]))).toEqual([]);
  });

  it("is taken away where the VMA gets its anon_vma when the entry is there", async () => {
    expect(await traced("mm/memory.c", mapper("int order", [...allocates, ...prepares, ...mapsAnonymous]))).toEqual([]);
    expect(await traced("mm/memory.c", mapper("int order", [...allocates, ...mapsAnonymous, ...prepares]))).toEqual(["map_one stale-read"]);
  });

  it.each([
    ["an entry", "pte_t entry", mapsWhereNone("entry")],
    ["an entry with more bits", "pte_t entry", ["entry = pte_mkdirty(pte_mkyoung(entry));", ...mapsWhereNone("entry")]],
    ["an entry, for a helper", "pte_t entry", mapsWhereNone("entry").with(4, "\tput_one(vma->vm_mm, addr, pte, entry);")],
    ["a folio", "struct folio *folio", mapsWhereNone("mk_pte(&folio->page, vma->vm_page_prot)")],
  ])("is left to whoever gives %s to be put into it, and who may have locked the folio", async (_, param, lines) => {
    const helper = "static void put_one(struct mm_struct *mm, unsigned long addr, pte_t *pte, pte_t val)\n{\n\tset_pte_at(mm, addr, pte, val);\n}\n\n";
    expect(await traced("mm/memory.c", mapper(param, lines), helper)).toEqual([]);
  });

  it("is taken away where the function has got the page itself, and locks it not", async () => {
    const lines = ["struct page *page = alloc_page(GFP_KERNEL);", "", "if (!page)", "\treturn -ENOMEM;", ...mapsWhereNone("mk_pte(page, vma->vm_page_prot)")];
    expect(await traced("mm/memory.c", mapper("int how", lines))).toEqual(["map_one stale-read"]);
  });
});

describe("an entry that was given to be mapped", () => {
  it("is put where another may have come in between all the same", async () => {
    const looks = ["pte = pte_offset_map(pmd, addr);", "if (!pte)", "\treturn -EAGAIN;", "if (!pte_none(ptep_get(pte))) {", "\tpte_unmap(pte);", "\treturn -EBUSY;", "}", "pte_unmap(pte);"];
    expect(await traced("mm/memory.c", mapper("pte_t entry", [...looks, ...mapsWhereNone("entry").toSpliced(3, 1)]))).toEqual(["map_one stale-read"]);
  });
});

describe("a walk that is given an mm and an address", () => {
  const peek = (begin: string, end: string): string => `static pte_t *lock_pte_of(struct mm_struct *mm, unsigned long addr, spinlock_t **ptlp)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);

	return pmd ? pte_offset_map_lock(mm, pmd, addr, ptlp) : NULL;
}

static int peek_pfn(struct mm_struct *mm, unsigned long addr, unsigned long *pfn)
{
	spinlock_t *ptl;
	pte_t *pte;

	${begin}(mm);
	pte = lock_pte_of(mm, addr, &ptl);
	if (pte) {
		pte_t val = ptep_get(pte);

		if (pte_present(val))
			*pfn = pte_pfn(val);
		pte_unmap_unlock(pte, ptl);
	}
	${end}(mm);
	return 0;
}
`;

  it("may be for a VMA that whoever holds mmap_lock has looked up", async () => {
    expect(await traced("mm/peek.c", peek("mmap_assert_locked", "mmap_assert_locked"))).toEqual([]);
  });

  it("runs into tables that go after munmap() has taken the VMA out, where it takes mmap_lock and looks for no VMA", async () => {
    expect(await traced("mm/peek.c", peek("mmap_read_lock", "mmap_read_unlock"))).toEqual(["lock_pte_of walk-context"]);
  });
});

describe("a swap entry that is asked for its type (include/linux/swapops.h, is_migration_entry())", () => {
  const pfnOf = (test: string): string => `static unsigned long pfn_of(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	unsigned long pfn = -1UL;
	spinlock_t *ptl;
	pte_t *ptep, pte;

	ptep = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!ptep)
		return pfn;
	pte = ptep_get(ptep);
	if (is_swap_pte(pte)) {
		swp_entry_t entry = pte_to_swp_entry(pte);

		if (${test})
			pfn = swp_offset_pfn(entry);
	}
	pte_unmap_unlock(ptep, ptl);
	return pfn;
}
`;

  it("has a page where the type is one of those that have", async () => {
    expect(await traced("mm/pfn.c", pfnOf("swp_type(entry) == SWP_MIGRATION_READ || swp_type(entry) == SWP_MIGRATION_READ_EXCLUSIVE || swp_type(entry) == SWP_MIGRATION_WRITE"))).toEqual([]);
  });

  it.each(["swp_type(entry) != SWP_HWPOISON", "swp_type(entry) < MAX_SWAPFILES"])("may have none elsewhere: %s", async (test) => {
    expect(await traced("mm/pfn.c", pfnOf(test))).toEqual(["pfn_of entry-kind"]);
  });
});

describe("a helper that is taken out of a function of which the hunks show a part", () => {
  const steps = (text: string): string => text.split("; ").map((line) => `\t${line};\n`).join("");
  const restores = steps("pmd = pmd_modify(pmdp_get(vmf->pmd), vma->vm_page_prot); pmd = pmd_mkyoung(pmd); set_pmd_at(vma->vm_mm, haddr, vmf->pmd, pmd)");
  const fault = (end: string): string => `vm_fault_t hint_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long haddr = vmf->address & HPAGE_PMD_MASK;
	pmd_t pmd;

	vmf->ptl = pmd_lock(vma->vm_mm, vmf->pmd);
	if (!pmd_same(vmf->orig_pmd, pmdp_get(vmf->pmd))) {
		spin_unlock(vmf->ptl);
		return 0;
	}
	count_hint(vma);
	note_hint(vma);
	trace_hint(vma);
	pick_node(vma);
${end}	return 0;
}
`;
  const before = fault(`${restores}\tspin_unlock(vmf->ptl);\n`);
  const after = (end: string): string => `static void restore(struct vm_fault *vmf, struct vm_area_struct *vma, unsigned long haddr)\n{\n\tpmd_t pmd;\n\n${restores}}\n\n${fault(end)}`;

  it("runs under the lock that is let go of behind the call", async () => {
    expect(await tracedOf("mm/huge_memory.c", before, after("\trestore(vmf, vma, haddr);\n\tspin_unlock(vmf->ptl);\n"))).toEqual([]);
    expect(await tracedOf("mm/huge_memory.c", before, after("\trestore(vmf, vma, haddr);\n\tcount_hint(vma);\n\tspin_unlock(vmf->ptl);\n"))).toEqual([]);
  });

  it("runs under none that the caller takes and lets go of again behind the call, or in front of it", async () => {
    const twice = after("\tspin_unlock(vmf->ptl);\n\trestore(vmf, vma, haddr);\n\tspin_lock(vmf->ptl);\n\tspin_unlock(vmf->ptl);\n");
    expect(await tracedOf("mm/huge_memory.c", before, twice)).toContain("restore entry-lock");
    expect(await tracedOf("mm/huge_memory.c", before, after("\tspin_unlock(vmf->ptl);\n\trestore(vmf, vma, haddr);\n"))).toContain("restore entry-lock");
  });
});
