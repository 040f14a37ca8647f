/** What is reviewed for the compiled code: nothing of it may have gone out of use, as a patch that no longer applies is reviewed by its hunks alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { reviewInputs } from "../fixtures/review/harness.ts";
import { trainingWords } from "./training.ts";

const folder = mkdtempSync(join(tmpdir(), "mmreview-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the training of the compiled code", () => {
  const [option, tree, ...inputs] = trainingWords(join(import.meta.dirname, ".."), folder);

  it("reviews mails alone and patches that apply to its tree, with replays", async () => {
    expect(option).toBe("--tree");
    const report = await reviewInputs({ inputs, tree: tree!, cwd: folder });
    expect(report.inputs.filter(({ failed }) => failed)).toEqual([]);
    const onTree = report.patches.filter(({ subject }) => subject.startsWith("[PATCH] mm: demo: change walks"));
    expect(onTree.map(({ base, notes }) => ({ kind: base.kind, notes }))).toEqual([1, 2, 3].map(() => ({ kind: "directory", notes: [] })));
    expect(report.patches.some(({ functions }) => functions.some(({ coverage }) => coverage === "partial"))).toBe(true);
    for (const word of ["takes the same steps", "holds beside the actors"]) {
      expect(onTree.some(({ functions }) => functions.some(({ proofs }) => proofs.some(({ text }) => text.startsWith(word))))).toBe(true);
    }
    expect(onTree.some(({ findings }) => findings.some(({ trace }) => trace !== null))).toBe(true);
  });
});
