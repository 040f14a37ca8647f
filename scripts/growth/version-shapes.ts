/** Two versions of a function that differ in every repeat of one construct, for what is asked only of a pair of versions: n of it in one function, and copies of functions that a patch moves or renames. */
import { head, tail, times } from "./c-shapes.ts";
import type { Shape } from "./input.ts";

type Lines = readonly string[];

/** What stands before the patch and behind it, in place of each other. */
interface Otherwise {
  readonly before: Lines;
  readonly after: Lines;
}

type Part = (i: number, n: number) => Otherwise;

const both = (...lines: Lines): Otherwise => ({ before: lines, after: lines });
const instead = (before: Lines, after: Lines): Otherwise => ({ before, after });

const inFunction: Readonly<Record<string, Part>> = {
  "getters for dereferences": (i) => instead([`\tset_pmd_at(mm, addr + ${i}, pmd, *pmd);`], [`\tset_pmd_at(mm, addr + ${i}, pmd, pmdp_get(pmd));`]),
  "one test of two lost": (i) => instead(["\told = ptep_get(pte);", `\tif (!pte_none(old) && !pte_special(old))`, `\t\tset_pte_at(mm, addr + ${i}, pte, old);`], ["\told = ptep_get(pte);", `\tif (!pte_none(old))`, `\t\tset_pte_at(mm, addr + ${i}, pte, old);`]),
  "one test of two lost, of others": (i) => instead([`\tpte_t o${i} = ptep_get(pte);`, `\tif (!pte_none(o${i}) && !pte_special(o${i}))`, `\t\tset_pte_at(mm, addr, pte, o${i});`], [`\tpte_t o${i} = ptep_get(pte);`, `\tif (!pte_none(o${i}))`, `\t\tset_pte_at(mm, addr, pte, o${i});`]),
  "tests of one entry lost": (i) => instead(["\told = ptep_get(pte);", "\tif (pte_none(old))", "\t\treturn 0;", `\tset_pte_at(mm, addr + ${i}, pte, old);`], ["\told = ptep_get(pte);", `\tset_pte_at(mm, addr + ${i}, pte, old);`]),
  "unlocks moved behind calls that sleep": (i) => instead([`\tif (x == ${i}) {`, "\t\tspin_unlock(ptl);", "\t\tcond_resched();", "\t\tgoto out;", "\t}"], [`\tif (x == ${i}) {`, "\t\tcond_resched();", "\t\tspin_unlock(ptl);", "\t\tgoto out;", "\t}"]),
  "exits that unlock, and a long way out": (i, n) => (i < n / 2 ? instead([`\tif (x == ${i}) {`, "\t\tspin_unlock(ptl);", "\t\tgoto out;", "\t}"], [`\tif (x == ${i}) {`, "\t\tgoto out;", "\t}"]) : i === Math.ceil(n / 2) ? both("out:", "\tfolio_wait_locked(folio);") : both(`\twait_for_${Math.floor(i)}(mm);`)),
  "looks at fields before locks": (i, n) => (i < n / 2 ? both(`\ta += vma->anon_vma == mm->m${i};`) : instead(["\tmmap_read_lock(mm);"], ["\tmmap_write_lock(mm);"])),
  "comparisons of locks": (i) => instead([`\tif (ptl${i} != pml${i})`, `\t\tspin_lock(pml${i});`, "\tset_pte(pte, old);"], [`\tif (ptl${i} != pml${i} && !spin_trylock(pml${i}))`, "\t\tgoto out;", "\tset_pte(pte, old);"]),
  "guarded unmaps": (i) => instead([`\tpte_t *m${i} = NULL;`, `\tif (x == ${i})`, `\t\tm${i} = pte_offset_map(pmd, addr);`, `\tif (m${i})`, `\t\tpte_unmap(m${i});`], [`\tpte_t *m${i};`, `\tif (x == ${i})`, `\t\tm${i} = pte_offset_map(pmd, addr);`, `\tif (m${i})`, `\t\tpte_unmap(m${i});`]),
  "guarded unmaps in loops": (i) => instead([`\twhile (x < ${i}) {`, "\t\tpte_t *m;", "\t\tif (a)", "\t\t\tm = pte_offset_map(pmd, addr);", "\t\tif (m)", "\t\t\tpte_unmap(m);", "\t}"], [`\twhile (x < ${i}) {`, "\t\tpte_t *m = NULL;", "\t\tif (a)", "\t\t\tm = pte_offset_map(pmd, addr);", "\t\tif (m)", "\t\t\tpte_unmap(m);", "\t}"]),
  "counts of pages": (i) => instead([`\tint c${i} = page_count(virt_to_page(pte));`, `\tif (c${i} > 1)`, "\t\ta++;"], [`\tint c${i} = page_count(virt_to_page(pte));`, `\tWARN_ON(!c${i});`]),
  "locks of huge entries for tests": (i) => instead([`\tptl = pmd_trans_huge_lock(pmd, vma);`, `\tif (ptl) {`, `\t\tset_pmd_at(mm, addr + ${i}, pmd, val);`, "\t\tspin_unlock(ptl);", "\t}"], ["\tptl = pmd_lock(mm, pmd);", `\tif (pmd_trans_huge(*pmd))`, `\t\tset_pmd_at(mm, addr + ${i}, pmd, val);`, "\tspin_unlock(ptl);"]),
  "tests of an architecture's own": (i) => instead([`\tif (pte_special_kind${i}(old))`, "\t\tgoto out;", "\tset_pte(pte, old);"], ["\tset_pte(pte, old);"]),
  "flushes, half of them new": (i, n) => (i < n / 2 ? both(`\tflush_tlb_page(vma, addr + ${i});`) : instead([`\ttlb_remove_tlb_entry(tlb, pte, addr + ${i});`], [`\tflush_tlb_page(vma, addr + ${i});`])),
  "entries of both kinds": (i) => instead([`\tset_huge_pte_at(mm, addr, pte + ${i}, old, x);`, `\told = huge_ptep_get(mm, addr, pte + ${i});`], [`\tset_huge_pte_at(mm, addr, pte + ${i}, old, x);`, `\told = ptep_get(pte + ${i});`]),
  "ends of VMA locks": (i) => both("\tvma_end_write_all(mm);", `\twait_for_${i}(mm);`),
  "lazy modes on one side": () => instead(["\tarch_enter_lazy_mmu_mode();", "\tset_pte(pte, old);", "\tarch_leave_lazy_mmu_mode();"], ["\tarch_enter_lazy_mmu_mode();", "\tset_pte(pte, old);"]),
};

