/**
 * 300 mails of a kernel list, of all shapes (../shared/corpus; left out when it is not there): each is accounted for,
 * and lines stand where git puts them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";
import type { FilePatch } from "./core/diff.ts";
import { parseDiff } from "./diff/index.ts";
import { readSeries } from "./mail/index.ts";
import { partialImages } from "./tree/index.ts";

const corpus = join(import.meta.dirname, "../../shared/corpus");
const mailbox = join(corpus, "wild-dev.mbox");

afterEach(removeFolders);

describe.skipIf(!existsSync(mailbox))("mails from the wild", () => {
  it("are each reviewed or listed with a reason, and none breaks the tool", async () => {
    const report = await reviewInputs({ inputs: [mailbox], cwd: temporaryFolder() });
    const listed = readFileSync(join(corpus, "wild-dev.jsonl"), "utf8").trimEnd().split("\n");
    const ids = listed.map((line) => (JSON.parse(line) as { message_id: string }).message_id.replace(/^<|>$/g, ""));
    const fates = new Map<string, number>();
    for (const id of new Set(report.patches.map((patch) => patch.messageId))) fates.set(id, 1);
    for (const { messageId, reason } of report.inputs[0]!.skipped) {
      expect(reason).not.toBe("");
      fates.set(messageId, (fates.get(messageId) ?? 0) + 1);
    }
    expect(report.inputs[0]).toMatchObject({ messages: ids.length, patches: report.patches.length, troubles: [] });
    expect(ids.filter((id) => fates.get(id) !== 1)).toEqual([]);
    expect(Array.from(fates.keys()).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("have their lines where git apply puts them", async () => {
    let seen = 0;
    let compared = 0;
    for await (const event of readSeries([mailbox], { revisions: "all" })) {
      if (event.kind !== "series") continue;
      for (const patch of event.series.patches) {
        const diff = parseDiff(patch.diff);
        // What had to be mended is not what git would apply; mended diffs have tests of their own.
        if (diff.repairs.length > 0 || diff.troubles.length > 0) continue;
        for (const file of diff.files) {
          // Every fourth one: a process each takes its time.
          if (/\.[ch]$/.test(file.newPath ?? "") && seen++ % 4 === 0 && compareWithGit(file, patch.diff)) compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(300);
  });
});

/** Applies the patch to a file that has the old lines in their places and anything in between. False when it changes no text. */
function compareWithGit(file: FilePatch, diff: string): boolean {
  const { pre, post } = partialImages(file, false);
  if (pre === null || post === null || file.binary || file.change === "copy" || (file.change === "rename" && file.similarity === null)) return false;
  const folder = temporaryFolder();
  const between = (line: number): string => `between ${line}`;
  const isKnown = (image: typeof pre, line: number): boolean => !image.gaps.some((gap) => gap.from <= line && line <= gap.to);
  const old = pre.lines.map((text, i) => (isKnown(pre, i + 1) ? text : between(i + 1)));
  const path = join(folder, file.oldPath!);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${[...old, ...(endsFile(file) ? [] : [between(old.length + 1)])].join("\n")}\n`);
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
  execFileSync("git", ["apply", "--whitespace=nowarn", `--include=${file.newPath}`, "-"], { cwd: folder, input: diff, env, stdio: ["pipe", "ignore", "pipe"] });
  const applied = readFileSync(join(folder, file.newPath!), "utf8").split("\n");
  const wrong = post.lines.flatMap((text, i) => (isKnown(post, i + 1) && applied[i] !== text ? [`${file.newPath}:${i + 1}: ${text} | ${applied[i]}`] : []));
  expect(wrong).toEqual([]);
  return true;
}

/** git takes a last hunk with less than three lines of context after its change for the end of the file. */
function endsFile(file: FilePatch): boolean {
  return file.hunks.at(-1)!.lines.slice(-3).some((line) => line.kind !== "context");
}
