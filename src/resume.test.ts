/** A run that was interrupted goes on where it was, and ends with the report of one that was not. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { patchMail, removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";
import type { EventSink } from "./core/events.ts";
import { type Report, review } from "./index.ts";

afterEach(removeFolders);

const before = (n: number): string => `static void walk_${n}(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	if (!pte)
		return;
	pte_unmap_unlock(pte, ptl);
}
`;

const mails: string[] = [];

/** Patches that each drop a test; always the same mails, though git makes their ids from the clock. */
function archive(count: number): string {
  for (let n = mails.length; n < count; n++) {
    mails.push(patchMail({ "mm/a.c": before(n) }, { "mm/a.c": before(n).replace("\tif (!pte)\n\t\treturn;\n", "") }, `mm: drop ${n}`));
  }
  return mails.slice(0, count).join("\n");
}

function inFolder(mails: string): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "box.mbox"), mails);
  return cwd;
}

const plain = (report: Report): unknown => ({ ...report, summary: { ...report.summary, elapsedMs: 0 } });
const lines = (cwd: string): string[] => readFileSync(join(cwd, "done"), "utf8").split("\n").slice(0, -1);

async function interrupted(cwd: string, after: number): Promise<void> {
  const stop: EventSink = (event) => {
    if (event.kind === "progress" && event.phase === "review" && event.done === after) throw new Error("power failure");
  };
  const request = { inputs: ["box.mbox"], cwd, resume: "done", tree: null, base: null, all: false, kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false };
  await expect(review(request, stop)).rejects.toThrow("power failure");
}

describe("--resume", () => {
  it("goes on behind the last result, even when that one was cut in writing", async () => {
    const whole = await reviewInputs({ inputs: ["box.mbox"], cwd: inFolder(archive(6)) });
    expect(whole.patches).toHaveLength(6);
    const cwd = inFolder(archive(6));
    await interrupted(cwd, 3);
    const kept = lines(cwd);
    expect(kept).toHaveLength(1 + 3);
    appendFileSync(join(cwd, "done"), kept[2]!.slice(0, 40));
    expect(plain(await reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done" }))).toEqual(plain(whole));
    expect(lines(cwd).slice(0, 4)).toEqual(kept);
    expect(lines(cwd)).toHaveLength(1 + 6);
  });

  it("takes what it has, and reviews what is new", async () => {
    const cwd = inFolder(archive(2));
    await reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done" });
    const marked = lines(cwd).map((line, n) => (n === 1 ? line.replace('"subject":"[PATCH] mm: drop 0"', '"subject":"taken"') : line));
    writeFileSync(join(cwd, "done"), `${marked.join("\n")}\n`);
    writeFileSync(join(cwd, "box.mbox"), archive(3));
    const report = await reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done" });
    expect(report.patches.map((patch) => patch.subject)).toEqual(["taken", "[PATCH] mm: drop 1", "[PATCH] mm: drop 2"]);
  });

  it("goes on in a long archive as well, whose reports lie on disk", async () => {
    // Mails are made by git; more of them than stay in memory (src/review.ts) come from a few.
    const few = archive(6);
    const many = Array.from({ length: 12 }, (_none, copy) => few.replaceAll(/^Message-ID: <|^Message-Id: </gim, (head) => `${head}${copy}.`).replaceAll(/^Subject: (.*)$/gm, `Subject: $1 of ${copy}`).replaceAll(/walk_(\d)/g, `walk_${copy}_$1`)).join("\n");
    const cwd = inFolder(many);
    await interrupted(cwd, 70);
    const report = await reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done" });
    expect(report.patches).toHaveLength(72);
    expect(plain(report)).toEqual(plain(await reviewInputs({ inputs: ["box.mbox"], cwd: inFolder(many) })));
  });

  it("refuses a file of other work, and one that is something else", async () => {
    const cwd = inFolder(archive(1));
    await reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done" });
    await expect(reviewInputs({ inputs: ["box.mbox"], cwd, resume: "done", strict: true })).rejects.toThrow("was not made by this version with these options");
    await expect(reviewInputs({ inputs: ["box.mbox"], cwd, resume: "box.mbox" })).rejects.toThrow("was not made by this version");
    expect(readFileSync(join(cwd, "box.mbox"), "utf8")).toBe(archive(1));
  });
});
