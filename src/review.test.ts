/** The pipeline as a whole on small trees of our own: what is applied to what, and what the two images say together. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ReviewRequest } from "./index.ts";
import {
  directory,
  dropOne,
  type Files,
  findingsOf,
  formatPatch,
  inShort,
  kernelFiles,
  onlyPatch,
  patchMail,
  removeFolders,
  repository,
  reviewInputs,
  reviewTexts,
  temporaryFolder,
} from "../fixtures/review/harness.ts";

afterEach(removeFolders);

const head = `#include <linux/mm.h>

struct age_walk {
	unsigned long young;
};

`;

/** Correct: looks at one pte under its lock. */
const countYoung = `static int count_young(struct vm_area_struct *vma, pmd_t *pmd,
		unsigned long addr, struct age_walk *walk)
{
	spinlock_t *ptl;
	pte_t *pte;

	pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!pte)
		return -EAGAIN;
	if (pte_young(ptep_get(pte)))
		walk->young++;
	pte_unmap_unlock(pte, ptl);
	return 0;
}
`;

const good = `${head}${countYoung}\n${dropOne}`;
const tree: Files = { ...kernelFiles(6, 12), "mm/age.c": good };

/** Replaces a text that must be there. */
function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`not there: ${from}`);
  return text.replace(from, to);
}

const untested = edit(good, "\tif (!pte)\n\t\treturn;\n", "");
const leaky = edit(good, "\tif (pte_young(ptep_get(pte)))\n\t\twalk->young++;\n", "\tif (!pte_young(ptep_get(pte)))\n\t\treturn 0;\n\twalk->young++;\n");

/** One mistake may break more than one rule; most tests follow one of them. */
const mapFailure: Partial<ReviewRequest> = { only: ["map-failure"] };

/** Line of the first line that holds `text`, from 1. */
function lineOf(source: string, text: string): number {
  return source.split("\n").findIndex((line) => line.includes(text)) + 1;
}

describe("pre- and post-image", () => {
  it("finds nothing in a correct change", async () => {
    const mail = patchMail({ "mm/age.c": good }, { "mm/age.c": edit(good, "walk->young++;", "walk->young += 1;") }, "mm: count by one");
    const report = await reviewTexts([mail], { tree: directory(tree) });
    expect(findingsOf(report)).toEqual([]);
    expect(report.summary.obligations.proved).toBeGreaterThan(0);
  });

  it("calls a finding introduced when the patch brings it, with the line of the post-image", async () => {
    const mail = patchMail({ "mm/age.c": good }, { "mm/age.c": leaky }, "mm: look at old ones only");
    const report = await reviewTexts([mail], { tree: directory(tree) });
    expect(new Set(findingsOf(report))).toEqual(new Set(["introduced lock-balance count_young()", "introduced map-balance count_young()"]));
    const leak = onlyPatch(report).findings.find((finding) => finding.rule === "lock-balance")!;
    expect(leak.line).toBe(lineOf(leaky, "\t\treturn 0;"));
    expect(leak.frame!.lines.find(({ line, mark }) => line === leak.line && mark === "+")!.text).toBe("\t\treturn 0;");
  });

  it("calls it fixed when the patch takes it away", async () => {
    const mail = patchMail({ "mm/age.c": untested }, { "mm/age.c": good }, "mm: test what may fail");
    const report = await reviewTexts([mail], { tree: directory({ ...tree, "mm/age.c": untested }), ...mapFailure });
    expect(findingsOf(report)).toEqual(["fixed map-failure drop_one()"]);
    expect(report.summary.findings).toEqual({ error: 0, warning: 0, note: 0 });
  });

  it("leaves out what was there before, unless asked for", async () => {
    const both = edit(untested, "walk->young++;", "walk->young += 1;");
    const touching = edit(both, "\tptep_clear_flush(vma, addr, pte);", "\tptep_get_and_clear(vma->vm_mm, addr, pte);\n\tflush_tlb_page(vma, addr);");
    const mail = patchMail({ "mm/age.c": untested }, { "mm/age.c": touching }, "mm: flush apart");
    const options = { tree: directory({ ...tree, "mm/age.c": untested }), ...mapFailure };
    expect(findingsOf(await reviewTexts([mail], options))).toEqual([]);
    expect(findingsOf(await reviewTexts([mail], { ...options, all: true }))).toEqual(["pre-existing map-failure drop_one()"]);
  });

  it("does not look at functions that the patch leaves alone, unless asked to", async () => {
    const mail = patchMail({ "mm/age.c": untested }, { "mm/age.c": edit(untested, "walk->young++;", "walk->young += 1;") }, "mm: count by one");
    const options = { tree: directory({ ...tree, "mm/age.c": untested }), ...mapFailure };
    expect(onlyPatch(await reviewTexts([mail], options)).functions.map((fn) => fn.name)).toEqual(["count_young"]);
    expect(findingsOf(await reviewTexts([mail], { ...options, all: true }))).toEqual(["pre-existing map-failure drop_one()"]);
  });

  it("looks at new and at deleted files", async () => {
    const made = await reviewTexts([patchMail({ "mm/other.c": "int other;\n" }, { "mm/age.c": untested }, "mm: age pages")], { tree: directory(kernelFiles(6, 12)), ...mapFailure });
    expect(findingsOf(made)).toEqual(["introduced map-failure drop_one()"]);
    const gone = await reviewTexts([patchMail({ "mm/age.c": untested, "mm/other.c": "int other;\n" }, { "mm/age.c": null }, "mm: no ages")], {
      tree: directory({ ...tree, "mm/age.c": untested }),
      ...mapFailure,
    });
    expect(findingsOf(gone)).toEqual(["fixed map-failure drop_one()"]);
  });

  it("keeps to the rules that are wanted", async () => {
    const mail = patchMail({ "mm/age.c": good }, { "mm/age.c": leaky }, "mm: look at old ones only");
    const options = { tree: directory(tree) };
    expect(findingsOf(await reviewTexts([mail], { ...options, only: ["map-balance"] }))).toEqual(["introduced map-balance count_young()"]);
    expect(findingsOf(await reviewTexts([mail], { ...options, skip: ["map-balance"] }))).toEqual(["introduced lock-balance count_young()"]);
  });
});

