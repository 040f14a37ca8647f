/** Protections that a patch adds or takes away around steps that stay, each with the nearest change that says nothing. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { checkUnit, type FunctionCheck } from "../../check/index.ts";
import { changes } from "../changes.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { newlyTold, testsWent } from "./told-apart.ts";
import { packageRoot } from "../../util/package-root.ts";
import { touchedInPatch } from "../touched-functions.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

/** Not all is in view: `lost_label` stands in lines that the patch does not show. */
const head = "static int f(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, pte_t *pte, unsigned long addr, spinlock_t *ptl)\n{\n\tif (!vma)\n\t\tgoto lost_label;\n";

function check(body: string, others = ""): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", `${others}${head}${body}\n\treturn 0;\n}\n`), rulebook);
}

function said(pre: string, post: string): string[] {
  return changes(check(pre), check(post), rulebook, noLines).map((f) => `${f.status} ${f.severity} ${f.rule}`);
}

/** The patch touches g(). */
function inG(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): ReturnType<typeof changes> {
  const lines = (checks: readonly FunctionCheck[]): Set<number> => new Set(checks.flatMap(({ fn }) => (fn.name === "g" ? [fn.line] : [])));
  return changes(pre, post, rulebook, { names: new Set(["g"]), pre: lines(pre), post: lines(post) });
}

const noLines = { names: new Set(["f", "g", "h"]), pre: new Set<number>(), post: new Set<number>() };

/** The same change read forwards is a fix, backwards a loss. */
function bothWays(lacks: string, has: string): string[] {
  return [...said(lacks, has), ...said(has, lacks)];
}

