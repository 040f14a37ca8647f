/** What is asked of the order of lines holds where hunks show parts of a function only; the nearest correct code is quiet. */
import { afterEach, describe, expect, it } from "vitest";
import { removeFolders, reviewTexts } from "../../fixtures/review/harness.ts";

afterEach(removeFolders);

/** Stretches of one function that a patch adds lines to, with lines in between that nobody sees; each ends with a context line. */
function mail(head: string, stretches: readonly (readonly string[])[]): string {
  let added = 0;
  const hunks = stretches.flatMap((lines, i) => {
    const from = 100 + 40 * i;
    const text = [`@@ -${from},2 +${from + added},${2 + lines.length} @@ ${head}`, ` \tbefore_${i}();`, ...lines.map((line) => `+\t${line}`), ` \tafter_${i}();`];
    added += lines.length;
    return text;
  });
  return [
    "From: A <a@example.org>", "Date: Mon, 3 Feb 2025 10:00:00 +0000", "Message-ID: <cut@example.org>", "Subject: [PATCH] mm: change it", "", "Why.", "---",
    "--- a/mm/cut.c", "+++ b/mm/cut.c", ...hunks, "-- ", "2.20.1", "",
  ].join("\n");
}

async function found(head: string, stretches: readonly (readonly string[])[]): Promise<string[]> {
  const report = await reviewTexts([mail(head, stretches)]);
  return report.patches.flatMap((patch) => patch.findings).filter((finding) => finding.severity !== "note").map((finding) => `${finding.status} ${finding.rule} ${finding.function}`);
}

const walk = "static void drop_tables(struct address_space *mapping)";
const removal = ["pml = pmd_lock(mm, pmd);", "old = pmdp_collapse_flush(vma, addr, pmd);", "spin_unlock(pml);"];
const end = ["i_mmap_unlock_read(mapping);"];

describe("functions cut by lines that are not shown", () => {
  it("asks for a look at the VMA under the lock that a table is removed under", async () => {
    const asked = ["if (userfaultfd_wp(vma))", "\treturn;", ...removal];
    expect(await found(walk, [asked, end])).toContain("introduced stale-read drop_tables");
    const again = ["if (userfaultfd_wp(vma))", "\treturn;", removal[0]!, "if (!userfaultfd_wp(vma))", `\t${removal[1]}`, removal[2]!];
    expect(await found(walk, [again, end])).toEqual([]);
    // Nothing tells that the walk comes from the file.
    expect(await found(walk, [asked])).toEqual([]);
  });

  it("asks whether userfaultfd is at work under the lock of the VMA", async () => {
    const head = "static struct vm_area_struct *lock_it(struct mm_struct *mm)";
    expect(await found(head, [["if (userfaultfd_armed(vma))", "\treturn NULL;", "if (!vma_start_read(vma))", "\treturn NULL;"]])).toEqual(["introduced stale-read lock_it"]);
    expect(await found(head, [["if (!vma_start_read(vma))", "\treturn NULL;", "if (userfaultfd_armed(vma)) {", "\tvma_end_read(vma);", "\treturn NULL;", "}"]])).toEqual([]);
  });

  it("follows a pointer from its declaration to an exit by the lines that are shown", async () => {
    const head = "static int change_it(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)";
    const exit = ["if (failed)", "\tgoto out;"];
    const mapped = ["pte = pte_offset_map(pmd, addr);", "out:", "if (pte)", "\tpte_unmap(pte);"];
    expect(await found(head, [["pte_t *pte;"], exit, mapped])).toEqual(["introduced map-balance change_it"]);
    expect(await found(head, [["pte_t *pte = NULL;"], exit, mapped])).toEqual([]);
    expect(await found(head, [["pte_t *pte;"], mapped])).toEqual([]);
  });

  it("asks for the anon_vma lock where a table is put back, unless it may have been taken again out of sight", async () => {
    const head = "static void collapse_it(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)";
    const taken = ["anon_vma_lock_write(vma->anon_vma);"];
    const dropped = ["anon_vma_unlock_write(vma->anon_vma);"];
    const back = ["spin_lock(ptl);", "pmd_populate(mm, pmd, pmd_pgtable(old));", "spin_unlock(ptl);"];
    expect(await found(head, [taken, dropped, back])).toContain("introduced walk-context collapse_it");
    expect(await found(head, [taken, [...back, ...dropped]])).not.toContain("introduced walk-context collapse_it");
    expect(await found(head, [taken, dropped, back, dropped])).not.toContain("introduced walk-context collapse_it");
  });
});