describe("the base", () => {
  const mail = (): string => patchMail({ "mm/age.c": good }, { "mm/age.c": untested }, "mm: trust the map");

  it("is said, with the version's origin", async () => {
    const patch = onlyPatch(await reviewTexts([mail()], { tree: directory(tree) }));
    expect(patch.base.kind).toBe("directory");
    expect(patch.kernel).toEqual({ version: "6.12", from: "tree Makefile" });
  });

  it("decides which contracts hold: before 6.5 the map could not fail", async () => {
    const report = await reviewTexts([mail()], { tree: directory({ ...tree, ...kernelFiles(6, 4) }) });
    expect(findingsOf(report)).toEqual([]);
  });

  it("is found by the blob in a repository whose files have moved on", async () => {
    const repo = repository([{ subject: "base", files: tree }, { subject: "later", files: { "mm/age.c": `${head}${countYoung}` } }]);
    const patch = onlyPatch(await reviewTexts([mail()], { tree: repo, ...mapFailure }));
    expect(patch.base.kind).toBe("matching-commit");
    expect(patch.findings.map(inShort)).toEqual(["introduced map-failure drop_one()"]);
  });

  it("may be off by lines: said, and the findings stand where git apply puts the lines", async () => {
    const moved = `/* one\n * two\n * three\n * four\n */\n${good}`;
    const dir = directory({ ...tree, "mm/age.c": moved });
    const patch = onlyPatch(await reviewTexts([mail()], { tree: dir, ...mapFailure }));
    expect(patch.notes).toEqual(expect.arrayContaining([expect.stringMatching(/^mm\/age\.c: hunk 1 applied at an offset of 5 lines/)]));
    const copy = directory({ "mm/age.c": moved });
    writeFileSync(join(copy, "mail"), mail());
    execFileSync("git", ["apply", "mail"], { cwd: copy, env: { ...process.env, GIT_CEILING_DIRECTORIES: join(copy, "..") } });
    const applied = readFileSync(join(copy, "mm/age.c"), "utf8");
    expect(patch.findings.map((finding) => finding.line)).toEqual([lineOf(applied, "\tptep_clear_flush(")]);
  });

  it("may have the patch already: then the images are those before and after it all the same", async () => {
    const patch = onlyPatch(await reviewTexts([mail()], { tree: directory({ ...tree, "mm/age.c": untested }), ...mapFailure }));
    expect(patch.notes.join("\n")).toContain("already applied");
    expect(patch.findings.map(inShort)).toEqual(["introduced map-failure drop_one()"]);
  });

  it("may not fit: what was tried is said, and the hunks are reviewed on their own", async () => {
    const patch = onlyPatch(await reviewTexts([mail()], { tree: directory({ ...kernelFiles(6, 12), "mm/age.c": "int nothing_alike;\n" }) }));
    expect(patch.base.kind).toBe("none");
    expect(patch.notes.length).toBeGreaterThan(0);
    expect(patch.notes.every((note) => note.startsWith("mm/age.c: "))).toBe(true);
    expect(patch.functions.map((fn) => [fn.name, fn.coverage])).toEqual([["drop_one", "partial"]]);
  });
});

