/** A helper that maps and locks for its caller and says so by its result, next to handlers that leave something mapped. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC, lowerText } from "../../../c/index.ts";
import { builtinRules, type Rulebook, rulebookFor } from "../../../rulebook/index.ts";
import { checkUnit } from "../../index.ts";

let rulebook: Rulebook;

beforeAll(async () => {
  await initC();
  rulebook = rulebookFor(builtinRules(), "6.12");
});

function said(text: string): string[] {
  return checkUnit(lowerText("mm/f.c", text), rulebook).flatMap((check) => check.findings.map((f) => `${f.rule} ${f.function}`)).toSorted();
}

const give = "pte_unmap_unlock(vmf->pte, vmf->ptl);";

function takeAgain(type: string, none: string, changed: string, same: string, before = give): string {
  return `static ${type} take_again(struct vm_fault *vmf)
{
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return ${none};
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		${before}
		return ${changed};
	}
	${same}
}
`;
}

const caller = (last: string, test = "!take_again(vmf)"): string => `static vm_fault_t handle(struct vm_fault *vmf)
{
	if (${test})
		return 0;
	${last}
	return 0;
}
`;

const kept = ["lock-balance take_again", "map-balance take_again"];

describe("what lies in the structure of a fault", () => {
  it("is for the caller where the result tells that it was taken", () => {
    const answer = takeAgain("bool", "false", "false", "return true;");
    expect(said(answer)).toEqual([]);
    expect(said(answer + caller(give))).toEqual([]);
    expect(said(answer + caller("finish_it(vmf);"))).toEqual([]);
    const fault = takeAgain("vm_fault_t", "VM_FAULT_NOPAGE", "VM_FAULT_RETRY", "return 0;");
    expect(said(fault)).toEqual([]);
    expect(said(fault + caller(give, "take_again(vmf)"))).toEqual([]);
  });

  it("is not where no caller gives it back", () => {
    expect(said(takeAgain("bool", "false", "false", "return true;") + caller("count_it();"))).toEqual(kept);
  });

  it("is not where the result does not tell: a handler that gives back where it succeeds, or keeps where it fails", () => {
    expect(said(takeAgain("vm_fault_t", "0", "0", "return 0;"))).toEqual(kept);
    expect(said(takeAgain("bool", "false", "false", `${give}\n\treturn true;`, ";"))).toEqual(kept);
    expect(said(takeAgain("vm_fault_t", "VM_FAULT_NOPAGE", "VM_FAULT_RETRY", `if (vmf->flags & 1)\n\t\treturn 0;\n\t${give}\n\treturn 0;`))).toEqual(kept);
  });

  it("has a lock as well, which is given back where the pte is, by whatever name the helper goes", () => {
    const half = takeAgain("bool", "false", "false", "return true;", "pte_unmap(vmf->pte);") + caller(give);
    expect(said(half)).toEqual(["lock-balance take_again"]);
    expect(said(half.replaceAll("take_again", "relock"))).toEqual(["lock-balance relock"]);
    // Its answer is what it found under the lock, and its caller releases either way.
    expect(said("static bool same_under_lock(struct mm_struct *mm, pmd_t *pmd, pmd_t old)\n{\n\tspin_lock(pmd_lockptr(mm, pmd));\n\tif (!pmd_same(*pmd, old))\n\t\treturn false;\n\treturn true;\n}\n")).toEqual([]);
  });
});
