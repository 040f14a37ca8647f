/** What a patch takes away without replacement, next to the rewrites that keep it: our own small functions. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/index.ts";
import { packageRoot } from "../../util/package-root.ts";
import { checkUnit, type FunctionCheck } from "../../check/index.ts";
import { lostAlongPaths } from "../changes.ts";
import { pairsOf } from "../pair.ts";

let rulebook: Rulebook;
let oldRules: Rulebook;
let newRules: Rulebook;

beforeAll(async () => {
  await initC();
  const rules = compileRules(join(packageRoot(), "rules"));
  rulebook = rulebookFor(rules, "6.12");
  oldRules = rulebookFor(rules, "6.1");
  newRules = rulebookFor(rules, "7.0");
});

function check(text: string, book: Rulebook): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", text), book);
}

function said(pre: string, post: string, book: Rulebook = rulebook): string[] {
  return pairsOf(check(pre, book), check(post, book), book, touched).flatMap(([lost]) => lostAlongPaths(lost)).map((f) => `${f.severity} ${f.rule} ${f.function}:${f.line}`);
}

const touched = { names: new Set(["f", "g", "helper"]), pre: new Set<number>(), post: new Set<number>() };

const head = "int f(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)";

function body(...lines: readonly string[]): string {
  return `${head}\n{\n\tspinlock_t *ptl;\n\tpte_t *pte;\n${lines.map((line) => `\t${line}\n`).join("")}}\n`;
}

describe("locks that went on one side", () => {
  const read = ["mmap_read_lock(mm);", "if (addr)", "\twalk_it(vma, addr);", "mmap_read_unlock(mm);", "return 0;"];
  const without = (gone: string, lines: readonly string[]): string => body(...lines.map((line) => (line.trim() === gone ? ";" : line)));

  it("warns of a lock or release that went alone", () => {
    expect(said(body(...read), without("mmap_read_lock(mm);", read))).toEqual(["warning lock-balance f:8"]);
    expect(said(body(...read), without("mmap_read_unlock(mm);", read))).toEqual(["warning lock-balance f:5"]);
  });

  it("warns where a function no longer releases for its callers", () => {
    const drop = ["if (vma->anon_vma)", "\tanon_vma_unlock_write(vma->anon_vma);", "if (vma->vm_file)", "\ti_mmap_unlock_write(vma->vm_file->f_mapping);", "pmd_val(*pmd);", "return 0;"];
    expect(said(body(...drop), without("anon_vma_unlock_write(vma->anon_vma);", drop))).toEqual(["warning lock-balance f:1"]);
  });

  it("says nothing of exits that are brought together, of a guard, or of a helper", () => {
    const many = ["mmap_read_lock(mm);", "if (addr) {", "\tmmap_read_unlock(mm);", "\treturn 1;", "}", "walk_it(vma, addr);", "mmap_read_unlock(mm);", "return 0;"];
    const one = ["int ret = 1;", "mmap_read_lock(mm);", "if (addr)", "\tgoto out;", "walk_it(vma, addr);", "ret = 0;", "out:", "mmap_read_unlock(mm);", "return ret;"];
    expect(said(body(...many), body(...one))).toEqual([]);
    expect(said(body(...one), body(...many))).toEqual([]);
    expect(said(body(...read), body("lock_for_walk(mm);", ...read.slice(1)))).toEqual([]);
  });

  it("says nothing of the way back where a lock is not got, also in kernels that always get it", () => {
    const clear = ["pte = pte_offset_map_lock(mm, pmd, addr, &ptl);", "pte_clear(mm, addr, pte);", "pte_unmap_unlock(pte, ptl);", "return 0;"];
    const leaving = (test: string): string => body(clear[0]!, `if (${test})`, "\treturn 1;", ...clear.slice(1));
    expect(said(body(...clear), leaving("!pte"), oldRules)).toEqual([]);
    expect(said(body(...clear), leaving("!addr"), oldRules)).toEqual(["warning lock-balance f:5"]);
  });

  it("says nothing where the caller takes it now", () => {
    const caller = (lines: string): string => `int g(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)\n{\n${lines}\n}\n`;
    const inside = `${body(...read)}${caller("\treturn f(mm, vma, pmd, 1);")}`;
    const outside = `${body("if (addr)", "\twalk_it(vma, addr);", "return 0;")}${caller("\tmmap_read_lock(mm);\n\tf(mm, vma, pmd, 1);\n\tmmap_read_unlock(mm);\n\treturn 0;")}`;
    expect(said(inside, outside)).toEqual([]);
  });

  it("says nothing where the other side goes with it, or the lock may be the caller's own", () => {
    const open = (line: string): string => `bool f(struct mm_struct *mm)\n{\n\tif (mm->x)\n\t\treturn false;\n${line}\treturn true;\n}\n`;
    const close = (line: string): string => `void g(struct mm_struct *mm)\n{\n${line}\tdone(mm);\n}\n`;
    expect(said(open("\tmmap_read_lock(mm);\n") + close("\tmmap_read_unlock(mm);\n"), open("") + close(""))).toEqual([]);
    expect(said(open("\tmmap_read_lock(mm);\n") + close("\tmmap_read_unlock(mm);\n"), open("") + close("\tmmap_read_unlock(mm);\n"))).toEqual(["warning lock-balance f:1"]);
    const alone = (name: string, lock: string, unlock: string): string => `void ${name}(struct mm_struct *mm)\n{\n${lock}\tdone(mm);\n${unlock}}\n`;
    const [lock, unlock] = ["\tmmap_read_lock(mm);\n", "\tmmap_read_unlock(mm);\n"];
    expect(said(alone("f", lock, unlock) + alone("g", lock, unlock), alone("f", "", unlock) + alone("g", lock, ""))).toEqual(["warning lock-balance f:4", "warning lock-balance g:8"]);
    const zap = (pte: string, test: string): string => `static bool f(struct mm_struct *mm, pmd_t *pmd, ${pte} *ptl)\n{\n\tspinlock_t *pml = pmd_lockptr(mm, pmd);\n\tif (${test}!spin_trylock(pml))\n\t\treturn false;\n\tpmdp_get(pmd);\n\tpmd_clear(pmd);\n\tif (${test || "1 || "}1)\n\t\tspin_unlock(pml);\n\treturn true;\n}\n`;
    expect(said(zap("spinlock_t", ""), zap("spinlock_t", "ptl != pml && "))).toEqual([]);
    expect(said(zap("struct lock", ""), zap("struct lock", "mm->x && "))).not.toEqual([]);
  });

  it("leaves what opens and closes a section for others to itself", () => {
    const side = (name: string, call: string, test: string): string => `static inline void ${name}(struct mm_struct *mm, pte_t *pte)\n{\n${test}\t${call}();\n\tpte_none(*pte);\n}\n`;
    const of = (name: string, call: string): string[] => {
      const [pre, post] = ["", "\tif (mm->x)\n\t\treturn;\n"].map((test) => check(side(name, call, test), newRules));
      return pairsOf(pre!, post!, newRules, { ...touched, names: new Set([name]) }).flatMap(([lost]) => lostAlongPaths(lost)).map((f) => f.rule);
    };
    expect(of("lazy_mmu_mode_pause", "arch_leave_lazy_mmu_mode")).toEqual([]);
    expect(of("leave_it", "arch_leave_lazy_mmu_mode")).toEqual(["lazy-mmu"]);
  });

  it("notes what runs without the lock, or under a weaker one", () => {
    const write = body("mmap_write_lock(mm);", "zap_page_range_single(vma, addr, 4096, NULL);", "mmap_write_unlock(mm);", "return 0;");
    const weaker = write.replace("write_lock", "read_lock").replace("write_unlock", "read_unlock");
    expect(said(write, weaker)).toEqual(["note walk-context f:6"]);
    expect(said(weaker, write)).toEqual([]);
    expect(said(write, body("zap_page_range_single(vma, addr, 4096, NULL);", "return 0;"))).toEqual(["warning walk-context f:5"]);
  });

  it("takes a double release that goes for a repair", () => {
    const twice = body("ptl = pmd_lock(mm, pmd);", "set_pmd_at(mm, addr, pmd, *pmd);", "spin_unlock(ptl);", "if (addr)", "\tspin_unlock(ptl);", "return 0;");
    expect(said(twice, body("ptl = pmd_lock(mm, pmd);", "set_pmd_at(mm, addr, pmd, *pmd);", "spin_unlock(ptl);", "return 0;"))).toEqual([]);
  });
});

describe("what belongs together", () => {
  const gather = ["struct mmu_gather tlb;", "tlb_gather_mmu(&tlb, mm);", "if (addr) {", "\ttlb_finish_mmu(&tlb);", "\treturn 1;", "}", "unmap_it(&tlb, vma);", "tlb_finish_mmu(&tlb);", "return 0;"];
  const without = (at: number): string => body(...gather.map((line, i) => (i === at ? ";" : line)));

  it("warns of a gather that is not finished on one path, and one that was not begun", () => {
    expect(said(body(...gather), without(3))).toEqual(["warning tlb-flush f:6"]);
    expect(said(body(...gather), without(1))).toEqual(["warning tlb-flush f:8"]);
  });

  it("warns of a table that was prepared and is not freed", () => {
    const spare = ["pgtable_t table = pte_alloc_one(mm);", "if (!table)", "\treturn 1;", "ptl = pmd_lock(mm, pmd);", "if (!pmd_none(*pmd)) {", "\tspin_unlock(ptl);", "\tpte_free(mm, table);", "\treturn 0;", "}", "pgtable_trans_huge_deposit(mm, pmd, table);", "spin_unlock(ptl);", "return 0;"];
    expect(said(body(...spare), body(...spare.map((line, i) => (i === 6 ? "" : line))))).toEqual(["warning pt-accounting f:5"]);
    const moved = [...spare.slice(0, 4), "if (!pmd_none(*pmd))", "\tgoto free;", ...spare.slice(9), "free:", "spin_unlock(ptl);", "pte_free(mm, table);", "return 0;"];
    expect(said(body(...spare), body(...moved))).toEqual([]);
  });

  it("warns of a read of an entry that has left the locked section", () => {
    const inside = ["ptl = pmd_lock(mm, pmd);", "pmd_t old = pmdp_get(pmd);", "spin_unlock(ptl);", "use_it(old);", "return 0;"];
    const outside = [inside[0]!, inside[2]!, inside[1]!, ...inside.slice(3)];
    expect(said(body(...inside), body(...outside))).toEqual(["warning entry-lock f:7"]);
    // What does not need the lock may leave.
    const free = ["ptl = pmd_lock(mm, pmd);", "count_it(addr);", "spin_unlock(ptl);", "return 0;"];
    expect(said(body(...free), body(free[0]!, free[2]!, free[1]!, free[3]!))).toEqual([]);
  });
});

describe("calls that read alike", () => {
  it("names the one that the lock no longer covers", () => {
    const locked = ["ptl = pmd_lock(mm, pmd);", "if (pmd_none(*pmd) || pmd_none(pmdp_get(pmd)))", "\taddr = 0;", "use_it(addr);", "addr += pmd_val(pmdp_get(pmd));", "spin_unlock(ptl);", "return addr;"];
    expect(said(body(...locked), body(...locked.slice(0, 4), locked[5]!, locked[4]!, locked[6]!))).toEqual(["warning entry-lock f:10"]);
    expect(said(body(...locked), body(locked[1]!, locked[2]!, locked[0]!, ...locked.slice(3)))).toEqual(["warning entry-lock f:5"]);
  });
});

describe("tests that went", () => {
  const mapped = ["pte = pte_offset_map_lock(mm, pmd, addr, &ptl);", "if (!pte)", "\treturn 1;", "use_it(pte);", "pte_unmap_unlock(pte, ptl);", "return 0;"];

  it("warns of a pointer that may be NULL, and only where it may", () => {
    const bare = body(mapped[0]!, ...mapped.slice(3));
    expect(said(body(...mapped), bare)).toEqual(["warning map-failure f:6"]);
    // Before 6.5 pte_offset_map_lock() did not fail.
    expect(said(body(...mapped), bare, oldRules)).toEqual([]);
    const found = body("pte = find_it(mm);", ...mapped.slice(1));
    expect(said(found, body("pte = find_it(mm);", ...mapped.slice(3)))).toEqual(["warning map-failure f:6"]);
    expect(said(body(...mapped), body(mapped[0]!, "if (pte == NULL)", ...mapped.slice(2)))).toEqual([]);
    expect(said(body(...mapped), body("pte = pte_offset_kernel(pmd, addr);", "use_it(pte);", "return 0;"))).not.toContain("warning map-failure f:6");
  });

  it("warns of a comparison with the former value", () => {
    const compared = ["pmd_t old = pmdp_get(pmd);", "ptl = pmd_lock(mm, pmd);", "if (!pmd_same(old, *pmd))", "\tgoto out;", "set_pmd_at(mm, addr, pmd, old);", "out:", "spin_unlock(ptl);", "return 0;"];
    expect(said(body(...compared), body(...compared.filter((_, i) => i !== 2 && i !== 3)))).toEqual(["warning stale-read f:7"]);
    // A test that leads to the same place either way is none.
    expect(said(body(...compared), body(...compared.map((line) => line.replace("goto out;", ";"))))).toEqual(["warning stale-read f:9"]);
    expect(said(body(...compared), body(...compared.map((line) => line.replace("!pmd_same(old, *pmd)", "pmd_val(old) != pmd_val(*pmd)"))))).toEqual([]);
  });

  it("warns of a kind that is let through, unless others keep it away, a helper asks, or it was kept as a flag", () => {
    const tested = ["if (is_pmd_migration_entry(*pmd))", "\treturn 1;", "use_it(pmd);", "return 0;"];
    expect(said(body(...tested), body(...tested.slice(2)))).toEqual(["warning entry-kind f:5"]);
    expect(said(body("if (!pmd_present(*pmd))", "\treturn 1;", ...tested), body("if (!pmd_present(*pmd))", "\treturn 1;", ...tested.slice(2)))).toEqual([]);
    expect(said(body(...tested), body("if (is_moving(pmd))", ...tested.slice(1)))).toEqual([]);
    expect(said(body(...tested), body("bool moving = is_pmd_migration_entry(*pmd);", "if (moving)", ...tested.slice(1)))).toEqual([]);
  });

  it("leaves a test that pte_offset_map() makes superfluous, since 6.5", () => {
    const tested = ["if (pmd_none(*pmd))", "\treturn 1;", ...mapped];
    expect(said(body(...tested), body(...mapped))).toEqual([]);
    expect(said(body(...tested), body(...mapped), oldRules)).toEqual(["warning entry-kind f:5"]);
  });
});

describe("order, level, ways back", () => {
  it("notes two unmaps and two locks that change places, and a flush behind the release", () => {
    const nested = ["pte_t *other = pte_offset_map(pmd + 1, addr);", "pte = pte_offset_map(pmd, addr);", "if (!pte || !other)", "\treturn 1;", "use_both(pte, other);", "pte_unmap(pte);", "pte_unmap(other);", "return 0;"];
    expect(said(body(...nested), body(...nested.slice(0, 5), nested[6]!, nested[5]!, nested[7]!))).toEqual(["note map-order f:10"]);
    const flushed = ["ptl = pmd_lock(mm, pmd);", "pmd_clear(pmd);", "flush_tlb_range(vma, addr, addr + 1);", "spin_unlock(ptl);", "return 0;"];
    expect(said(body(...flushed), body(flushed[0]!, flushed[1]!, flushed[3]!, flushed[2]!, flushed[4]!))).toEqual(["note tlb-flush f:7"]);
    expect(said(body(flushed[0]!, flushed[1]!, flushed[3]!, flushed[2]!, flushed[4]!), body(...flushed))).toEqual([]);
  });

  it("warns of the lock of another level for the same entry", () => {
    const locked = ["ptl = pmd_lockptr(mm, pmd);", "spin_lock(ptl);", "look_at(pmd);", "spin_unlock(ptl);", "return 0;"];
    expect(said(body(...locked), body(...locked.map((line) => line.replace("pmd_lockptr", "pte_lockptr"))))).toEqual(["warning entry-lock f:5"]);
    expect(said(body(...locked), body("ptl = pmd_lock(mm, pmd);", ...locked.slice(2)))).toEqual([]);
  });

  it("warns of a way back that went alone", () => {
    const again = ["again:", "if (split_it(vma, pmd))", "\tgoto again;", "use_it(pmd);", "return 0;"];
    expect(said(body(...again), body(...again.map((line) => line.replace("goto again;", ";"))))).toEqual(["warning stale-read f:1"]);
    expect(said(body(...again), body("do {", "} while (split_it(vma, pmd));", "use_it(pmd);", "return 0;"))).toEqual([]);
  });
});

describe("deeds that went", () => {
  const cleared = ["pte_t old = ptep_get_and_clear(mm, addr, pte);", "flush_tlb_page(vma, addr);", "put_it(old);", "return 0;"];

  it("warns of a flush that came after a change of an entry", () => {
    expect(said(body(...cleared), body(...cleared.filter((_, i) => i !== 1)))).toEqual(["warning tlb-flush f:5"]);
  });

  it("says nothing when the change goes as well, and when another flush takes its place or a helper may", () => {
    expect(said(body(...cleared), body("return 0;"))).toEqual([]);
    expect(said(body(...cleared), body(...cleared.map((line) => line.replace("flush_tlb_page(vma, addr)", "flush_tlb_range(vma, addr, addr + 1)"))))).toEqual([]);
    expect(said(body(...cleared), body(...cleared.map((line) => line.replace("flush_tlb_page(vma, addr)", "drop_translation(vma, addr)"))))).toEqual([]);
  });

  it("says nothing of a flush that went with the calls around it", () => {
    const freed = ["flush_tlb_all();", "free_it(vma);", "pmd_val(*pmd);", "return 0;"];
    expect(said(body(...freed), body(...freed.slice(1)))).toEqual(["warning tlb-flush f:1"]);
    expect(said(body(...freed), body(...freed.slice(2)))).toEqual([]);
  });

  it("asks functions of the gather and of huge clears as well, and setters that clear first, and leaves those that implement flushes or only store an entry for who flushes", () => {
    const named = (name: string, lines: readonly string[]): string => body(...lines).replace("int f(", `int ${name}(`);
    const lines = ["pmd_t old = pmdp_huge_get_and_clear(mm, addr, pmd);", "flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE);", "use_it(old);", "return 0;"];
    for (const name of ["pmdp_huge_clear_flush", "pmdp_set_access_flags", "set_pmd_at", "native_set_pmd", "tlb_finish_mmu"]) expect(said(named(name, lines), named(name, [lines[0]!, ...lines.slice(2)])), name).toEqual([`warning tlb-flush ${name}:5`]);
    for (const name of ["local_flush_tlb_range", "__tlbie_pid"]) expect(said(named(name, lines), named(name, [lines[0]!, ...lines.slice(2)])), name).toEqual([]);
    const stored = ["pmd_t val = pmd_clear_soft_dirty(*pmd);", "pmdp_huge_clear_if(mm, pmd);", "flush_tlb_range(vma, addr, addr + HPAGE_PMD_SIZE);", "return 0;"];
    const told = (name: string): readonly string[] => said(named(name, stored), named(name, [...stored.slice(0, 2), stored[3]!]));
    expect(told("pmdp_set_access_flags")).toEqual(["warning tlb-flush pmdp_set_access_flags:1"]);
    for (const name of ["set_pmd_at", "native_set_pmd"]) expect(told(name), name).toEqual([]);
  });

  it("says nothing of a flush that stood in a branch that went", () => {
    const early = ["if (addr > FIXADDR_START) {", "\tflush_tlb_all();", "\treturn 0;", "}", "free_it(vma);", "return 0;"];
    expect(said(body(...early), body(...early.slice(4)))).toEqual([]);
    expect(said(body(...early), body(...early.filter((_, i) => i !== 1)))).toEqual(["warning tlb-flush f:1"]);
  });

  it("says nothing of an unmap that goes with its map", () => {
    const mapped = ["pte = pte_offset_map(pmd, addr);", "if (!pte)", "\treturn 1;", "use_it(pte);", "pte_unmap(pte);", "return 0;"];
    expect(said(body(...mapped), body("pte = pte_offset_kernel(pmd, addr);", "use_it(pte);", "return 0;")).filter((line) => line.includes("map-balance"))).toEqual([]);
    expect(said(body(...mapped), body(...mapped.filter((_, i) => i !== 4)))).toEqual(["warning map-balance f:1"]);
  });
});

describe("deeds of exits that are brought together", () => {
  const early = ["pte = pte_offset_map_lock(mm, pmd, addr, &ptl);", "if (!pte)", "\treturn -EAGAIN;", "if (!pte_same(ptep_get(pte), old)) {", "\tpte_unmap_unlock(pte, ptl);", "\treturn -EBUSY;", "}", "set_pte_at(mm, addr, pte, old);", "pte_unmap_unlock(pte, ptl);", "return 0;"];
  const joined = ["pte = pte_offset_map_lock(mm, pmd, addr, &ptl);", "if (!pte)", "\treturn -EAGAIN;", "if (pte_same(ptep_get(pte), old)) {", "\tset_pte_at(mm, addr, pte, old);", "\terr = 0;", "}", "pte_unmap_unlock(pte, ptl);", "return err;"];
  const label = [...early.slice(0, 3), "if (!pte_same(ptep_get(pte), old))", "\tgoto out;", "set_pte_at(mm, addr, pte, old);", "err = 0;", "out:", "pte_unmap_unlock(pte, ptl);", "return err;"];
  const unmaps = (lines: readonly string[]): string[] => said(body("int err = -EBUSY;", ...early), body("int err = -EBUSY;", ...lines)).filter((line) => line.includes("map-balance"));

  it("says nothing where every way still comes to one, and warns of one that went from an exit", () => {
    expect(unmaps(joined)).toEqual([]);
    expect(unmaps(label)).toEqual([]);
    expect(unmaps(early.map((line, i) => (i === 4 ? "\t;" : line)))).toEqual(["warning map-balance f:1"]);
  });

  it("says nothing of one that moves behind a test that is asked again", () => {
    const parted = ["if (addr) {", "\tuse_it(pte);", "\tpte_unmap(pte);", "} else if (pte) {", "\tleave_it(pte);", "\tpte_unmap(pte);", "}", "return 0;"];
    const behind = [...parted.slice(0, 2), ...parted.slice(3, 5), "}", "if (pte)", "\tpte_unmap(pte);", "return 0;"];
    expect(said(body(...parted), body(...behind))).toEqual([]);
    expect(said(body(...parted), body(...parted.map((line, i) => (i === 5 ? "\t;" : line))))).toEqual(["warning map-balance f:1"]);
  });

  it("follows a loop round by round", () => {
    const loop = (...last: readonly string[]): string => body("pmd_free(mm, pmd);", "for (; addr; addr--) {", "\tif (skip_it(addr))", "\t\tcontinue;", "\tuse_it(pmd);", ...last, "}", "return 0;");
    expect(said(loop("\tpmd_free(mm, pmd);"), loop())).toEqual(["warning table-free f:1"]);
    const parted = loop("\tif (addr & 1)", "\t\tpmd_free(mm, pmd);", "\telse", "\t\tpmd_free(mm, pmd);");
    expect(said(parted, loop("\tif (addr & 1)", "\t\t;", "\tpmd_free(mm, pmd);"))).toEqual([]);
  });
});

describe("tests of one entry that go together", () => {
  const of = (test: string): string => body("pte_t old = ptep_get(pte);", "swp_entry_t entry = pte_to_swp_entry(old);", `if (${test})`, "\treturn 0;", "return swp_offset_pfn(entry);");

  it("says nothing where one that let entries through goes, and warns where one that kept them away does", () => {
    expect(said(of("!is_migration_entry(entry) && !is_device_exclusive_entry(entry)"), of("!is_migration_entry(entry)"))).toEqual([]);
    expect(said(of("!is_migration_entry(entry) || is_device_exclusive_entry(entry)"), of("!is_migration_entry(entry)"))).toEqual([]);
    expect(said(of("is_hwpoison_entry(entry) || is_device_exclusive_entry(entry)"), of("is_hwpoison_entry(entry)"))).not.toEqual([]);
  });
});
