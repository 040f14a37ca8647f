/** Before 6.6 a missing pte_unmap() matters where tables may lie in high memory, which the file tells. */
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../c/index.ts";
import { compileRules } from "../../rulebook/compile.ts";
import { rulebookFor } from "../../rulebook/rulebook.ts";
import type { RuleData } from "../../rulebook/schema.ts";
import { packageRoot } from "../../util/package-root.ts";
import { checkUnit } from "../index.ts";

let data: RuleData;

beforeAll(async () => {
  data = compileRules(join(packageRoot(), "rules"));
  await initC();
});

const neverUnmapped = `static void fill_one(pmd_t *pmd, unsigned long addr, pte_t entry)
{
	pte_t *pte = pte_offset_map(pmd, addr);

	if (pte_none(*pte))
		set_pte(pte, entry);
}
`;

function found(file: string, era: string): string[] {
  return checkUnit(lowerText(file, neverUnmapped), rulebookFor(data, era)).flatMap((check) => check.findings.filter((f) => f.rule === "map-balance").map((f) => f.message));
}

it.each([
  ["mm/fill.c", 1],
  ["arch/x86/mm/fill.c", 1],
  ["arch/x86/mm/fill_32.c", 1],
  ["arch/arm/mm/fill.c", 1],
  ["arch/x86/mm/fill_64.c", 0],
  ["arch/x86/mm/mem_encrypt_fill.c", 0],
  ["arch/arm64/mm/fill.c", 0],
  ["arch/s390/mm/fill.c", 0],
])("in 6.1 a pte that stays mapped in %s makes %i findings", (file, count) => {
  expect(found(file, "6.1")).toHaveLength(count);
});

it("leaves an RCU read section open on every machine since 6.6", () => {
  expect(found("arch/x86/mm/fill_64.c", "6.6")).toHaveLength(1);
  expect(found("arch/s390/mm/fill.c", "6.12")).toHaveLength(1);
});
