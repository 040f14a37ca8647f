/**
 * Five mails of the kinds that the tool is for, each in up to three forms: our own fixture, the text of a web archive
 * and the mail as it was sent. The last two lie beside the project (../shared) and are left out when they are not there.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { recounted, withoutLines } from "../fixtures/review/edit-mail.ts";
import { directory, findingsOf, inShort, kernelFiles, onlyPatch, removeFolders, reviewTexts } from "../fixtures/review/harness.ts";
import { treeOfHunks } from "../fixtures/review/tree-of-hunks.ts";
import type { FunctionReport, PatchReport } from "./index.ts";

const project = join(import.meta.dirname, "..");
const shared = join(project, "../shared");

afterEach(removeFolders);

/** A mail and the names in it. */
interface Form {
  readonly form: string;
  readonly text: string;
  readonly file: string;
  readonly fn: string;
}

/** The forms that are there. */
function formsOf(number: number, own: string, ownNames: readonly [string, string], realNames: readonly [string, string]): Form[] {
  const [ownFile, ownFn] = ownNames;
  const [file, fn] = realNames;
  const real = (form: string, folder: string, start: string): Form[] => {
    if (!existsSync(folder)) return [];
    const name = readdirSync(folder).find((entry) => entry.startsWith(start));
    return name === undefined ? [] : [{ form, text: readFileSync(join(folder, name), "utf8"), file, fn }];
  };
  return [
    { form: "our own", text: readFileSync(join(project, "fixtures/review", own), "utf8"), file: ownFile, fn: ownFn },
    ...real("archive text", join(shared, "seeds"), `00${number}_`),
    ...real("mail", join(shared, "corpus/seeds"), `0${number}-`),
  ];
}

/** The fullest report of a function; a hunk apart from its head makes one of its own. */
function functionOf(patch: PatchReport, name: string): FunctionReport {
  const found = patch.functions.filter((fn) => fn.name === name);
  if (found.length === 0) throw new Error(`no ${name}() in ${patch.functions.map((fn) => fn.name).join(", ")}`);
  return found[0]!;
}

function proofs(fn: FunctionReport): string[] {
  return fn.proofs.map((proof) => `${proof.rule} ${proof.text}`);
}

function questions(fn: FunctionReport): string {
  return fn.unknowns.map((question) => `${question.rule}: ${question.text}`).join("\n");
}

describe.each(formsOf(0, "quoted-getter.eml", ["arch/x86/include/asm/shadow-halves.h", "shadow_snapshot"], ["arch/x86/include/asm/pgtable-3level.h", "pmd_read_atomic"]))(
  "a quoted diff that puts READ_ONCE() on a pointer ($form)",
  ({ text, file, fn }) => {
    it("is reviewed as a quote and found to read plainly", async () => {
      const patch = onlyPatch(await reviewTexts([text]));
      expect(patch.carrier).toBe("quoted");
      expect(patch.files[0]).toBe(file);
      expect(patch.findings.map(inShort)).toEqual([`introduced lockless-read ${fn}()`]);
      expect(patch.findings[0]!.message).toContain("READ_ONCE() wraps the pointer");
      expect(patch.findings[0]!.file).toBe(file);
    });

    it("keeps the read barrier between the halves", async () => {
      const patch = onlyPatch(await reviewTexts([text]));
      expect(questions(functionOf(patch, fn))).toMatch(/lockless-read: .*smp_rmb\(\).* is needed/);
    });
  },
);

describe.each(formsOf(1, "prose.eml", ["", ""], ["", ""]))("a reply in prose ($form)", ({ text }) => {
  it("has no patch, says so, and is no failure", async () => {
    const report = await reviewTexts([text]);
    expect(report.patches).toEqual([]);
    expect(report.inputs).toMatchObject([{ messages: 1, patches: 0, skipped: [{ reason: "reply without a diff" }] }]);
    expect(report.inputs[0]!.failed).toBeUndefined();
  });
});

