/** What a mail alone shows of functions that it does not show whole. */
import { afterEach, describe, expect, it } from "vitest";
import { removeFolders, reviewTexts } from "../../fixtures/review/harness.ts";

afterEach(removeFolders);

function mail(body: readonly string[]): string {
  const stub = ["#ifndef arch_wants_copy", "static inline bool arch_wants_copy(void)", "{", "\treturn false;", "}", "#endif", ""];
  return [
    "From: A <a@example.org>", "Date: Thu, 19 Sep 2019 10:00:00 +0000", "Message-ID: <stub@example.org>", "Subject: [PATCH] mm: mark the entry before it is copied", "", "Why.", "---",
    "--- a/mm/copying.c", "+++ b/mm/copying.c",
    `@@ -10,2 +10,${2 + stub.length} @@`, " int one;", ...stub.map((line) => `+${line}`), " int two;",
    `@@ -40,4 +${40 + stub.length},${4 + body.length} @@ static int copy_it(struct page *page, struct vm_fault *vmf)`, " {", " \tint done = 0;", ...body.map((line) => `+${line}`), " \tcopy_page_of(page);", " \treturn done;",
    "-- ", "2.20.1", "",
  ].join("\n");
}

const locked = ["\tif (arch_wants_copy()) {", "\t\tspin_lock(vmf->ptl);", "\t\tif (!pte_same(*vmf->pte, vmf->orig_pte))", "\t\t\treturn -1;", "\t\tset_pte_at(vmf->vma->vm_mm, vmf->address, vmf->pte, pte_mkyoung(vmf->orig_pte));", "\t\tspin_unlock(vmf->ptl);", "\t}"];
const balanced = locked.flatMap((line) => (line.includes("return -1") ? [] : [line.replace("!pte_same", "pte_same")]));

async function found(body: readonly string[]): Promise<string[]> {
  const report = await reviewTexts([mail(body)]);
  return report.patches.flatMap((patch) => patch.findings).filter((finding) => finding.severity !== "note").map((finding) => `${finding.status} ${finding.rule} ${finding.function}`);
}

describe("a function known by its hunks", () => {
  it("is followed into what a stub of another configuration would leave out", async () => {
    expect(await found(locked)).toEqual(["introduced lock-balance copy_it"]);
  });

  it("is clean where the lock is released on all paths in view", async () => {
    expect(await found(balanced)).toEqual([]);
  });
});

/** One function loses its lock, and one of another file, of which the hunk shows the lines given, gets one. */
function moved(file: readonly string[], header: string): string {
  const count = (sign: string): number => file.filter((line) => line.startsWith(" ") || line.startsWith(sign)).length;
  return [
    "From: A <a@example.org>", "Date: Thu, 12 Dec 2024 10:00:00 +0000", "Message-ID: <moved@example.org>", "Subject: [PATCH] mm: take the lock elsewhere", "", "Why.", "---",
    "--- a/mm/filling.c", "+++ b/mm/filling.c", "@@ -10,10 +10,8 @@",
    " int fill(pte_t *ptep, unsigned long addr, pte_t pte)", " {", "-\tspin_lock(&init_mm.page_table_lock);", " \tif (pte_none(ptep_get(ptep)))", " \t\tset_pte_at(&init_mm, addr, ptep, pte);", "-\tspin_unlock(&init_mm.page_table_lock);", " \treturn 0;", " }", " ", " int next;",
    "--- a/mm/applying.c", "+++ b/mm/applying.c", `@@ -40,${count("-")} +40,${count("+")} @@ ${header}`, ...file,
    "-- ", "2.20.1", "",
  ].join("\n");
}

describe("a lock that another function gets", () => {
  const lines = [" \tstep(ptep);", "+\tspin_lock(&init_mm.page_table_lock);", " \tshow(ptep_get(ptep));", "+\tspin_unlock(&init_mm.page_table_lock);"];
  const losses = async (file: readonly string[], header = ""): Promise<string[]> => (await reviewTexts([moved(file, header)])).patches.flatMap((patch) => patch.findings).map((finding) => `${finding.status} ${finding.rule} ${finding.function}`).filter((text) => text.endsWith(" fill"));

  it("may be meant for this one where lines of the other are not in view", async () => {
    expect(await losses([...lines, " \tmore(ptep);"], "static int apply(pte_t *ptep, fill_fn_t fn)")).toEqual([]);
  });

  it("is another where all of it is in view and has nothing to do with this one", async () => {
    expect(await losses([" static int apply(pte_t *ptep)", " {", ...lines, " \treturn 0;", " }"])).toContain("introduced entry-lock fill");
  });
});
