/** A hunk that fits another function than its header names is reviewed there, and the report says so. */
import { afterEach, expect, it } from "vitest";
import { directory, kernelFiles, onlyPatch, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";

afterEach(removeFolders);

const body = (name: string, extra = ""): string => `static void ${name}(struct mm_struct *mm, pte_t *pte, unsigned long addr)\n{\n${extra}\tstruct page *page = NULL;\n\n\tif (pte_none(ptep_get(pte)))\n\t\treturn;\n\tpte_clear(mm, addr, pte);\n\tput_page(page);\n}\n`;

/** Made where first() stood first and second() behind it; the hunk's lines are the same in both. */
const mail = (section: string): string =>
  `From: Robin Castell <robin.castell@example.org>\nDate: Mon, 2 Dec 2024 10:00:00 +0000\nSubject: [PATCH] mm: count what is cleared\n\nCount.\n\n---\ndiff --git a/mm/clear.c b/mm/clear.c\n--- a/mm/clear.c\n+++ b/mm/clear.c\n@@ -3,6 +3,7 @@ ${section}\n \tstruct page *page = NULL;\n \n \tif (pte_none(ptep_get(pte)))\n+\t\tcount_none();\n \t\treturn;\n \tpte_clear(mm, addr, pte);\n \tput_page(page);\n`;

async function notes(section: string, file: string): Promise<readonly string[]> {
  const { notes: all } = onlyPatch(await reviewTexts([mail(section)], { tree: directory(kernelFiles(6, 12), { "mm/clear.c": file }) }));
  return all.filter((note) => note.includes(" lies in "));
}

const first = "static void first(struct mm_struct *mm, pte_t *pte, unsigned long addr)";
const changed = body("first").replace("put_page(page)", "page_put(page)");

it("says in which function it has landed", async () => {
  expect(await notes(first, `${changed}\n${body("second")}`)).toEqual(["mm/clear.c: hunk 1 lies in second() here, and in first() by its header"]);
});

it.each([
  ["the function has moved", first, `/* one */\n/* two */\n${body("first")}`],
  ["the tree has no function of that name", first.replace("first", "third"), `${changed}\n${body("second")}`],
  ["the header names a macro", "DEFINE_WALK(first, clear)", `${changed}\n${body("second")}`],
  ["the header says nothing", "", `${changed}\n${body("second")}`],
])("says nothing where %s", async (_why, section, file) => {
  expect(await notes(section, file)).toEqual([]);
});
