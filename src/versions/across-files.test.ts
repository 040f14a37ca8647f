/** What one function of a patch lost and another got: in another file, or below the call. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import { checkUnit, type FunctionCheck } from "../check/index.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/index.ts";
import { packageRoot } from "../util/package-root.ts";
import { changes } from "./changes.ts";
import { touchedInPatch } from "./touched-functions.ts";

let rulebook: Rulebook;
let atTheEndOfDevmap: Rulebook;

beforeAll(async () => {
  await initC();
  const rules = compileRules(join(packageRoot(), "rules"));
  rulebook = rulebookFor(rules, "6.12");
  atTheEndOfDevmap = rulebookFor(rules, "6.16");
});

/** A file before and after the patch. */
type Change = readonly [pre: string, post: string];

/** What is said of the first file. */
function said(...files: readonly Change[]): string[] {
  return saidBy(rulebook, ...files);
}

function saidBy(rulebook: Rulebook, ...files: readonly Change[]): string[] {
  const checks = files.map(([pre, post], i) => [pre, post].map((text) => checkUnit(lowerText(`mm/x${i}.c`, text), rulebook)) as [FunctionCheck[], FunctionCheck[]]);
  const all = (side: 0 | 1): FunctionCheck[] => checks.flatMap((both) => both[side]);
  const names = new Set([...all(0), ...all(1)].map(({ fn }) => fn.name));
  const everywhere = touchedInPatch(all(0).map(({ fn }) => fn), all(1).map(({ fn }) => fn), rulebook);
  const [pre, post] = checks[0]!;
  return changes(pre, post, rulebook, { names, pre: new Set(), post: new Set(), everywhere: () => everywhere }).map((f) => `${f.status} ${f.rule} ${f.function}`);
}

describe("a lock that moves", () => {
  const fill = (lock: string, unlock: string): string => `int fill(pte_t *ptep, unsigned long addr, pte_t pte)\n{\n${lock}\tif (pte_none(ptep_get(ptep)))\n\t\tset_pte_at(&init_mm, addr, ptep, pte);\n${unlock}\treturn 0;\n}\n`;
  const walk = (lock: string, unlock: string): string => `int walk(pmd_t *pmd, unsigned long addr, fn_t fn)\n{\n\tpte_t *pte = pte_offset_kernel(pmd, addr);\n${lock}\tfn(pte, addr);\n${unlock}\treturn 0;\n}\n`;
  const [take, drop] = ["\tspin_lock(&init_mm.page_table_lock);\n", "\tspin_unlock(&init_mm.page_table_lock);\n"];
  const lost: Change = [fill(take, drop), fill("", "")];

  it("to the caller in another file is not lost", () => {
    expect(said(lost, [walk("", ""), walk(take, drop)])).toEqual([]);
  });

  const other = (lock: string, unlock: string, more = ""): string => `int report(pte_t *ptep, struct mm_struct *mm)\n{\n\tpte_t val;\n\n${lock}\tval = ptep_get(ptep);\n${unlock}${more}\treturn show(val);\n}\n`;

  it("is lost where one that has nothing to do with this function takes its own", () => {
    expect(said(lost, [other("", ""), other(take, drop)])).toContain("introduced entry-lock fill");
    expect(said([other("", ""), other(take, drop)], lost)).toContain("fixed entry-lock report");
  });

  it("may have gone to who names this function: by a call, as an argument, in a variable", () => {
    for (const use of ["\tfill(ptep, 0, val);\n", "\tregister_fill(fill);\n", "\tthe_ops.fill = &fill;\n"]) expect(said(lost, [other("", "", use), other(take, drop, use)]), use).toEqual([]);
  });

  const reporting = ([pre, post]: Change): Change => [pre.replace("\treturn", "\treport(ptep, &init_mm);\n\treturn"), post.replace("\treturn", "\treport(ptep, &init_mm);\n\treturn")];

  it("may have gone to what this function calls in another file, with what it was there for", () => {
    const none = (text: string): string => text.replace("\tif (pte_none(ptep_get(ptep)))\n\t\tset_pte_at(&init_mm, addr, ptep, pte);\n", "");
    expect(said(reporting([lost[0], none(lost[1])]), [other("", ""), other(take, drop, "\tset_pte_at(&init_mm, 0, ptep, val);\n")])).toEqual([]);
  });

  it("is lost where what this function calls takes its own, and what stood under the lock stays", () => {
    expect(said(reporting(lost), [other("", ""), other(take, drop)])).toEqual(["introduced stale-read fill"]);
  });

  it("is lost where the other file does nothing new", () => {
    expect(said(lost, [walk("", ""), walk("", "")])).toContain("introduced entry-lock fill");
  });

  it("is lost where only a new function takes one", () => {
    expect(said(lost, [walk("", ""), walk("", "") + walk(take, drop).replace("walk", "other")])).toContain("introduced entry-lock fill");
  });

  const insert = (lock: string, unlock: string): string => `static int insert(struct vm_area_struct *vma, pud_t *pud, unsigned long addr, pud_t entry)\n{\n\tspinlock_t *ptl;\n\n${lock}\tset_pud_at(vma->vm_mm, addr, pud, entry);\n${unlock}\treturn 0;\n}\n`;
  const calls = (name: string, lock: string, unlock: string): string => `int ${name}(struct vm_area_struct *vma, pud_t *pud, unsigned long addr, pud_t entry)\n{\n\tspinlock_t *ptl;\n\tint ret;\n\n${lock}\tret = insert(vma, pud, addr, entry);\n${unlock}\treturn ret;\n}\n`;
  const [takePud, dropPud] = ["\tptl = pud_lock(vma->vm_mm, pud);\n", "\tspin_unlock(ptl);\n"];
  const callersTake = insert("", "") + calls("one", takePud, dropPud) + calls("two", takePud, dropPud);

  it("into what both of its callers call is neither lost nor mended", () => {
    expect(said([callersTake, insert(takePud, dropPud) + calls("one", "", "") + calls("two", "", "")])).toEqual([]);
  });

  it("is lost where one of the callers only goes without", () => {
    expect(said([callersTake, insert("", "") + calls("one", "", "") + calls("two", takePud, dropPud)])).toContain("introduced entry-lock one");
  });
});

