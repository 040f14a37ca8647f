/** What a patch takes away from code that is known by its hunks only, or supplies. */
import { beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { checkUnit, type FunctionCheck } from "../../check/index.ts";
import { initC, lowerText } from "../../c/index.ts";
import { changes } from "../changes.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

function check(body: string): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", `void f(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)\n{\n${body}\n}\n`), rulebook);
}

function said(pre: string, post: string): string[] {
  return changes(check(pre), check(post), rulebook, noLines).map((f) => `${f.status} ${f.severity} ${f.rule} ${f.line}`);
}

const noLines = { names: new Set(["f", "g", "h"]), pre: new Set<number>(), post: new Set<number>() };

const barrier = "\tsmp_wmb();\n\tpmd_populate(mm, pmd, table);";
const bare = "\tcond_resched();\n\tpmd_populate(mm, pmd, table);";

describe("regressions", () => {
  it("notes a barrier that went, and one that came", () => {
    expect(said(barrier, bare)).toEqual(["introduced warning publish-order 4"]);
    expect(said(bare, barrier)).toEqual(["fixed warning publish-order 4"]);
  });

  it("is silent when nothing changes, and when the call goes as well", () => {
    expect(said(barrier, barrier)).toEqual([]);
    expect(said(barrier, "\tcond_resched();")).toEqual([]);
  });

  it("warns of kinds that reach a call, where a test went", () => {
    const split = "\tif (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))\n\t\treturn;\n\tmove_them(mm, pmd);";
    const half = "\tif (pmd_trans_huge(*pmd))\n\t\treturn;\n\tmove_them(mm, pmd);";
    expect(said(split, half)).toEqual(["introduced warning entry-kind 5"]);
    expect(said(half, split)).toEqual(["fixed warning entry-kind 5"]);
    expect(said(split, "\tmove_them(mm, pmd);")).toEqual(["introduced warning stale-read 3"]);
    // A new function may do the test.
    expect(said(split, "\tif (is_large(*pmd))\n\t\treturn;\n\tmove_them(mm, pmd);")).toEqual([]);
  });

  it("leaves a huge entry to a lookup that fails for it, unless a branch was for such entries", () => {
    const mapped = (before: string, after = ""): string => `${before}\tpte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tif (!pte)\n\t\treturn;\n\twork(mm, pte);\n\tpte_unmap_unlock(pte, ptl);\n${after}`;
    const introduced = (pre: string, post: string): string[] => said(pre, post).filter((line) => line.startsWith("introduced"));
    const test = "\tif (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))\n";
    expect(introduced(mapped(`${test}\t\treturn;\n`), mapped(""))).toEqual([]);
    expect(introduced(mapped(`${test}\t\treturn;\n`), mapped(`${test}\t\treturn;\nagain:\n`, "\tif (mm->x)\n\t\tgoto again;\n"))).toEqual([]);
    for (const [pre, post] of [[`${test}\t\tsplit_it(vma, pmd);\n`, ""], [`${test}\t{\n\t\twork_on_huge(mm, pmd);\n\t\treturn;\n\t}\n`, ""]] as const) expect(introduced(mapped(pre), mapped(post)), pre).not.toEqual([]);
  });

  it("tells nothing of kinds where answers meet in a variable that is asked later", () => {
    const mapped = (...lines: readonly string[]): string => `\tspinlock_t *ptl;\n\tstruct page *page;\n\tbool can = false;\n\tpte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tif (!pte)\n\t\treturn;\n\tpte_t val = ptep_get(pte);\n${lines.map((line) => `\t${line}\n`).join("")}out:\n\tpte_unmap_unlock(pte, ptl);\n`;
    const introduced = (pre: string, post: string): string[] => said(pre, post).filter((line) => line.startsWith("introduced"));
    const tested = mapped("if (!pte_present(val))", "\tgoto out;", "if (!pte_write(val))", "\tgoto out;", "work(mm, pte_pfn(val));");
    expect(introduced(tested, mapped("can = pte_present(val);", "if (can)", "\tcan = pte_write(val);", "if (can)", "\twork(mm, pte_pfn(val));"))).toEqual([]);
    expect(introduced(tested, mapped("if (pte_write(val))", "\twork(mm, pte_pfn(val));"))).not.toEqual([]);
    // The variable is set by something else, or is not asked.
    expect(introduced(tested, mapped("can = mm->x;", "if (mm->y)", "\tcan = mm->z;", "if (can && pte_write(val))", "\twork(mm, pte_pfn(val));"))).not.toEqual([]);
    const found = mapped("if (!pte_present(val))", "\tgoto out;", "page = vm_normal_page(vma, addr, val);", "if (!page)", "\tgoto out;", "val = ptep_clear_flush(vma, addr, pte);", "set_pte_at(mm, addr, pte, pte_wrprotect(val));");
    const chosen = (test: string): string => mapped("page = pte_present(val) ? vm_normal_page(vma, addr, val) : NULL;", `if (${test})`, "\tgoto out;", "val = ptep_clear_flush(vma, addr, pte);", "set_pte_at(mm, addr, pte, pte_wrprotect(val));");
    expect(introduced(found, chosen("!page"))).toEqual([]);
    expect(introduced(found, chosen("!addr"))).not.toEqual([]);
  });

  it("leaves to the callers of an entry's own accessor what the entry is, and to nothing that is given more", () => {
    const asks = (head: string, test: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", `struct page *${head}\n{\n\tif (${test})\n\t\treturn pfn_to_page(pmd_pfn(pmd));\n\treturn of_table(pmd);\n}\n`), rulebook);
    const lost = (head: string, to: string): string[] => changes(asks(head, "pmd_trans_huge(pmd)"), asks(head, to), rulebook, { ...noLines, names: new Set([/^\w+/.exec(head)![0]]) }).filter((f) => f.severity === "warning").map((f) => `${f.status} ${f.rule}`);
    const bits = "pmd_val(pmd) & HUGE_BIT";
    expect(lost("pmd_page(pmd_t pmd)", bits)).toEqual([]);
    for (const [head, to] of [["page_behind(pmd_t pmd)", bits], ["pmd_page(struct vm_area_struct *vma, pmd_t pmd)", bits], ["pmd_page(pmd_t pmd)", "!pmd_none(pmd)"]] as const) expect(lost(head, to), `${head} ${to}`).toContain("introduced entry-kind");
  });

  it("warns of an accessor that no longer asks what it hands on", () => {
    const page = (test: string): FunctionCheck[] => checkUnit(lowerText("mm/x.c", `struct page *pmd_page_or_null(pmd_t pmd)\n{\n${test}\treturn pfn_to_page(pmd_pfn(pmd));\n}\n`), rulebook);
    const lost = changes(page("\tif (!pmd_trans_huge(pmd))\n\t\treturn NULL;\n"), page(""), rulebook, { ...noLines, names: new Set(["pmd_page_or_null"]) });
    expect(lost.map((f) => `${f.status} ${f.rule}`)).toEqual(["introduced entry-kind"]);
  });

  it("is silent where another test of the entry took the place of the one that went", () => {
    const marker = "\tif (is_pte_marker(ptep_get(pte)))\n\t\twork(mm, pte);";
    const replaced = (test: string): string => `\tpte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n${test}`;
    const introduced = (test: string): string[] => said(replaced(marker), replaced(test)).filter((line) => line.startsWith("introduced warning"));
    expect(introduced("\twork(mm, pte);")).toEqual(["introduced warning stale-read 4"]);
    // Equal to what the caller found; a flag worked out from predicates.
    expect(introduced("\tif (pte_same(vmf->orig_pte, ptep_get(pte)))\n\t\twork(mm, pte);")).toEqual([]);
    expect(introduced("\tpte_t now = ptep_get(pte);\n\tbool ours = mm->ours;\n\tours &= is_pte_marker(now);\n\tif (ours)\n\t\twork(mm, pte);")).toEqual([]);
  });

  it("knows the kinds of a local copy that a walk goes on from, and what this CPU wrote itself", () => {
    const walk = (table: string): string => `\tpmd_t v = READ_ONCE(*pmd);\n\tif (pmd_none(v) || pmd_bad(v))\n\t\treturn;\n\twork(mm, ${table});`;
    expect(said(walk("pmd"), walk("&v"))).toEqual([]);
  });

  it("takes a test by another name for the same, where no contract knows it", () => {
    const swapped = (test: string): string => `\tpmd_t v = pmdp_get(pmd);\n\tif (${test})\n\t\treturn;\n\twork(mm, pmd_to_swp_entry(v));`;
    const fixed = (pre: string): string[] => said(pre, swapped("pmd_present(v)")).filter((line) => line.startsWith("fixed"));
    expect(fixed(swapped("!is_swapped_out_pmd(v)"))).toEqual([]);
    expect(fixed(swapped("mm->x"))).toContain("fixed warning entry-kind 6");
  });

  it("leaves a test of what is not present to a lookup that fails on it", () => {
    const lookup = (test: string): string => `\tspinlock_t *ptl;\n\tpte_t *pte;\n${test}\tpte = pte_offset_map_lock(mm, pmd, 0, &ptl);\n\tif (pte)\n\t\tpte_unmap_unlock(pte, ptl);`;
    expect(said(lookup("\tif (!pmd_present(*pmd))\n\t\treturn;\n"), lookup("")).filter((line) => line.startsWith("introduced warning"))).toEqual([]);
  });

  it("takes nothing from an assertion that a patch relaxes", () => {
    const cleared = (test: string): string => `\tpmd_t now = *pmd;\n\t${test}\n\twork(mm, pmd);`;
    expect(said(cleared("VM_BUG_ON(!pmd_present(now));"), cleared("VM_BUG_ON(pmd_devmap(now) && mm->x);")).filter((line) => line.includes("kind"))).toEqual([]);
    expect(said(cleared("if (!pmd_present(now)) return;"), cleared("if (pmd_devmap(now) && mm->x) return;"))).toContain("introduced warning entry-kind 5");
  });

  it("takes bits tested by hand for a test", () => {
    const leaf = (test: string): string => `\tpmd_t now = *pmd;\n\tif (${test})\n\t\tcount(mm);\n\tpmd_clear(pmd);`;
    expect(said(leaf("pmd_leaf(now)"), leaf("pmd_val(now) & _PAGE_LEAF"))).toEqual([]);
  });

  it("does not take an asserted spinlock in a field of another object for a page-table lock", () => {
    const queue = (arg: string): string => `\tlockdep_assert_held(&mm->queue->lock);\n\tpmd_none(*pmd);\n\twork(${arg});\n\traw_spin_unlock(&mm->queue->lock);\n\traw_spin_lock(&mm->queue->lock);`;
    expect(said(queue("1"), queue("mm"))).toEqual([]);
  });

  it("warns where a lock that was released on every path is kept on one", () => {
    const both = "\tmmap_read_lock(mm);\n\tif (mm->x) {\n\t\tmmap_read_unlock(mm);\n\t\treturn;\n\t}\n\tmmap_read_unlock(mm);";
    expect(said("\tmmap_read_lock(mm);\n\tpmd_clear(pmd);\n\tmmap_read_unlock(mm);", "\tmmap_read_lock(mm);\n\tpmd_clear(pmd);")).toEqual(["introduced warning lock-balance 5"]);
    expect(said(both, both)).toEqual([]);
  });

  it("warns of a comparison with the former value that went", () => {
    const compared = "\tpmd_t old = pmdp_get(pmd);\n\tif (!pmd_same(old, *pmd))\n\t\treturn;\n\tpmd_clear(pmd);";
    expect(said(compared, compared.replace("!pmd_same(old, *pmd)", "0"))).toEqual(["introduced warning stale-read 1"]);
  });

  it("does not name kinds that the kernel no longer has", () => {
    const huge = (test: string): string => `\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\tif (${test})\n\t\tpmdp_test_and_clear_young(mm->vma, 0, pmd);\n\telse\n\t\twork(mm);\n\tspin_unlock(ptl);`;
    const under = (era: string): string[] => {
      const book = rulebookFor(compileRules(join(packageRoot(), "rules")), era);
      const [pre, post] = ["pmd_leaf(*pmd) && !pmd_devmap(*pmd)", "pmd_leaf(*pmd)"].map((test) => checkUnit(lowerText("mm/x.c", `void f(struct mm_struct *mm, pmd_t *pmd)\n{\n${huge(test)}\n}\n`), book));
      return changes(pre!, post!, book, noLines).map(({ message }) => message).filter((message) => message.includes("devmap entries"));
    };
    expect(under("6.12")).toHaveLength(1);
    expect(under("6.18")).toEqual([]);
  });

  it("tells calls apart that a constant chooses between", () => {
    const both = "\tif (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))\n\t\tmove_one(HUGE_ONE, mm, pmd);\n\telse\n\t\tmove_one(SMALL_ONE, mm, pmd);";
    const half = both.replace(" || pmd_devmap(*pmd)", "");
    // Those that the test named were meant for the first call.
    expect(said(both, half)).toEqual(["introduced warning entry-kind 6"]);
    expect(said(half, both)).toEqual(["fixed warning entry-kind 6"]);
  });

  it("warns where entries that are not present reach a test that says nothing of them", () => {
    const present = "\tpmd_t v = pmdp_get(pmd);\n\tif (!pmd_present(v) || pmd_leaf(v))\n\t\treturn;\n\twork(mm, pmd);";
    expect(said(present, present.replace("!pmd_present(v) || ", "")).filter((line) => line.endsWith("entry-kind 4"))).toEqual(["introduced warning entry-kind 4"]);
    expect(said(present, present.replace("!pmd_present(v) || pmd_leaf(v)", "!pmd_present(v) || pmd_none(v) || pmd_leaf(v)"))).toEqual([]);
  });

  it("warns of a lock that is no longer taken while its release stays, unless the patch takes one where it writes", () => {
    const twice = "\tspinlock_t *ptl = pmd_lockptr(mm, pmd);\n\tif (mm->a)\n\t\tspin_lock(ptl);\n\telse\n\t\tspin_lock_nested(ptl, 1);\n\twork(mm);\n\tif (mm->b)\n\t\tspin_unlock(ptl);";
    const once = twice.replace("\telse\n\t\tspin_lock_nested(ptl, 1);\n", "");
    const merged = twice.replace("\tif (mm->a)\n\t\tspin_lock(ptl);\n\telse\n\t\tspin_lock_nested(ptl, 1);\n", "\tspin_lock(ptl);\n");
    expect(said(twice, once)).toContain("introduced warning entry-lock 1");
    const lines = { ...noLines, pre: new Set([4, 5, 6, 7]), post: new Set([4]) };
    expect(changes(check(twice), check(merged), rulebook, lines).filter((f) => f.rule === "entry-lock" && f.status === "introduced")).toEqual([]);
  });

  it("warns of a test of the entry that no contract knows, when nothing takes its place", () => {
    const tested = "\tpmd_t v = pmdp_get(pmd);\n\tif (pmd_is_being_split(v))\n\t\treturn;\n\twork(mm, v);";
    const bare = "\tpmd_t v = pmdp_get(pmd);\n\twork(mm, v);";
    expect(said(tested, bare)).toEqual(["introduced warning entry-kind 1"]);
    expect(said(bare, tested)).toEqual(["fixed warning entry-kind 1"]);
    expect(said(tested, tested.replace("pmd_is_being_split", "pmd_is_locked"))).toEqual([]);
  });

  it("warns where an entry that was looked at before its lock is handed on under it without another look", () => {
    const again = "\tpmd_t v = pmdp_get_lockless(pmd);\n\tspinlock_t *ptl;\n\tif (!pmd_trans_huge(v))\n\t\treturn;\n\tptl = pmd_lock(mm, pmd);\n\tv = *pmd;\n\tif (pmd_trans_huge(v))\n\t\twork(mm, pmd);\n\tspin_unlock(ptl);";
    const once = again.replace("\tv = *pmd;\n\tif (pmd_trans_huge(v))\n\t\twork", "\twork");
    expect(said(again, once)).toEqual(["introduced warning stale-read 8"]);
    expect(said(once, again)).toContain("fixed warning stale-read 8");
  });

  it("warns of interrupts that are no longer off around a walk without locks, and of a wait for such walks", () => {
    const walk = "\tunsigned long flags;\n\tpmd_t v;\n\tlocal_irq_save(flags);\n\tv = READ_ONCE(*pmd_offset(mm, 0));\n\twork(v);\n\tlocal_irq_restore(flags);";
    expect(said(walk, walk.replace(/\tlocal_irq_\w+\(flags\);\n?/g, ""))).toEqual(["introduced warning table-free 5"]);
    const wait = "\tpmd_clear(pmd);\n\ttlb_remove_table_sync_one();\n\twork(pmd);";
    expect(said(wait, wait.replace("\ttlb_remove_table_sync_one();\n", "")).filter((line) => line.includes("table-free"))).toEqual(["introduced warning table-free 1"]);
  });

  it("warns of a lock or barrier that is deleted with nothing else, and not where other calls change too", () => {
    const locked = "\tmmap_read_lock(mm);\n\twork(mm);\n\tmmap_read_unlock(mm);";
    expect(said(locked, "\twork(mm);").filter((line) => line.includes("warning"))).toEqual(["introduced warning walk-context 1"]);
    expect(said(locked, "\tmm_work(mm);").filter((line) => line.includes("warning"))).toEqual([]);
    expect(said(locked, "\tmmap_assert_locked(mm);\n\twork(mm);").filter((line) => line.includes("warning"))).toEqual([]);
    const ordered = "\tcopy_page(table, mm);\n\tsmp_wmb();\n\tset_pte_at(&init_mm, 0, pte_offset_kernel(pmd, 0), mm->v);";
    expect(said(ordered, ordered.replace("\tsmp_wmb();\n", "")).filter((line) => line.includes("warning"))).toEqual(["introduced warning publish-order 1"]);
  });

  it("warns where hugetlb entries are no longer kept from the lock of a PTE table", () => {
    const apart = "\tspinlock_t *ptl;\n\tpte_t *pte;\n\tif (is_vm_hugetlb_page(mm->vma))\n\t\treturn;\n\tpte = pte_offset_map_lock(mm, pmd, 0, &ptl);\n\tif (pte)\n\t\tpte_unmap_unlock(pte, ptl);";
    expect(said(apart, apart.replace("\tif (is_vm_hugetlb_page(mm->vma))\n\t\treturn;\n", ""))).toEqual(["introduced warning entry-lock 1"]);
  });

  it("takes a lock that another function takes now for moved", () => {
    const helper = "static void g(struct mm_struct *mm, pmd_t *pmd, pmd_t v)\n{\n\tBODY\n}\n";
    const taken = "spinlock_t *ptl = pmd_lock(mm, pmd);\n\tset_pmd_at(mm, 0, pmd, v);\n\tspin_unlock(ptl);";
    const unit = (own: string, other: string): FunctionCheck[] =>
      checkUnit(lowerText("mm/x.c", `${helper.replace("BODY", own)}${helper.replace(" g(", " h(").replace("BODY", other)}`), rulebook);
    const plain = "set_pmd_at(mm, 0, pmd, v);";
    expect(changes(unit(taken, plain), unit(plain, plain), rulebook, noLines).map((f) => f.rule)).toEqual(["entry-lock"]);
    expect(changes(unit(taken, plain), unit(plain, taken), rulebook, noLines).filter((f) => f.status === "introduced")).toEqual([]);
  });
});