describe("a series", () => {
  const commits = [
    { subject: "base", files: tree },
    { subject: "mm: trust the map", files: { "mm/age.c": untested } },
    { subject: "mm: test the map again", files: { "mm/age.c": good } },
  ];

  it("is applied on top of itself: a hazard of 1/2 that 2/2 closes is said so", async () => {
    const report = await reviewTexts([formatPatch(repository(commits), "HEAD~2..HEAD")], { tree: directory(tree), ...mapFailure });
    expect(report.patches.map((patch) => [patch.index, patch.total, patch.findings.map(inShort)])).toEqual([
      [1, 2, ["introduced map-failure drop_one()"]],
      [2, 2, ["fixed map-failure drop_one()"]],
    ]);
  });

  it("names both patches where one closes what another opened, also when lines move in between", async () => {
    const moved = (text: string): string => edit(text, "static void drop_one", "static void nothing(void)\n{\n}\n\nstatic void drop_one");
    const three = [commits[0]!, commits[1]!, { subject: "mm: add nothing", files: { "mm/age.c": moved(untested) } }, { subject: "mm: test the map again", files: { "mm/age.c": moved(good) } }];
    const [first, second, third] = (await reviewTexts([formatPatch(repository(three), "HEAD~3..HEAD")], { tree: directory(tree), ...mapFailure })).patches;
    expect([first, second, third].map((patch) => patch!.findings.map(inShort))).toEqual([["introduced map-failure drop_one()"], [], ["fixed map-failure drop_one()"]]);
    expect(first!.notes).toContain("opens a hazard that patch 3/3 closes: map-failure in drop_one()");
    expect(second!.notes).toEqual([]);
    expect(third!.notes).toContain("closes a hazard that patch 1/3 opened: map-failure in drop_one()");
    // What stays open is said to be closed by nobody, and what another series closes is none of this one's.
    const alone = await reviewTexts([formatPatch(repository(three), "HEAD~3..HEAD~1")], { tree: directory(tree), ...mapFailure });
    expect(alone.patches.flatMap((patch) => patch.notes.filter((note) => note.includes("hazard")))).toEqual([]);
  });

  it("keeps the fingerprint of a finding across revisions and moved lines, and has another for another function", async () => {
    const fingerprintsOf = async (text: string): Promise<string[]> => onlyPatch(await reviewTexts([patchMail({ "mm/age.c": good }, { "mm/age.c": text }, "mm: x")], { tree: directory(tree), ...mapFailure })).findings.map((finding) => finding.fingerprint);
    const [one] = await fingerprintsOf(untested);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    const later = edit(untested, head, `${head}/* What the\n * first revision\n * did not say. */\n`);
    expect(await fingerprintsOf(later)).toEqual([one]);
    expect(await fingerprintsOf(edit(later, "spinlock_t *ptl;\n\tpte_t *pte;\n\n\tpte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);\n\tptep", "spinlock_t *ptl;\n\tpte_t *pte;\n\n\t/* v3 */\n\tpte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);\n\tptep"))).toEqual([one]);
    const [other] = await fingerprintsOf(untested.replaceAll("drop_one", "drop_two"));
    expect(other).not.toBe(one);
  });

  it("is put in order, whatever order its mails come in and however many files they are in", async () => {
    const repo = repository(commits);
    const [first, second] = formatPatch(repo, "HEAD~2..HEAD").split(/^(?=From [0-9a-f]{40} Mon)/m) as [string, string];
    const report = await reviewTexts([second, first], { tree: directory(tree), ...mapFailure });
    expect(report.patches.map((patch) => patch.index)).toEqual([1, 2]);
    expect(findingsOf(report)).toEqual(["introduced map-failure drop_one()", "fixed map-failure drop_one()"]);
  });

  it("that misses a patch is still reviewed, and says what is missing", async () => {
    const [, second] = formatPatch(repository(commits), "HEAD~2..HEAD").split(/^(?=From [0-9a-f]{40} Mon)/m) as [string, string];
    const patch = onlyPatch(await reviewTexts([second], { tree: directory(tree) }));
    expect(patch.notes.join("\n")).toContain("not in the input: patch 1 of 2");
  });

  it("may be commits of the checkout that the command runs in", async () => {
    const repo = repository(commits);
    const report = await reviewInputs({ inputs: ["HEAD~2.."], cwd: join(repo, "mm"), ...mapFailure });
    expect(report.inputs).toEqual([{ path: "HEAD~2..", messages: 2, patches: 2, skipped: [], troubles: [] }]);
    expect(report.patches.map((patch) => patch.subject)).toEqual(["mm: trust the map", "mm: test the map again"]);
    expect(report.patches.map((patch) => patch.kernel.from)).toEqual(["tree Makefile", "tree Makefile"]);
    expect(findingsOf(report)).toEqual(["introduced map-failure drop_one()", "fixed map-failure drop_one()"]);
  });

  it("of two inputs of which one can't be read is reviewed, and the other fails", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "good.mbox"), formatPatch(repository(commits), "HEAD~2..HEAD"));
    const report = await reviewInputs({ inputs: ["good.mbox", "missing.mbox"], cwd: folder, tree: directory(tree) });
    expect(report.patches).toHaveLength(2);
    expect(report.inputs.map((input) => [input.path, input.messages, input.failed])).toEqual([["good.mbox", 2, undefined], ["missing.mbox", 0, "no such file"]]);
  });
});