describe.each(formsOf(2, "around.txt", ["mm/around.c", "around_map_one"], ["mm/memory.c", "map_set_pte"]))(
  "an unquoted diff in a reply that populates a preallocated table ($form)",
  ({ text, fn }) => {
    it("is proved to hold the pmd lock and to look again under it", async () => {
      const patch = onlyPatch(await reviewTexts([text]));
      expect(patch.findings).toEqual([]);
      expect(proofs(functionOf(patch, fn))).toEqual(expect.arrayContaining([expect.stringMatching(/^entry-lock pmd_populate/), expect.stringMatching(/^stale-read pmd_populate/)]));
    });

    it("leaves open who orders the table's contents, and says what to check", async () => {
      const asked = questions(functionOf(onlyPatch(await reviewTexts([text])), fn));
      expect(asked).toMatch(/publish-order: .*prealloc_pte.*smp_wmb\(\)/);
      expect(asked).toMatch(/map-failure: .*prealloc_pte is used without a test for NULL/);
      expect(asked).not.toMatch(/into an entry/);
    });

    const lock = withoutLines(text, [/^\+\s*vmf->ptl = pmd_lock\(/, /^\+\s*spin_unlock\(vmf->ptl\);/]);
    it.each([["hunk counts mended", recounted(lock)], ["hunk counts off", lock]])("without the pmd lock breaks entry-lock: no caller holds it (%s)", async (_how, mail) => {
      const patch = onlyPatch(await reviewTexts([mail]));
      expect(patch.findings.map(inShort)).toEqual([`introduced entry-lock ${fn}()`]);
      expect(patch.findings[0]!.message).toMatch(/no caller can hold: pte_offset_map_lock\(\)/);
    });

    const look = withoutLines(text, [/^\+\s*if \(likely\(pmd_none\(\*vmf->pmd\)\)\) \{/]);
    it("without the look under the lock breaks stale-read", async () => {
      expect(findingsOf(await reviewTexts([look]))).toContain(`introduced stale-read ${fn}()`);
    });
  },
);

describe("the same with a tree", () => {
  const around = readFileSync(join(project, "fixtures/review/around.txt"), "utf8");
  const before = readFileSync(join(project, "fixtures/review/around.c"), "utf8");

  it("is proved where the function that allocates the table runs a barrier", async () => {
    const patch = onlyPatch(await reviewTexts([around], { tree: directory(kernelFiles(5, 10), { "mm/around.c": before }) }));
    expect(patch.base.kind).toBe("directory");
    expect(patch.kernel.version).toBe("5.10");
    expect(proofs(functionOf(patch, "around_map_one"))).toEqual(expect.arrayContaining([expect.stringMatching(/^publish-order pmd_populate/)]));
    expect(patch.findings).toEqual([]);
  });

  it("is not where it runs none", async () => {
    const without = withoutLines(before, [/smp_wmb\(\)/]);
    const patch = onlyPatch(await reviewTexts([around], { tree: directory(kernelFiles(5, 10), { "mm/around.c": without }) }));
    expect(patch.base.kind).toBe("directory");
    expect(proofs(functionOf(patch, "around_map_one")).filter((proof) => proof.startsWith("publish-order"))).toEqual([]);
    const found = [...patch.findings.map((finding) => finding.message), questions(functionOf(patch, "around_map_one"))].join("\n");
    expect(found).toMatch(/around_prepare\(\)/);
  });

  const original = formsOf(2, "around.txt", ["", ""], ["mm/memory.c", "map_set_pte"]).find(({ form }) => form === "mail");
  const archive = formsOf(2, "around.txt", ["", ""], ["mm/memory.c", "map_set_pte"]).find(({ form }) => form === "archive text");

  describe.skipIf(original === undefined || archive === undefined)("of the time of the mail", () => {
    it.each(["mail", "archive text"])("is proved with the barrier in do_fault_around() (%s)", async (form) => {
      const tree = directory(kernelFiles(5, 10), treeOfHunks(original!.text, ["smp_wmb(); /* see __pte_alloc() */"]));
      const patch = onlyPatch(await reviewTexts([form === "mail" ? original!.text : archive!.text], { tree }));
      expect(patch.base.kind).toBe("directory");
      expect(proofs(functionOf(patch, "map_set_pte"))).toEqual(
        expect.arrayContaining([expect.stringMatching(/^entry-lock pmd_populate/), expect.stringMatching(/^publish-order pmd_populate/)]),
      );
    });

    it("is not without it", async () => {
      const tree = directory(kernelFiles(5, 10), treeOfHunks(original!.text, []));
      const patch = onlyPatch(await reviewTexts([original!.text], { tree }));
      expect(patch.base.kind).toBe("directory");
      expect(proofs(functionOf(patch, "map_set_pte")).filter((proof) => proof.startsWith("publish-order"))).toEqual([]);
    });
  });
});

describe.each(formsOf(3, "check-entry.eml", ["", "is_our_entry"], ["", "check_pte"]))("a quoted hunk without file header ($form)", ({ text, fn }) => {
  it("names the function and what it does to entries that are not present", async () => {
    const patch = onlyPatch(await reviewTexts([text]));
    expect(patch.carrier).toBe("quoted");
    expect(patch.files).toEqual(["(unknown)"]);
    expect(patch.repairs.map((repair) => repair.kind)).toContain("missing-file-header");
    expect(questions(functionOf(patch, fn))).toMatch(/entry-kind: .*non-present entry.*device-private, device-exclusive.*not present/);
  });
});

describe.each(formsOf(4, "shadow-split.txt", ["mm/shadow-map.c", "__split_shadow_pmd"], ["mm/sparse-vmemmap.c", "__split_vmemmap_huge_pmd"]))(
  "a patch mail that splits a kernel entry under its lock ($form)",
  ({ text, file, fn }) => {
    it("is proved: lock, look again under it, barrier", async () => {
      const patch = onlyPatch(await reviewTexts([text]));
      expect(patch.findings).toEqual([]);
      expect(patch.carrier).toBe("patch");
      for (const rule of ["entry-lock", "stale-read", "publish-order"]) {
        expect(proofs(functionOf(patch, fn))).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${rule} pmd_populate_kernel`))]));
      }
    });

    /** Line of the post-image on which the table is published: its place among the added and context lines of the hunk. */
    const lineOf = (mail: string, pattern: RegExp): number => {
      const lines = mail.split("\n");
      let at = 0;
      let inFile = false;
      for (const line of lines) {
        if (line.startsWith("+++ ")) inFile = line.endsWith(file);
        const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line);
        if (start) at = Number(start[1]) - 1;
        else if (inFile && !line.startsWith("-")) {
          at++;
          if (pattern.test(line)) return at;
        }
      }
      throw new Error(`no line like ${pattern.source}`);
    };

    const barrier = withoutLines(text, [/^\+\s*smp_wmb\(\);/]);
    it.each([["hunk counts mended", recounted(barrier)], ["hunk counts off", barrier]])("without the barrier breaks publish-order (%s)", async (_how, mail) => {
      const patch = onlyPatch(await reviewTexts([mail]));
      expect(patch.findings.map(inShort)).toEqual([`introduced publish-order ${fn}()`]);
    });

    it("stands where the patch puts the line", async () => {
      const mail = recounted(barrier);
      const patch = onlyPatch(await reviewTexts([mail]));
      expect(patch.findings[0]!.line).toBe(lineOf(mail, /^\+\s*pmd_populate_kernel\(&init_mm, pmd,/));
    });

    const test = withoutLines(text, [/^\+\s*if \(likely\(pmd_leaf/, /^\+\s*\} else \{/, /^\+\s*pte_free_kernel/, /^\+\s*\}$/]);
    it.each([["hunk counts mended", recounted(test)], ["hunk counts off", test]])("without the look under the lock breaks stale-read (%s)", async (_how, mail) => {
      expect(findingsOf(await reviewTexts([mail]))).toEqual([`introduced stale-read ${fn}()`]);
    });

    it("without the one line of the look, which leaves braces open, breaks stale-read all the same", async () => {
      expect(findingsOf(await reviewTexts([withoutLines(text, [/^\+\s*if \(likely\(pmd_leaf/])]))).toEqual([`introduced stale-read ${fn}()`]);
    });

    const unlock = withoutLines(text, [/^\+\s*spin_unlock\(&init_mm/]);
    it.each([["hunk counts mended", recounted(unlock)], ["hunk counts off", unlock]])("without the unlock breaks lock-balance (%s)", async (_how, mail) => {
      expect(findingsOf(await reviewTexts([mail]))).toEqual([`introduced lock-balance ${fn}()`]);
    });
  },
);
