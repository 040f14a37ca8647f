/** Which loads will do depends on the file: what architecture it is of, and whether it is built for entries of two words. */
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { initC, lowerText } from "../../../c/index.ts";
import { compileRules } from "../../../rulebook/compile.ts";
import { rulebookFor } from "../../../rulebook/rulebook.ts";
import type { RuleData } from "../../../rulebook/schema.ts";
import { packageRoot } from "../../../util/package-root.ts";
import { checkUnit } from "../../index.ts";

let data: RuleData;

beforeAll(async () => {
  data = compileRules(join(packageRoot(), "rules"));
  await initC();
});

function lines(file: string, body: string, era = "6.12"): number[] {
  const text = `static int look(pud_t *pudp, pud_t pud, unsigned long addr)\n{\n${body}\n}\n`;
  return checkUnit(lowerText(file, text), rulebookFor(data, era)).flatMap((check) => check.findings.filter((f) => f.rule === "lockless-read").map((f) => f.line));
}

const walk = "\tpmd_t pmd, *pmdp = pmd_offset_lockless(pudp, pud, addr);\n\n";

it.each([
  ["mm/look.c", [5]],
  ["arch/x86/mm/look.c", [5]],
  ["arch/x86/mm/look_64.c", []],
  ["arch/powerpc/mm/look.c", []],
])("a pmd that %s reads by READ_ONCE() in a walk without locks may come in halves", (file, expected) => {
  expect(lines(file, `${walk}\tpmd = READ_ONCE(*pmdp);\n\treturn pmd_leaf(pmd);`)).toEqual(expected);
});

it("takes a getter made of READ_ONCE() for one, and those that read both halves as one for none", () => {
  expect(lines("mm/look.c", `${walk}\tpmd = pmdp_get(pmdp);\n\treturn pmd_leaf(pmd);`)).toEqual([5]);
  expect(lines("mm/look.c", `${walk}\tpmd = pmdp_get_lockless(pmdp);\n\treturn pmd_leaf(pmd);`)).toEqual([]);
});

it("leaves an entry that was reached in another way: its lock may be held", () => {
  expect(lines("mm/look.c", "\tpmd_t *pmdp = pmd_offset(pudp, addr);\n\tpmd_t pmd = READ_ONCE(*pmdp);\n\treturn pmd_leaf(pmd);")).toEqual([]);
});

const plain = "\tpmd_t *pmdp = pmd_offset(pudp, addr);\n\n\tif (pmd_none(*pmdp))\n\t\treturn 0;\n\treturn pmd_leaf(*pmdp);";
const once = "\tpmd_t pmd = READ_ONCE(*pmd_offset(pudp, addr));\n\n\tif (pmd_none(pmd))\n\t\treturn 0;\n\treturn pmd_leaf(pmd);";
const exchanged = "\tpmd_t *pmdp = pmd_offset(pudp, addr);\n\n\treturn xchg_relaxed(&pmd_val(*pmdp), 0) != 0;";

/** Nothing is decided by the value. */
const handedOn = "\tpmd_t *pmdp = pmd_offset(pudp, addr);\n\n\treturn next_of(*pmdp, addr);";

it.each([
  ["arch/arm64/mm/look.c", plain, [5]],
  ["arch/arm64/mm/look.c", once, []],
  ["arch/arm64/mm/look.c", exchanged, []],
  ["arch/arm64/mm/look.c", handedOn, []],
  ["arch/x86/mm/look_64.c", plain, []],
])("%s: plain loads of entries (%#)", (file, body, expected) => {
  expect(lines(file, body)).toEqual(expected);
});
