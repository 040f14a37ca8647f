/** Code that no one wrote by hand: whatever one character or word is repeated for ever, a review ends, and says what it could not read. */
import { afterEach, describe, expect, it } from "vitest";
import { onlyPatch, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";

afterEach(removeFolders);

const units = ["a", "(", ")", "[", "{", "}", "*", "a,", "f(", "a?", "a->", "a=", "struct ", "if (x) ", "case 1: ", "(int)", "/*", '"', "#", "\\", ";", " "];
const places: Readonly<Record<string, (text: string) => readonly string[]>> = {
  declaration: (text) => ["static void f(pte_t *pte)", "{", `\tstruct ${text} x;`, "\tset_pte(pte, x);", "}"],
  argument: (text) => ["static void f(pte_t *pte)", "{", `\tset_pte(pte, ${text});`, "}"],
  parameters: (text) => [`static void f(pte_t *${text})`, "{", "\tset_pte(pte, x);", "}"],
  file: (text) => [text, "static void f(pte_t *pte)", "{", "\tset_pte(pte, x);", "}"],
};

function added(lines: readonly string[]): string {
  return `--- /dev/null\n+++ b/mm/x.c\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
}

describe.each(Object.keys(places))("in a %s", (place) => {
  // A stage that takes the square of the length would need hours for these, and the test would run into its time limit.
  it.each(["one line", "many lines"])("of %s", async (shape) => {
    for (const unit of units) {
      const text = shape === "one line" ? unit.repeat(Math.floor(800_000 / unit.length)) : unit.repeat(30).concat("\n").repeat(1500);
      const lines = places[place]!(text).flatMap((line) => line.split("\n"));
      const patch = onlyPatch(await reviewTexts([added(lines)], { kernel: "6.12" }));
      expect(patch.files).toEqual(["mm/x.c"]);
    }
  });
});

describe("a line beyond all measure", () => {
  it("is left out by line, and its function is covered in part", async () => {
    const patch = onlyPatch(await reviewTexts([added(places["argument"]!("a".repeat(5000)))], { kernel: "6.12" }));
    expect(patch.functions).toMatchObject([{ name: "f", coverage: "skipped", reason: "line 3 cannot be read as C, and no page-table steps elsewhere" }]);
  });
});

describe("what the rules follow", () => {
  const review = async (lines: readonly string[]): Promise<number> => onlyPatch(await reviewTexts([added(lines)], { kernel: "6.14" })).functions.length;
  const many = (count: number, ...lines: readonly ((i: number) => string)[]): string[] => Array.from({ length: count }, (_, i) => lines.map((line) => line(i))).flat();

  it("ends where copies of a value go in a circle", async () => {
    expect(await review([
      "static void g(pmd_t *pmd, struct vm_area_struct *vma)", "{", "\tVM_BUG_ON(!pmd_trans_huge(*pmd));", "\tset_pmd_at(vma->vm_mm, 0, pmd, *pmd);", "}",
      "void f(pmd_t *pmd, struct vm_area_struct *vma)", "{", "\tpmd_t a, b;", "\tspinlock_t *ptl;", "\twhile (more(vma)) {", "\t\ta = b;", "\t\tb = a;", "\t}",
      "\tif (pmd_trans_huge(a))", "\t\treturn;", "\tptl = pmd_trans_huge_lock(pmd, vma);", "\tif (ptl) {", "\t\tg(pmd, vma);", "\t\tspin_unlock(ptl);", "\t}", "}",
    ])).toBe(2);
  });

  // Each of these took minutes when the work grew with the third or fourth power of the lines.
  it("is little where one thing is written hundreds of times", async () => {
    const ioctl = ["static long g_ioctl(struct userfaultfd_ctx *ctx)", "{", "\tstruct mm_struct *mm = ctx->mm;", ...many(200, () => "\tg_ioctl(ctx);"), "\tmmap_read_lock(mm);", "\tmmap_read_unlock(mm);", "\treturn 0;", "}"];
    expect(await review(ioctl)).toBe(1);
    const copies = ["static int h(struct vm_area_struct *vma, struct vm_area_struct *copy, struct mm_struct *mm, pte_t *pte)", "{", ...many(200, () => "\tmemcpy(copy, vma, 8);"), ...many(200, () => "\tuse(copy);"), ...many(200, () => "\tif (mmap_lock_speculate_retry(mm, 1))", () => "\t\treturn 1;"), "\tset_pte(pte, *pte);", "\treturn 0;", "}"];
    expect(await review(copies)).toBe(1);
    const folios = ["static void k(struct vm_area_struct *vma, pte_t *pte, unsigned long addr)", "{", "\tstruct page *p;", "\tpte_t e;", "retry:", "\te = ptep_get(pte);", ...many(200, () => "\tp = vm_normal_page(vma, addr, e);", (i) => `\ta${i} = p;`, (i) => `\tif (!a${i})`, () => "\t\tgoto retry;"), "}"];
    expect(await review(folios)).toBe(1);
  });

  it("is bounded where each call may fail and is not asked", async () => {
    const f = (count: number): string[] => ["static void f(struct mm_struct *mm, pte_t *pte)", "{", ...many(count, () => "\tmmap_read_trylock(mm);"), "\tset_pte(pte, *pte);", "}"];
    const lines = f(40);
    // Two ways behind each call, all in one block: 2 to the 40th.
    const lost = `--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,${lines.length} +1,${lines.length - 1} @@\n${lines.map((line, i) => `${i === 2 ? "-" : " "}${line}\n`).join("")}`;
    expect(onlyPatch(await reviewTexts([lost], { kernel: "6.14" })).functions).toMatchObject([{ name: "f", coverage: "partial", reason: expect.stringContaining("limit hit") as string }]);
  });

  it("is bounded for all functions of a patch together", async () => {
    const kept = (k: number): string[] => [`static void f${k}(struct mm_struct *mm, pte_t *pte, int x)`, "{", ...many(150, (i) => `\tif (x == ${i})`, (i) => `\t\tspin_lock(ptl${i});`), "\tset_pte(pte, *pte);", "}"];
    const functions = onlyPatch(await reviewTexts([added(Array.from({ length: 40 }, (_, k) => kept(k)).flat())], { kernel: "6.14" })).functions;
    expect(functions).toHaveLength(40);
    expect(functions.at(-1)).toMatchObject({ coverage: "partial", reason: "limit hit: the functions before it took what all of them may take together" });
  });

  it("is bounded where two versions are held against each other", async () => {
    const lines = ["static void f(pte_t *pte, int a)", "{", ...many(4200, (i) => `\ta = a + ${i};`), "\tset_pte(pte, *pte);", "\tset_pte(pte, *pte);", "}"];
    const lost = `--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,${lines.length} +1,${lines.length - 1} @@\n${lines.map((line, i) => `${i === lines.length - 2 ? "-" : " "}${line}\n`).join("")}`;
    expect(onlyPatch(await reviewTexts([lost], { kernel: "6.14" })).functions).toMatchObject([{ name: "f", coverage: "partial", reason: "limit hit: too much to compare the function with its other version" }]);
  });
});
