/** How sure it is that all VMA write locks end too early. */
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { type Rulebook, rulebookFor } from "../../rulebook/rulebook.ts";
import { packageRoot } from "../../util/package-root.ts";
import { checkUnit } from "../index.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "6.12");
});

const ending = (first: string): string => `void ends_all(struct mm_struct *mm)
{
	${first}
	vma_end_write_all(mm);
	mutex_unlock(&some_mutex);
}
`;

it.each([
  ["an error where the function asserts that its callers hold mmap_lock", "mmap_assert_write_locked(mm);", ["error"]],
  ["a warning where nothing tells whose lock it is", "count(mm);", ["warning"]],
])("is %s", (_, first, severities) => {
  const found = checkUnit(lowerText("mm/mmap.c", ending(first)), rulebook).flatMap((check) => check.findings.filter((f) => f.rule === "lock-balance"));
  expect(found.map((f) => f.severity)).toEqual(severities);
});

/** Each of a long row of helpers calls the next; `last` is what the last one does. */
const row = (length: number, last: string): string => `static void helper_${length}(struct mm_struct *mm)
{
	${last}
}
${Array.from({ length }, (_, i) => `static void helper_${length - 1 - i}(struct mm_struct *mm)
{
	helper_${length - i}(mm);
}
`).join("")}
void ends_all(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	helper_0(mm);
}
`;

it.each([
  ["a release at the end of", 20, "up_write(&mm->mmap_lock);", 0],
  ["no release in", 20, "mm->count++;", 1],
  ["no release in what is looked at of", 2000, "mm->count++;", 0],
])("looks through helpers in view: %s a row of %i", (_, length, last, count) => {
  const found = checkUnit(lowerText("mm/mmap.c", row(length, last)), rulebook).flatMap((check) => check.findings.filter((f) => f.rule === "lock-balance"));
  expect(found).toHaveLength(count);
});

it.each([["lock_range", 0], ["get_range", 0], ["mlock_range", 1], ["block_range", 1]])("takes %s() for one that returns with a lock by its name: %i findings", (name, count) => {
  const text = `int ${name}(struct mm_struct *mm, pmd_t *pmd)\n{\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\tif (pmd_none(*pmd))\n\t\treturn 0;\n\tspin_unlock(ptl);\n\treturn 0;\n}\n`;
  const found = checkUnit(lowerText("mm/mlock.c", text), rulebook).flatMap((check) => check.findings.filter((f) => f.rule === "lock-balance"));
  expect(found).toHaveLength(count);
});
