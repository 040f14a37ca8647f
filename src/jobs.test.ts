/** One thread or many: the same report. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, type Files, kernelFiles, patchMail, removeFolders, reviewInputs } from "../fixtures/review/harness.ts";
import { type Report, scan } from "./index.ts";

afterEach(removeFolders);

/** A function that maps an entry; every third one forgets the test, every fourth the unmap. */
function mapper(n: number): string {
  const test = n % 3 === 0 ? "" : "\tif (!pte)\n\t\treturn;\n";
  const unmap = n % 4 === 0 ? "" : "\tpte_unmap_unlock(pte, ptl);\n";
  return `static void clear_${n}(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte;

	pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
${test}	ptep_clear_flush(vma, addr, pte);
${unmap}}
`;
}

const sources: Files = Object.fromEntries(Array.from({ length: 20 }, (_item, n) => [`mm/file${n}.c`, mapper(n) + mapper(n + 1)]));

function withoutTime(report: Report): unknown {
  return { ...report, summary: { ...report.summary, elapsedMs: 0 } };
}

describe("--jobs", () => {
  it("changes nothing in a scan but the time it takes", async () => {
    const tree = directory(kernelFiles(6, 12), sources);
    const request = { tree, paths: [], kernel: null, only: [], skip: [], rules: [], bound: null, strict: false, cwd: tree };
    const [one, two] = [await scan({ ...request, jobs: 1 }), await scan({ ...request, jobs: 2 })];
    expect(one.summary.findings.error).toBeGreaterThan(10);
    expect(withoutTime(two)).toEqual(withoutTime(one));
  });

  it("changes nothing in a review, with patches on top of each other", async () => {
    const cwd = directory(kernelFiles(6, 12), { "mm/one.c": mapper(1) });
    const mails = Array.from({ length: 12 }, (_item, n) => patchMail({ "mm/one.c": mapper(1).repeat(n + 1) }, { "mm/one.c": mapper(1).repeat(n + 1) + mapper(n) }, `mm: add ${n}`));
    writeFileSync(join(cwd, "box.mbox"), mails.join("\n"));
    const request = { inputs: ["box.mbox"], cwd, tree: cwd };
    const [one, three] = [await reviewInputs({ ...request, jobs: 1 }), await reviewInputs({ ...request, jobs: 3 })];
    expect(one.patches).toHaveLength(12);
    expect(one.patches.some((patch) => patch.findings.length > 0)).toBe(true);
    expect(withoutTime(three)).toEqual(withoutTime(one));
  });
});
