/** Calls, arguments, tests and values that a patch puts in the place of others, next to the changes that mean nothing. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { checkUnit, type FunctionCheck } from "../../check/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { lostAlongPaths } from "../changes.ts";
import { pairsOf } from "../pair.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

const params = "struct mm_struct *mm, struct vm_area_struct *vma, struct mm_struct *src_mm, struct mm_struct *dst_mm, pud_t *pud, pmd_t *pmd, pte_t *pte, pmd_t *src_pmd, pmd_t *dst_pmd, spinlock_t *ptl, unsigned long addr, unsigned long start, unsigned long end";

function check(lines: readonly string[]): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", `int f(${params})\n{\n${lines.map((line) => `\t${line}\n`).join("")}}\n`), rulebook);
}

/** What is said when lines with an old text are given a new one. */
function said(lines: readonly string[], from: string, to: string): string[] {
  const after = lines.map((line) => line.replace(from, to));
  expect(after).not.toEqual(lines);
  const touched = { names: new Set(["f"]), pre: new Set<number>(), post: new Set<number>() };
  return pairsOf(check(lines), check(after), rulebook, touched).flatMap(([lost]) => lostAlongPaths(lost)).map((f) => `${f.severity} ${f.rule} ${f.line}`);
}

describe("weaker calls", () => {
  const nested = ["spin_lock(ptl);", "spin_lock_nested(pmd_lockptr(mm, src_pmd), 1);", "work(pmd);", "spin_unlock(pmd_lockptr(mm, src_pmd));", "spin_unlock(ptl);", "return 0;"];
  const publish = ["fill(pmd);", "smp_wmb();", "pmd_populate(mm, pmd, pmd_pgtable(*src_pmd));", "return 0;"];
  const clear = ["pte_t old = ptep_get_and_clear(mm, addr, pte);", "return work(old);"];

  it("warns of what the new call leaves out", () => {
    expect(said(nested, "spin_lock_nested(pmd_lockptr(mm, src_pmd), 1)", "spin_lock(pmd_lockptr(mm, src_pmd))")).toEqual(["warning lock-order 4"]);
    expect(said(publish, "smp_wmb", "smp_rmb")).toEqual(["warning publish-order 4"]);
    expect(said(publish, "smp_wmb", "barrier")).toEqual(["warning publish-order 4"]);
    expect(said(clear, "ptep_get_and_clear(mm, addr, pte);", "ptep_get(pte); pte_clear(mm, addr, pte);")).toContain("warning stale-read 3");
  });

  it("warns of a release that leaves the pte mapped, unless it is unmapped apart", () => {
    const mapped = ["pte_t *p = pte_offset_map_lock(mm, pmd, addr, &ptl);", "if (!p)", "\treturn 0;", "pte_unmap_unlock(p, ptl);", "return 1;"];
    expect(said(mapped, "pte_unmap_unlock(p, ptl)", "spin_unlock(ptl)")).toContain("warning map-balance 6");
    expect(said(mapped, "pte_unmap_unlock(p, ptl)", "spin_unlock(ptl); pte_unmap(p)")).toEqual([]);
    const tried = ["pte_t *p = pte_offset_map_nolock(mm, pmd, addr, &ptl);", "if (!p)", "\treturn 0;", "if (!spin_trylock(ptl))", "\tgoto out;", "pte_unmap_unlock(p, ptl);", "return 1;", "out:", "pte_unmap(p);", "return 0;"];
    expect(said(tried, "pte_unmap_unlock(p, ptl);", "spin_unlock(ptl); goto out;")).toEqual([]);
    expect(said(tried, "pte_unmap_unlock(p, ptl);", "spin_unlock(ptl);")).toContain("warning map-balance 8");
  });

  it("says nothing of a call that does as much, of another lock, or of one that does more", () => {
    expect(said(publish, "smp_wmb", "smp_mb")).toEqual([]);
    expect(said(publish.map((line) => line.replace("smp_wmb", "smp_rmb")), "smp_rmb", "smp_mb")).toEqual([]);
    expect(said(clear, "ptep_get_and_clear(mm, addr, pte)", "ptep_get_and_clear_full(mm, addr, pte, 0)")).toEqual([]);
  });

  it("warns of a lookup in the place of an allocation, unless the table is asked for first", () => {
    const alloc = ["pmd_t *found = pmd_alloc(mm, pud, addr);", "if (!found)", "\treturn -ENOMEM;", "return work(found);"];
    expect(said(alloc, "pmd_alloc(mm, pud, addr)", "pmd_offset(pud, addr)")).toContain("warning entry-kind 3");
    expect(said(alloc, "pmd_t *found = pmd_alloc(mm, pud, addr);", "pmd_t *found; if (pud_none(*pud)) return 0; found = pmd_offset(pud, addr);").filter((line) => line.includes("entry-kind"))).toEqual([]);
  });
});