describe("helpers", () => {
  const lockTable = "spinlock_t *lock_table(struct mm_struct *mm, pmd_t *pmd)\n{\n\treturn pmd_lock(mm, pmd);\n}\n";
  const makeOld = `${head}static void make_old(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl = lock_table(mm, pmd);

	set_pmd_at(mm, addr, pmd, pmd_mkold(pmdp_get(pmd)));
	spin_unlock(ptl);
}
`;
  const proofs = (report: Awaited<ReturnType<typeof reviewTexts>>): string[] =>
    report.patches.flatMap((patch) => patch.functions.filter((fn) => fn.name === "make_old").flatMap((fn) => fn.proofs.map((proof) => proof.rule)));

  it("that another file of the patch defines are known, without a tree, too", async () => {
    const alone = await reviewTexts([patchMail({ "mm/none.c": "" }, { "mm/old.c": makeOld }, "mm: make old")], { kernel: "6.12" });
    expect(proofs(alone)).not.toContain("entry-lock");
    const both = await reviewTexts([patchMail({ "mm/none.c": "" }, { "mm/locks.c": lockTable, "mm/old.c": makeOld }, "mm: make old")], { kernel: "6.12" });
    expect(proofs(both)).toContain("entry-lock");
  });

  it("are told what their callers in other files hold", async () => {
    const setOld = (value: string): string => `void set_old(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\tset_pmd_at(mm, addr, pmd, ${value}(pmdp_get(pmd)));\n}\n`;
    const caller = `${head}void make_old(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\tspinlock_t *ptl = pmd_lock(mm, pmd);\n\n\tset_old(mm, pmd, addr);\n\tspin_unlock(ptl);\n}\n`;
    const mail = patchMail({ "mm/set.c": setOld("pmd_mkold") }, { "mm/set.c": setOld("pmd_mkclean") }, "mm: clean it");
    const proved = async (files: Record<string, string>): Promise<string[]> => {
      const report = await reviewTexts([mail], { tree: directory({ ...kernelFiles(6, 12), "mm/set.c": setOld("pmd_mkold"), ...files }) });
      return report.patches.flatMap((patch) => patch.functions.flatMap((fn) => fn.proofs.map((proof) => proof.rule)));
    };
    expect(await proved({ "mm/old.c": caller })).toContain("entry-lock");
    expect(await proved({ "mm/old.c": edit(caller, "pmd_lock(", "pmd_lockptr(") })).not.toContain("entry-lock");
    expect(await proved({})).not.toContain("entry-lock");
  });

  it("of the tree are taken as earlier patches of the series leave them", async () => {
    const unlocked = edit(lockTable, "pmd_lock(", "pmd_lockptr(");
    const commits = [
      { subject: "base", files: { ...kernelFiles(6, 12), "mm/internal.h": unlocked, "mm/old.c": `#include "internal.h"\n` } },
      { subject: "mm: lock it", files: { "mm/internal.h": lockTable } },
      { subject: "mm: make old", files: { "mm/old.c": `#include "internal.h"\n${makeOld}` } },
    ];
    const repo = repository(commits);
    const dir = directory(commits[0]!.files);
    const [first, second] = formatPatch(repo, "HEAD~2..HEAD").split(/^(?=From [0-9a-f]{40} Mon)/m) as [string, string];
    expect(proofs(await reviewTexts([first + second], { tree: dir }))).toContain("entry-lock");
    expect(proofs(await reviewTexts([second], { tree: dir }))).not.toContain("entry-lock");
  });
});

describe("two runs", () => {
  it("give the same report but for the time", async () => {
    const mail = patchMail({ "mm/age.c": good }, { "mm/age.c": leaky }, "mm: look at old ones only");
    const folder = directory({ mail });
    const dir = directory(tree);
    const run = async (): Promise<string> => {
      const report = await reviewInputs({ inputs: ["mail"], cwd: folder, tree: dir, all: true, strict: true });
      return JSON.stringify({ ...report, summary: { ...report.summary, elapsedMs: 0 } });
    };
    expect(await run()).toBe(await run());
  });
});
