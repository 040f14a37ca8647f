/** Whose table it is that is freed for no mm, the file tells. */
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
  rulebook = rulebookFor(compileRules(join(packageRoot(), "rules")), "5.7");
});

const cleared = (mm: string): string => `static void clear_one(pud_t *pud, unsigned long addr)
{
	pmd_t *table = pmd_offset(pud, addr);

	if (pud_none(*pud))
		return;
	pud_clear(pud);
	pmd_free(${mm}, table);
}
`;

it.each([
  ["arch/arm64/mm/mmu.c", "NULL", 1],
  ["virt/kvm/arm/mmu.c", "NULL", 0],
  ["arch/arm64/kvm/mmu.c", "NULL", 0],
  ["virt/kvm/arm/mmu.c", "&init_mm", 1],
])("%s frees a table for %s: %i findings", (file, mm, count) => {
  const found = checkUnit(lowerText(file, cleared(mm)), rulebook).flatMap((check) => check.findings.filter((f) => f.rule === "table-free"));
  expect(found).toHaveLength(count);
});
