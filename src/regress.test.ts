/** What a patch takes away from code that is known by its hunks only, or supplies. */
import { beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { checkUnit, type FunctionCheck } from "./check/index.ts";
import { initC, lowerText } from "./c/index.ts";
import { regressions } from "./regress.ts";
import { compileRules } from "./rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "./rulebook/index.ts";
import { packageRoot } from "./util/package-root.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

function check(body: string): FunctionCheck[] {
  return checkUnit(lowerText("mm/x.c", `void f(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)\n{\n${body}\n}\n`), rulebook);
}

function said(pre: string, post: string): string[] {
  return regressions(check(pre), check(post), rulebook).map((f) => `${f.status} ${f.severity} ${f.rule} ${f.line}`);
}

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

  it("warns where a lock that was released on every path is kept on one", () => {
    const both = "\tmmap_read_lock(mm);\n\tif (mm->x) {\n\t\tmmap_read_unlock(mm);\n\t\treturn;\n\t}\n\tmmap_read_unlock(mm);";
    expect(said("\tmmap_read_lock(mm);\n\tpmd_clear(pmd);\n\tmmap_read_unlock(mm);", "\tmmap_read_lock(mm);\n\tpmd_clear(pmd);")).toEqual(["introduced warning lock-balance 5"]);
    expect(said(both, both)).toEqual([]);
  });

  it("notes a comparison with the former value that went", () => {
    const compared = "\tpmd_t old = pmdp_get(pmd);\n\tif (!pmd_same(old, *pmd))\n\t\treturn;\n\tpmd_clear(pmd);";
    expect(said(compared, compared.replace("!pmd_same(old, *pmd)", "0"))).toEqual(["introduced note stale-read 1"]);
  });

  it("takes a lock that another function takes now for moved", () => {
    const helper = "static void g(struct mm_struct *mm, pmd_t *pmd, pmd_t v)\n{\n\tBODY\n}\n";
    const taken = "spinlock_t *ptl = pmd_lock(mm, pmd);\n\tset_pmd_at(mm, 0, pmd, v);\n\tspin_unlock(ptl);";
    const unit = (own: string, other: string): FunctionCheck[] =>
      checkUnit(lowerText("mm/x.c", `${helper.replace("BODY", own)}${helper.replace(" g(", " h(").replace("BODY", other)}`), rulebook);
    const plain = "set_pmd_at(mm, 0, pmd, v);";
    expect(regressions(unit(taken, plain), unit(plain, plain), rulebook).map((f) => f.rule)).toEqual(["entry-lock"]);
    expect(regressions(unit(taken, plain), unit(plain, taken), rulebook).filter((f) => f.status === "introduced")).toEqual([]);
  });
});
