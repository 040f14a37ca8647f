/** Where a function's context comes from, which source comes first, and that the finding says so. Our own C. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../c/index.ts";
import type { UnitIr } from "../c/ir.ts";
import { compileRules } from "../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../rulebook/rulebook.ts";
import { packageRoot } from "../util/package-root.ts";
import { atOnce } from "../util/slices.ts";
import { checking, checkUnit, type FunctionCheck } from "./index.ts";

let book: Rulebook;

beforeAll(async () => {
  book = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
  await initC();
});

function check(text: string, name: string, callers: readonly UnitIr[] | null = null): FunctionCheck {
  const elsewhere = { helpers: [], callers: new Map(callers === null ? [] : [[name, callers] as const]) };
  return checkUnit(lowerText("mm/one.c", text), book, elsewhere, (fn) => fn.name === name)[0]!;
}

function outcomes(one: FunctionCheck, rule: string): string[] {
  return one.obligations.filter((o) => o.rule === rule).map((o) => `${o.outcome} ${o.what}`);
}

function held(text: string, name: string, callers: readonly UnitIr[] = []): string[] {
  const unit = lowerText("mm/one.c", text);
  const locks = atOnce(checking(unit, book, { helpers: [], callers: new Map([[name, callers]]) }, [])).view.locksOf(unit.functions.find((fn) => fn.name === name)!);
  return [...locks.held.map((lock) => `${lock.class} ${lock.mode}`), String(locks.from)];
}

const age = `void age_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	set_pmd_at(vma->vm_mm, addr, pmd, pmd_mkold(pmdp_get(pmd)));
}
`;
const locked = `static void age_locked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);

	age_one(vma, pmd, addr);
	spin_unlock(ptl);
}
`;
const unlocked = `static void age_unlocked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	age_one(vma, pmd, addr);
}
`;

describe("the comment above", () => {
  it("proves what it says, and nothing else does", () => {
    expect(outcomes(check(age, "age_one"), "entry-lock")).toEqual(["unknown set_pmd_at: pmd lock"]);
    expect(outcomes(check(`/* Called with the page table lock held. */\n${age}`, "age_one"), "entry-lock")).toEqual(["proved set_pmd_at: pmd lock"]);
  });

  it("is of the function that follows it at once", () => {
    expect(outcomes(check(`/* Called with the page table lock held. */\n\n${age}`, "age_one"), "entry-lock")).toEqual(["unknown set_pmd_at: pmd lock"]);
    expect(outcomes(check(`/* Called with the page table lock held. */\nstatic int other;\n${age}`, "age_one"), "entry-lock")).toEqual(["unknown set_pmd_at: pmd lock"]);
  });

  it("is named by a finding that rests on it", () => {
    const sleeps = "/**\n * fill_one - fill it\n * @pte: the entry\n *\n * Context: Called with pte lock held.\n */\nstatic void fill_one(struct mm_struct *mm, unsigned long addr, pte_t *pte)\n{\n\tvoid *page = kmalloc(4096, GFP_KERNEL);\n\n\tset_pte_at(mm, addr, pte, mk_pte(virt_to_page(page), PAGE_KERNEL));\n}\n";
    const [finding] = check(sleeps, "fill_one").findings;
    expect(finding).toMatchObject({ rule: "sleep-atomic", line: 9 });
    expect(finding!.assumed).toEqual(["the PTE page-table lock is held at entry: the comment above fill_one() says so"]);
  });

  it("does not hold for a lock that the function gives away", () => {
    const gives = "/* Called with the page table lock held. */\nstatic void drop_one(struct mm_struct *mm, pmd_t *pmd, spinlock_t *ptl)\n{\n\tpmd_clear(pmd);\n\tspin_unlock(ptl);\n\tkmalloc(64, GFP_KERNEL);\n}\n";
    expect(check(gives, "drop_one").findings).toEqual([]);
  });

  it("comes after what the function asserts", () => {
    const both = "/* Called with mmap_lock held. */\nvoid look(struct mm_struct *mm, pmd_t *pmd)\n{\n\tmmap_assert_write_locked(mm);\n\tpmd_clear(pmd);\n\tmmap_write_unlock(mm);\n\tmmap_write_lock(mm);\n}\n";
    expect(check(both, "look").findings.filter((f) => f.rule === "lock-balance" || f.rule === "lock-order")).toEqual([]);
  });
});

describe("the callers", () => {
  it("in other files are asked when the function is not static", () => {
    const other = lowerText("mm/two.c", locked);
    expect(outcomes(check(age, "age_one", [other]), "entry-lock")).toEqual(["proved set_pmd_at: pmd lock"]);
    expect(held(age, "age_one", [other])).toEqual(["pmd-ptl write", "callers"]);
  });

  it("tell what all of them hold, in the weaker mode", () => {
    const two = lowerText("mm/two.c", locked);
    expect(outcomes(check(age, "age_one", [two, lowerText("mm/three.c", unlocked)]), "entry-lock")).toEqual(["unknown set_pmd_at: pmd lock"]);
    const reader = lowerText("mm/four.c", "void read_all(struct mm_struct *mm, pmd_t *pmd)\n{\n\tmmap_read_lock(mm);\n\tlook(mm, pmd);\n\tmmap_read_unlock(mm);\n}\n");
    const writer = lowerText("mm/five.c", "void write_all(struct mm_struct *mm, pmd_t *pmd)\n{\n\tmmap_write_lock(mm);\n\tlook(mm, pmd);\n\tmmap_write_unlock(mm);\n}\n");
    const look = "void look(struct mm_struct *mm, pmd_t *pmd)\n{\n\tpmd_clear(pmd);\n}\n";
    expect(held(look, "look", [writer])[0]).toBe("mmap write");
    expect(held(look, "look", [reader, writer])[0]).toBe("mmap read");
  });

  it("of static functions are those of the file, also by name of another file's function", () => {
    const own = `static ${age}${locked}`;
    const same = lowerText("mm/two.c", unlocked);
    expect(outcomes(check(own, "age_one", [same]), "entry-lock")).toEqual(["proved set_pmd_at: pmd lock"]);
  });

  it("are not known of a function that is used as a value", () => {
    const other = lowerText("mm/two.c", `${locked}void each(struct mm_struct *mm)\n{\n\twalk_all(mm, age_one);\n}\n`);
    expect(outcomes(check(age, "age_one", [other]), "entry-lock")).toEqual(["unknown set_pmd_at: pmd lock"]);
  });

  it("are named by a finding that rests on them, and not where an argument decides", () => {
    const grow = (test: string): string => `static void grow(struct mm_struct *mm, pmd_t *pmd, bool wait)\n{\n\t${test}kmalloc(64, GFP_KERNEL);\n\tpmd_clear(pmd);\n}\n\nstatic void outer(struct mm_struct *mm, pmd_t *pmd)\n{\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\tgrow(mm, pmd, false);\n\tspin_unlock(ptl);\n}\n`;
    const [finding] = check(grow(""), "grow").findings;
    expect(finding).toMatchObject({ rule: "sleep-atomic", function: "grow", line: 3 });
    expect(finding!.assumed).toEqual(["the PMD page-table lock is held at entry: its only caller in view, outer(), holds it"]);
    expect(check(grow("if (wait)\n\t\t"), "grow").findings).toEqual([]);
  });
});