const faultHead: Lines = ["static vm_fault_t f(struct vm_fault *vmf, struct mm_struct *mm, pmd_t *pmd, unsigned long addr, int x)", "{", "\tpte_t *pte = vmf->pte;", "\tspinlock_t *ptl;", "\tint a = 0, err = 0;"];
const inHandler: Readonly<Record<string, Part>> = {
  "own pointers unmapped": (i) => instead(["\tpte = pte_offset_map(pmd, addr);", `\tif (x == ${i}) {`, "\t\tpte_unmap(pte);", "\t\treturn 0;", "\t}", "\tvmf->pte = pte;"], ["\tpte = pte_offset_map(pmd, addr);", `\tif (x == ${i}) {`, "\t\tpte_unmap(pte);", "\t\treturn a;", "\t}", "\tvmf->pte = pte;"]),
  "pointers of their own each": (i) => instead([`\tpte_t *m${i} = pte_offset_map(pmd, addr);`, `\tif (x == ${i}) {`, `\t\tpte_unmap(m${i});`, "\t\treturn 0;", "\t}", `\tvmf->pte = m${i};`], [`\tpte_t *m${i} = pte_offset_map(pmd, addr);`, `\tif (x == ${i}) {`, `\t\tpte_unmap(m${i});`, "\t\treturn a;", "\t}", `\tvmf->pte = m${i};`]),
  "calls between a mapping and its end": (i, n) => (i === 0 ? both("\tpte = pte_offset_map(pmd, addr);") : i < n - 1 ? both("\tnote(vmf);") : instead(["\tpte_unmap(pte);", "\ta++;"], ["\tpte_unmap(pte);"])),
  "locks handed over": (i) => instead([`\tvmf->pte = pte_offset_map_lock(mm, pmd, addr, &vmf->ptl);`, `\tif (x == ${i})`, "\t\treturn 0;", "\tpte_unmap_unlock(vmf->pte, vmf->ptl);"], [`\tvmf->pte = pte_offset_map_lock(mm, pmd, addr, &vmf->ptl);`, `\tif (x == ${i})`, "\t\treturn a;", "\tpte_unmap_unlock(vmf->pte, vmf->ptl);"]),
};