describe("protections around steps that stay", () => {
  const clear = "\tpmdp_collapse_flush(vma, addr, pmd);";

  it.each([
    ["notifier-scope", clear, `\tmmu_notifier_invalidate_range_start(&range);\n${clear}\n\tmmu_notifier_invalidate_range_end(&range);`],
    ["walk-context", clear, `\ti_mmap_lock_write(vma->vm_file->f_mapping);\n${clear}\n\ti_mmap_unlock_write(vma->vm_file->f_mapping);`],
    ["entry-lock", "\tif (pte_none(*pte))\n\t\treturn 1;", "\tspin_lock(ptl);\n\tif (pte_none(*pte))\n\t\treturn 1;"],
    ["table-free", "\taddr = walk_pgtable(pmd, addr);", "\tlocal_irq_save(flags);\n\taddr = walk_pgtable(pmd, addr);\n\tlocal_irq_restore(flags);"],
    ["tlb-flush", "\tarch_enter_lazy_mmu_mode();\n\twork(pte);\n\tarch_leave_lazy_mmu_mode();", "\tflush_tlb_batched_pending(vma->vm_mm);\n\tarch_enter_lazy_mmu_mode();\n\twork(pte);\n\tarch_leave_lazy_mmu_mode();"],
    ["tlb-flush", clear, clear.replace("addr", "haddr")],
    ["sleep-atomic", "\taddr = walk_the_hole(vma);\n\tspin_unlock(ptl);", "\tspin_unlock(ptl);\n\taddr = walk_the_hole(vma);"],
    ["stale-read", "\tif (vma->anon_vma)\n\t\treturn 1;\n\tmmap_write_lock(vma->vm_mm);", "\tif (vma->anon_vma)\n\t\treturn 1;\n\tmmap_write_lock(vma->vm_mm);\n\tif (vma->anon_vma)\n\t\treturn 1;"],
    ["entry-kind", "\tpmd_t v = READ_ONCE(*pmd);\n\twork(pmd);", "\tpmd_t v = READ_ONCE(*pmd);\n\tif (pmd_is_leaving(v))\n\t\treturn 1;\n\twork(pmd);"],
    ["entry-kind", "\tif (pmd_trans_huge(*pmd))\n\t\treturn 1;\n\twork(pmd);", "\tif (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))\n\t\treturn 1;\n\twork(pmd);"],
  ])("%s: said as fixed, and as taken away when the patch is turned round", (rule, lacks, has) => {
    expect(bothWays(lacks, has).map((line) => line.replace(/ (?:note|warning) /, " "))).toEqual(expect.arrayContaining([`fixed ${rule}`, `introduced ${rule}`]));
    expect(bothWays(has, has)).toEqual([]);
  });

  it("tells of the lock of the kernel's tables where it comes to what stood there, not where that comes with it, nor where it goes or is let go of for a while", () => {
    const dump = "\tdump_tables(vma);";
    expect(bothWays(dump, `\tmmap_write_lock_nested(&init_mm, 1);\n${dump}\n\tmmap_write_unlock(&init_mm);`).filter((line) => line.endsWith("table-free"))).toEqual(["fixed warning table-free"]);
    expect(bothWays(dump, `${dump}\n\tmmap_write_lock(&init_mm);\n\twalk_page_range_novma(&init_mm, addr, addr, &ops, NULL, NULL);\n\tmmap_write_unlock(&init_mm);`).filter((line) => line.endsWith("table-free"))).toEqual([]);
    expect(bothWays(dump, `${dump}\n\tmmap_read_lock(&init_mm);\n\tlist_areas(&init_mm);\n\tmmap_read_unlock(&init_mm);`).filter((line) => line.endsWith("table-free"))).toEqual([]);
    expect(said("\tp = alloc_pages(0);", "\tmmap_read_unlock(&init_mm);\n\tp = alloc_pages(0);\n\tmmap_read_lock(&init_mm);").filter((line) => line.endsWith("table-free"))).toEqual([]);
  });

  it("knows a lock that is only tried for from one that is waited for, and a barrier of TLB generations from one of tables", () => {
    expect(said("\tvma_start_write(vma);", "\tif (!vma_try_start_write(vma))\n\t\treturn 1;")).toEqual(["fixed warning lock-order"]);
    const about = (name: string): FunctionCheck[] => checkUnit(lowerText("x.c", `void ${name}(struct mm_struct *mm, pmd_t *pmd)\n{\n\tatomic64_read(&mm->context.tlb_gen);\n\tpmd_present(*pmd);\n}\n`), rulebook);
    const ordered = (name: string): FunctionCheck[] => checkUnit(lowerText("x.c", `void ${name}(struct mm_struct *mm, pmd_t *pmd)\n{\n\tsmp_mb();\n\tatomic64_read(&mm->context.tlb_gen);\n\tpmd_present(*pmd);\n}\n`), rulebook);
    expect(changes(about("f"), ordered("f"), rulebook, noLines).map((f) => f.rule)).toEqual(["tlb-flush"]);
  });

  it("says nothing of a call after an unlock that is new, nor of a first look under a lock", () => {
    expect(said("\tspin_unlock(ptl);", "\tspin_unlock(ptl);\n\taddr = walk_the_hole(vma);")).toEqual([]);
    expect(said("\tmmap_write_lock(vma->vm_mm);", "\tmmap_write_lock(vma->vm_mm);\n\tif (vma->anon_vma)\n\t\treturn 1;")).toEqual([]);
  });

  it("is silent where the patch brings the steps that need it", () => {
    expect(said("\twork(pte);", `\tspin_lock(ptl);\n\tset_pte_at(vma->vm_mm, addr, pte, entry);\n\tspin_unlock(ptl);\n\twork(pte);`).filter((line) => line.startsWith("fixed"))).toEqual([]);
  });

  it("is silent where a function of unknown effect goes or comes in its place", () => {
    const walk = "\taddr = walk_pgtable(pmd, addr);";
    expect(bothWays(`\tbegin_walk(vma);\n${walk}`, `\tlocal_irq_save(flags);\n${walk}`)).toEqual([]);
  });

  it("takes a test that replaces another for no new one", () => {
    expect(bothWays("\tif (is_swap_pmd(*pmd))\n\t\treturn 1;", "\tif (!pmd_present(*pmd))\n\t\treturn 1;")).toEqual([]);
  });

  it("takes one lock for another to be an exchange, wherever the other was taken", () => {
    const other = (mode: string): string => `void g(struct mm_struct *mm, pmd_t *pmd)\n{\n\tmmap_${mode}_lock(mm);\n\tf(pmd);\n\tmmap_${mode}_unlock(mm);\n}\n`;
    const [plain, locked] = ["\tif (pte_none(*pte))\n\t\treturn 1;", "\tspin_lock(ptl);\n\tif (pte_none(*pte))\n\t\treturn 1;"];
    const fixed = (after: string): number => inG(check(plain, other("write")), check(locked, other(after))).filter((f) => f.status === "fixed" && f.rule === "entry-lock").length;
    expect([fixed("write"), fixed("read")]).toEqual([1, 0]);
  });

  it("asks of no flush function whether it flushes", () => {
    const flush = (body: string): FunctionCheck[] => checkUnit(lowerText("a.h", `static void flush_tlb_huge(struct vm_area_struct *vma, pmd_t *pmd)\n{\n\tpmd_present(*pmd);\n${body}}\n`), rulebook);
    expect(changes(flush("\tflush_tlb_range(vma, 0, 1);\n"), flush(""), rulebook, noLines)).toEqual([]);
  });

  it("knows a protection that another function gave up for moved", () => {
    const other = (body: string): string => `static void g(struct vm_area_struct *vma, pte_t *pte, spinlock_t *ptl)\n{\n${body}\tpte_none(*pte);\n}\n`;
    const plain = "\tif (pte_none(*pte))\n\t\treturn 1;";
    const unit = (own: string, its: string): FunctionCheck[] => check(own, other(its));
    const locked = `\tspin_lock(ptl);\n${plain}`;
    expect(inG(unit(plain, "\tspin_lock(ptl);\n"), unit(locked, "")).filter((f) => f.function === "f" && f.status === "fixed" && f.rule === "entry-lock")).toEqual([]);
    expect(inG(unit(plain, ""), unit(locked, "")).some((f) => f.function === "f" && f.status === "fixed" && f.rule === "entry-lock")).toBe(true);
  });
});