describe("other arguments", () => {
  const flush = ["pmd_t old = pmdp_huge_get_and_clear(mm, addr, pmd);", "flush_tlb_range(vma, start, end);", "return work(old);"];
  const copy = ["spinlock_t *src_ptl = pmd_lock(src_mm, src_pmd);", "work(src_pmd);", "spin_unlock(src_ptl);", "return 0;"];

  it("warns of a flush whose range is turned round, cut to a page, or of another mm", () => {
    expect(said(flush, "start, end", "end, start")).toEqual(["warning tlb-flush 4"]);
    expect(said(flush, "start, end", "start, start + PAGE_SIZE")).toEqual(["warning tlb-flush 4"]);
    expect(said(flush, "(vma, start", "(current->mm->mmap, start")).toEqual(["warning tlb-flush 4"]);
  });

  it("warns of a flush of one page for that of a range", () => {
    expect(said(flush, "flush_tlb_range(vma, start, end)", "flush_tlb_page(vma, start)")).toEqual(["warning tlb-flush 4"]);
  });

  it("warns of one side among the other", () => {
    expect(said(copy, "pmd_lock(src_mm", "pmd_lock(dst_mm")).toEqual(["warning entry-lock 3"]);
  });

  it("says nothing of arguments that may be as good, and of the same in other words", () => {
    expect(said(flush, "start, end", "addr, end")).toEqual([]);
    expect(said(flush, "(vma, start", "(vma_of(pmd), start")).toEqual([]);
    // Both sides change together, as where the two are renamed.
    expect(said(copy, "pmd_lock(src_mm, src_pmd)", "pmd_lock(dst_mm, dst_pmd)").filter((line) => line.includes("entry-lock 3"))).toEqual([]);
    const own = ["struct mm_struct *mine = current->mm;", "mmap_read_lock(mine);", "work(pmd);", "mmap_read_unlock(current->mm);", "return 0;"];
    expect(said(own, "mmap_read_lock(mine)", "mmap_read_lock(current->mm)")).toEqual([]);
  });
});