const whole = (name: string, ...body: Lines): Lines => [`static int ${name}(struct mm_struct *mm, pmd_t *pmd, pte_t *pte, unsigned long addr)`, "{", ...body, "\treturn 0;", "}", ""];
const like = (name: string, i: number): Lines => whole(name, "\tspinlock_t *ptl = pte_lockptr(mm, pmd);", "\tspin_lock(ptl);", `\tset_pte_at(mm, addr + ${i}, pte, ptep_get(pte));`, "\tspin_unlock(ptl);");
const gone: Lines = [];

const inFile: Readonly<Record<string, Part>> = {
  "functions renamed": (i) => instead(like(`f${i}`, i), like(`g${i}`, i)),
  "alike functions renamed": (i) => instead(like(`f${i}`, 0), like(`g${i}`, 0)),
  "functions moved to the end": (i, n) => (i < n / 2 ? instead(like(`f${i}`, i), gone) : instead(gone, like(`f${Math.floor(i - n / 2)}`, Math.floor(i - n / 2)))),
  "alike functions copied": (i) => instead(like(`f${i}`, 0), [...like(`f${i}`, 0), ...like(`f${i}_copy`, 0)]),
  "functions that become wrappers": (i) => instead(like(`f${i}`, i), [...like(`__f${i}`, i), ...whole(`f${i}`, `\treturn __f${i}(mm, pmd, pte, addr);`)]),
  "functions that lose a lock each": (i) => instead(like(`f${i}`, i), like(`f${i}`, i).filter((line) => !line.includes("spin_"))),
  "functions that win a lock each": (i) => instead(like(`f${i}`, i).filter((line) => !line.includes("spin_")), like(`f${i}`, i)),
  "functions that hand their lock on": (i) => instead(like(`f${i}`, i), [...whole(`lock${i}`, "\tspin_lock(pte_lockptr(mm, pmd));"), ...whole(`f${i}`, `\tlock${i}(mm, pmd, pte, addr);`, "\tset_pte(pte, ptep_get(pte));", "\tspin_unlock(pte_lockptr(mm, pmd));")]),
  "functions of one name that change": () => instead(like("f", 0), like("f", 1)),
  "functions of one name on one line": () => instead(gone, ["void f(pte_t *pte) { set_pte(pte, *pte); f(pte); }"]),
};

/** A whole file in two versions. What is the same on both sides is context. */
function replaced(parts: readonly Otherwise[]): string {
  const lines: string[] = [];
  let [pre, post] = [0, 0];
  for (const { before, after } of parts) {
    const same = before === after;
    lines.push(...before.map((line) => `${same ? " " : "-"}${line}\n`), ...(same ? [] : after.map((line) => `+${line}\n`)));
    pre += before.length;
    post += after.length;
  }
  return `diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,${pre} +1,${post} @@\n${lines.join("")}`;
}

function shapesOf(place: string, parts: Readonly<Record<string, Part>>, front: Lines, end: Lines): Shape[] {
  return Object.entries(parts).map(([name, part]): Shape => ({ name: `versions, in a ${place}: ${name}`, make: (n) => ({ kind: "mails", text: replaced([both(...front), ...times(n, part), both(...end)]) }) }));
}

export const versionShapes: readonly Shape[] = [
  ...shapesOf("function", inFunction, head, tail),
  ...shapesOf("fault handler", inHandler, faultHead, ["out:", "\treturn err;", "}"]),
  ...shapesOf("file", inFile, [], []),
];