describe("tests of DAX entries", () => {
  const split = (name: string, test: string): string => `void ${name}(struct mm_struct *mm, pmd_t *pmd)\n{\n\tpmd_t val = *pmd;\n\n\tif (pmd_trans_huge(val)${test})\n\t\treturn;\n\tmove_them(mm, pmd);\n}\n`;
  const both = (test: string, other: string): string => split("one", test) + split("two", other);

  const drops: Change = [both(" || pmd_devmap(val)", " || pmd_devmap(val)"), both("", "")];

  it("go with the kind where the patch leaves none in any of its files", () => {
    expect(said(drops, [split("three", " || pmd_devmap(val)"), split("three", "")])).toEqual([]);
  });

  it("go with the kind where the patch leaves none in one file, in the kernels for which its end was written", () => {
    expect(saidBy(atTheEndOfDevmap, drops)).toEqual([]);
  });

  it("are missed in one file where the kind goes on", () => {
    expect(said(drops)).toContain("introduced entry-kind one");
    expect(said(drops)).toContain("introduced entry-kind two");
  });

  it("are missed where others stay", () => {
    for (const era of [rulebook, atTheEndOfDevmap]) expect(saidBy(era, [both(" || pmd_devmap(val)", " || pmd_devmap(val)"), both("", " || pmd_devmap(val) || 0")])).toContain("introduced entry-kind one");
  });

  it("are missed where it is one function that loses its own", () => {
    for (const era of [rulebook, atTheEndOfDevmap]) expect(saidBy(era, [split("one", " || pmd_devmap(val)"), split("one", "")])).toContain("introduced entry-kind one");
  });
});

describe("a predicate by another name", () => {
  const walk = (test: string): string => `void walk(struct mm_struct *mm, p4d_t *p4d, unsigned long addr)\n{\n\tif (p4d_none(*p4d)${test})\n\t\treturn;\n\tlook(pud_offset(p4d, addr));\n}\n`;

  it("says what the known one says", () => {
    expect(said([walk(" || p4d_large(*p4d)"), walk(" || p4d_leaf(*p4d)")])).toEqual([]);
  });

  it("is no other name where there was none", () => {
    expect(said([walk(""), walk(" || p4d_leaf(*p4d)")])).not.toEqual([]);
  });
});