describe("tests that keep nothing away any more", () => {
  const same = ["pte_t old = ptep_get(pte);", "spin_lock(ptl);", "if (!pte_same(ptep_get(pte), old)) {", "\tspin_unlock(ptl);", "\treturn 0;", "}", "set_pte_at(mm, addr, pte, pte_mkyoung(old));", "spin_unlock(ptl);", "return 1;"];
  const loop = ["for (; addr != end; addr++, pte++) {", "\tpte_t now = ptep_get(pte);", "\tif (pte_none(now))", "\t\tcontinue;", "\tuse_page(vm_normal_page(vma, addr, now));", "}", "return 0;"];

  it("warns of a test that is turned round, and of one without its jump", () => {
    expect(said(same, "!pte_same", "pte_same")).toEqual(["warning stale-read 9"]);
    expect(said(loop, "continue;", ";").filter((line) => line.includes("entry-kind"))).toEqual(["warning entry-kind 7"]);
  });

  it("says nothing of an unmap that leaves the branch of a test, which is the repair of one that was forgotten", () => {
    const leaves = ["pte = pte_offset_map(pmd, addr);", "if (!pte)", "\treturn 0;", "if (pte_present(ptep_get(pte))) {", "\tpte_unmap(pte);", "\treturn 1;", "}", "return 2;"];
    expect(said([leaves.join(" ")], "{ \tpte_unmap(pte); \treturn 1; } return 2;", "{ pte_unmap(pte); return 1; } pte_unmap(pte); return 2;")).toEqual([]);
    const once = leaves.join(" ").replace("{ \tpte_unmap(pte);", "{ count_one(addr); pte_unmap(pte);");
    expect(said([once], "{ count_one(addr); pte_unmap(pte); \treturn 1; } return 2;", "{ count_one(addr); addr++; } pte_unmap(pte); return 2;").filter((line) => line.includes("entry-kind"))).toEqual([]);
  });

  it("says nothing of the same test written otherwise", () => {
    expect(said(same, "if (!pte_same(ptep_get(pte), old)) {", "if (unlikely(!pte_same(ptep_get(pte), old))) {")).toEqual([]);
    expect(said(loop, "continue;", "goto next;").filter((line) => line.startsWith("warning"))).toEqual([]);
  });
});

describe("values that no entry gets", () => {
  const set = ["pte_t entry = mk_pte(work(pmd), vma->vm_page_prot);", "entry = pte_mkdirty(entry);", "set_pte_at(mm, addr, pte, entry);", "return 0;"];

  it("warns of an entry that is set before its last value is made", () => {
    expect(said(set, "set_pte_at(mm, addr, pte, entry);", ";")).toEqual([]);
    expect(said(set, "entry = pte_mkdirty(entry);", "set_pte_at(mm, addr, pte, entry); entry = pte_mkdirty(entry); if (0)")).toContain("warning publish-order 4");
  });
});

describe("a lock for reading", () => {
  const write = ["i_mmap_lock_write(vma->vm_file->f_mapping);", "zap_it(vma, addr);", "i_mmap_unlock_write(vma->vm_file->f_mapping);", "return 0;"];

  it("is a warning where the release is still that of a writer, else a note", () => {
    expect(said(write, "i_mmap_lock_write", "i_mmap_lock_read")).toEqual(["warning walk-context 4"]);
    expect(said([write.join(" ")], write.join(" "), write.join(" ").replaceAll("lock_write", "lock_read"))).toEqual(["note walk-context 3"]);
  });
});

describe("a lock in another shape", () => {
  const plain = ["mmap_read_lock(mm);", "walk_it(vma, addr);", "mmap_read_unlock(mm);", "return 0;"];

  it("knows a lock that a guard takes, and one that covers more", () => {
    const body = plain.join(" ");
    expect(said([body], "mmap_read_lock(mm); walk_it(vma, addr); mmap_read_unlock(mm);", "guard(mmap_read_lock)(mm); walk_it(vma, addr);")).toEqual([]);
    expect(said([body], "mmap_read_lock(mm); walk_it(vma, addr); mmap_read_unlock(mm);", "scoped_guard(mmap_read_lock, mm) walk_it(vma, addr);")).toEqual([]);
    expect(said([body], "mmap_read_lock(mm); walk_it(vma, addr); mmap_read_unlock(mm);", "mmap_write_lock(mm); walk_it(vma, addr); mmap_write_unlock(mm);")).toEqual([]);
    const inner = ["spin_lock(&mm->page_table_lock);", "set_pmd_at(mm, addr, pmd, *src_pmd);", "spin_unlock(&mm->page_table_lock);", "return 0;"].join(" ");
    expect(said([inner], "spin_lock(&mm->page_table_lock); set_pmd_at(mm, addr, pmd, *src_pmd); spin_unlock(&mm->page_table_lock);", "ptl = pmd_lock(mm, pmd); set_pmd_at(mm, addr, pmd, *src_pmd); spin_unlock(ptl);").filter((line) => line.includes("entry-lock"))).toEqual([]);
  });
});
