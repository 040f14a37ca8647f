/** Locks in the margin: from the words of a path, and from a real review. */
import { afterEach, describe, expect, it } from "vitest";
import { directory, kernelFiles, patchMail, removeFolders, reviewTexts } from "../../fixtures/review/harness.ts";
import type { Finding } from "../core/finding.ts";
import { renderReport } from "./formats.ts";
import { heldLines } from "./held-lines.ts";

afterEach(removeFolders);

function held(line: number, end: readonly string[], ...path: readonly (readonly [line: number, text: string, file?: string])[]): Record<number, readonly string[]> {
  const steps = path.map(([at, text, file = "a.c"]) => ({ file, line: at, text }));
  return Object.fromEntries(heldLines({ file: "a.c", line, held: end, path: steps } as unknown as Finding));
}

describe("heldLines", () => {
  it("follows taking and releasing backwards from the finding", () => {
    expect(held(16, ["mmap (read)"], [10, "takes mmap (read)"], [12, "takes pmd lock"], [14, "releases pmd lock"])).toEqual({
      10: ["mmap (read)"], 11: ["mmap (read)"], 12: ["mmap (read)", "pmd lock"], 13: ["mmap (read)", "pmd lock"], 14: ["mmap (read)"], 15: ["mmap (read)"], 16: ["mmap (read)"],
    });
  });

  it("knows a lock again that is only perhaps held, and takes other steps for what they are", () => {
    expect(held(4, ["pte lock (perhaps)"], [1, "x = pte_alloc_one(mm)"], [3, "takes pte lock"])).toEqual({ 1: [], 2: [], 3: ["pte lock (perhaps)"], 4: ["pte lock (perhaps)"] });
  });

  it("says nothing of lines before a jump back, in other files, or without a path", () => {
    expect(held(5, ["l"], [20, "takes m"], [3, "takes l"])).toEqual({ 3: ["l"], 4: ["l"], 5: ["l"] });
    expect(held(5, ["l"], [4, "takes l", "b.c"])).toEqual({});
    expect(held(5, ["l"])).toEqual({});
  });
});

describe("the margin of a real review", () => {
  it("names the lock from where it is taken to the finding", async () => {
    const before = { "mm/x.c": "int x(void)\n{\n\treturn 0;\n}\n" };
    const body = "int x(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)\n{\n\tspinlock_t *ptl;\n\n\tptl = pmd_lock(mm, pmd);\n\tif (!pmd_none(*pmd))\n\t\treturn -EAGAIN;\n\tspin_unlock(ptl);\n\treturn 0;\n}\n";
    const report = await reviewTexts([patchMail(before, { "mm/x.c": body }, "mm: x")], { tree: directory(kernelFiles(6, 12), before) });
    expect(report.patches[0]!.findings.map(({ rule, line }) => `${rule} ${line}`)).toEqual(["lock-balance 7"]);
    const page = await renderReport("html", report, { colour: false, width: 100, verbose: false, quiet: false, rules: [] });
    const rows = Array.from(page.matchAll(/<td class="held([^"]*)">([^<]*)(?:<span class="skip">([^<]*)<\/span>)?<\/td><td class="number">(\d+)<\/td>/g), ([, none, name, skip, line]) => `${line} ${name}${skip ?? ""}${none}`);
    expect(rows.filter((row) => /^[4-8] /.test(row))).toEqual(["4  none", "5 PMD page-table lock", "6 the same", "7 the same", "8  none"]);
  });
});