describe("protections in another shape", () => {
  const lost = (pre: string, post: string): string[] => said(pre, post).filter((line) => line.startsWith("introduced"));

  it("takes a getter for the load whose value is compared", () => {
    const compared = (now: string): string => `\tpmd_t old = work(pmd);\n\tif (pmd_val(old) != pmd_val(${now}))\n\t\treturn 1;\n\tpmd_present(old);`;
    expect(lost(compared("*pmd"), compared("pmdp_get_lockless(pmd)"))).toEqual([]);
    expect(lost(compared("*pmd"), "\tpmd_t old = work(pmd);\n\tpmd_present(old);")).toEqual(["introduced warning stale-read"]);
  });

  it("takes synchronize_rcu() for a wait for walkers with interrupts off", () => {
    const freed = (wait: string): string => `\tpmd_clear(pmd);\n${wait}\twork(pmd);`;
    expect(lost(freed("\ttlb_remove_table_sync_one();\n"), freed("\tsynchronize_rcu();\n"))).toEqual([]);
    expect(lost(freed("\ttlb_remove_table_sync_one();\n"), freed("\tsmp_mb();\n"))).toContain("introduced warning table-free");
  });

  it("takes a lock helper that asks what the entry is for the tests that it makes", () => {
    const tested = "\tspin_lock(ptl);\n\tif (pmd_trans_huge(*pmd))\n\t\twork(pmd);\n\tspin_unlock(ptl);";
    const tellsLess = (post: string): boolean => newlyTold({ from: check(tested)[0]!, to: check(post)[0]!, rulebook, everywhere: () => touchedInPatch([], [], rulebook) }).length > 0;
    expect(tellsLess("\tptl = pmd_trans_huge_lock(pmd, vma);\n\tif (ptl)\n\t\twork(pmd);")).toBe(false);
    expect(tellsLess("\tptl = pmd_lock(vma->vm_mm, pmd);\n\tif (ptl)\n\t\twork(pmd);")).toBe(true);
  });

  it("says nothing of a call that has moved to where the lock may have been dropped before", () => {
    const inPlace = "\tspin_unlock(ptl);\n\taddr = walk_the_hole(vma);\n\twork(pte);\n\tpte_none(*pte);";
    expect(lost(inPlace, "\tspin_unlock(ptl);\n\tif (work(pte))\n\t\treturn 1;\n\taddr = walk_the_hole(vma);\n\tpte_none(*pte);").filter((line) => line.includes("sleep"))).toEqual([]);
    expect(lost(inPlace, "\taddr = walk_the_hole(vma);\n\tspin_unlock(ptl);\n\twork(pte);\n\tpte_none(*pte);").filter((line) => line.includes("sleep"))).toEqual(["introduced note sleep-atomic"]);
  });

  it("warns of a call that stays while the unlock before it goes", () => {
    const waits = (unlock: string): string => `${unlock}\taddr = walk_the_hole(vma);\n\tspin_lock(ptl);\n\twork(pte);\n\tpte_none(*pte);`;
    expect(lost(waits("\tspin_unlock(ptl);\n"), waits("")).filter((line) => line.includes("sleep"))).toEqual(["introduced warning sleep-atomic"]);
  });

  it("asks what calls do as often as there are calls, not as often as they could be paired", () => {
    const asked = (calls: number): number => {
      let times = 0;
      const counting: Rulebook = { ...rulebook, ever: (name) => (times++, rulebook.ever(name)) };
      const [pre, post] = ["\tspin_unlock(ptl);\n", ""].map((unlock) => check(`${unlock}\tcond_resched();\n`.repeat(calls)));
      changes(pre!, post!, counting, noLines);
      return times;
    };
    expect(asked(200)).toBeLessThan(2.1 * asked(100));
  });

  it("leaves a level alone that the function does not go down any more", () => {
    const down = "\tpud_t *pud = pud_offset(p4d, addr);\n\tif (!pud_present(*pud))\n\t\treturn 1;\n\tpmd = pmd_offset(pud, addr);\n\tpmd_present(*pmd);";
    expect(lost(down, "\tpmd = mm_find_pmd(vma->vm_mm, addr);\n\tpmd_present(*pmd);")).toEqual([]);
    expect(lost(down, down.replace("\tif (!pud_present(*pud))\n\t\treturn 1;\n", "")).some((line) => line.includes("entry-kind"))).toBe(true);
  });

  it("leaves to an accessor what it asks of its entry, and takes a question about permissions for no repair", () => {
    const accessor = (test: string): FunctionCheck[] => checkUnit(lowerText("a.h", `static inline pmd_t pmd_mkdirty(pmd_t pmd)\n{\n${test}\treturn pmd_set_flags(pmd, 1);\n}\n`), rulebook);
    const touched = { ...noLines, names: new Set(["pmd_mkdirty"]) };
    expect(changes(accessor(""), accessor("\tif (pmd_is_shadow(pmd))\n\t\treturn pmd;\n"), rulebook, touched)).toEqual([]);
    const whole = (test: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", `static void f(struct mm_struct *mm, pmd_t *pmd)\n{\n\tpmd_t v = pmdp_get(pmd);\n${test}\twork(mm, v);\n}\n`), rulebook);
    expect(changes(whole(""), whole("\tif (pmd_write(v))\n\t\treturn;\n"), rulebook, noLines)).toEqual([]);
    expect(changes(whole(""), whole("\tif (pmd_is_split(v))\n\t\treturn;\n"), rulebook, noLines).map((one) => `${one.status} ${one.rule}`)).toEqual(["fixed entry-kind"]);
  });

  it("warns of a test that a function loses which is no accessor but is called like one", () => {
    const named = (name: string, head: string, test: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", `int ${name}(${head})\n{\n\tpmd_t v = pmdp_get(pmd);\n${test}\tpmd_clear(pmd);\n\twork(pmd);\n\treturn 1;\n}\n`), rulebook);
    const test = "\tif (!pmd_is_table_arch(v))\n\t\treturn 0;\n";
    for (const [name, head] of [["pmd_free_pte_page", "pmd_t *pmd"], ["is_pmd_order", "pmd_t *pmd"], ["pmd_replace", "pmd_t *pmd, pmd_t old"]] as const) {
      const found = changes(named(name, head, test), named(name, head, ""), rulebook, { ...noLines, names: new Set([name]) });
      expect(found.map((one) => `${one.status} ${one.severity} ${one.rule}`)).toEqual(["introduced warning entry-kind"]);
    }
  });

  it("takes a lock for the caller's own where the patch asks whether it is, and no more than that lock", () => {
    const zap = (test: string, guards: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", `static bool f(struct mm_struct *mm, pmd_t *pmd, spinlock_t *ptl, pmd_t old)\n{\n\tspinlock_t *pml = pmd_lockptr(mm, pmd);\n\tif (${test}!spin_trylock(pml))\n\t\treturn false;\n${guards}\tpmd_clear(pmd);\n\tif (${test || "1 || "}0)\n\t\tspin_unlock(pml);\n\treturn true;\n}\n`), rulebook);
    const guards = "\tif (!pmd_same(*pmd, old)) {\n\t\tspin_unlock(pml);\n\t\treturn false;\n\t}\n\ttlb_remove_table_sync_one();\n";
    const rules = (pre: FunctionCheck[], post: FunctionCheck[]): string[] => changes(pre, post, rulebook, noLines).filter(({ status }) => status === "introduced").map(({ rule }) => rule).toSorted();
    expect(rules(zap("", ""), zap("ptl != pml && ", ""))).toEqual([]);
    expect(rules(zap("", guards), zap("ptl != pml && ", ""))).toEqual(["stale-read", "table-free"]);
  });
});

describe("tests that went", () => {
  const went = (pre: string, post: string): boolean => testsWent(check(pre)[0]!.fn, check(post)[0]!.fn);

  it("are missing afterwards, or have become others of the same level", () => {
    expect(went("\tif (pmd_trans_huge(*pmd))\n\t\treturn 1;", "\twork(pmd);")).toBe(true);
    expect(went("\tif (pmd_trans_huge(*pmd))\n\t\treturn 1;", "\tif (pmd_none(*pmd))\n\t\treturn 1;")).toBe(true);
  });

  it("are not those of a level that is folded, nor those of an entry that is read once more", () => {
    expect(went("\tif (!pgd_none(*pgd))\n\t\twork(pgd);", "\tif (!p4d_none(*p4d))\n\t\twork(p4d);")).toBe(false);
    expect(went("\tif (pmd_none(*pmd))\n\t\treturn 1;\n\twork(pmd);", "\tif (pmd_none(*pmd))\n\t\treturn 1;\n\tnext(*pmd);\n\twork(pmd);")).toBe(false);
  });
});
