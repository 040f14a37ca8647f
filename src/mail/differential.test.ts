/**
 * The same mails through `git mailsplit` and `git mailinfo`: an independent reader of mailboxes and patch mails, and the
 * one whose reading counts, as `git am` uses it. Runs over our fixtures, and over the corpus of real mails where it is there.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseDiff } from "../diff/index.ts";
import { readInput } from "./read.ts";
import type { MessageEvent } from "./types.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "mmreview-git-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

interface GitMail {
  readonly subject: string;
  /** The patch from its first diff line on, with whatever stands behind it. */
  readonly diff: string;
}

let runs = 0;
/** Every mail of a mailbox as git reads it. */
function readWithGit(path: string): GitMail[] {
  const folder = join(scratch, String(runs++));
  mkdirSync(folder);
  execFileSync("git", ["mailsplit", "--mboxrd", `-o${folder}`, path]);
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const info = execFileSync("git", ["mailinfo", "-k", "--encoding=UTF-8", join(folder, "msg"), join(folder, "patch")], { input: readFileSync(join(folder, name)), encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
      const patch = readFileSync(join(folder, "patch"), "utf8");
      const at = patch.search(/^(?:diff --git |--- \S.*\n\+\+\+ |Index: )/m);
      return { subject: /^Subject: (.*)$/m.exec(info)?.[1] ?? "", diff: at < 0 ? "" : patch.slice(at) };
    });
}

async function readWithUs(path: string): Promise<MessageEvent[]> {
  const events: MessageEvent[] = [];
  for await (const event of readInput(path)) if (event.kind === "message") events.push(event);
  return events;
}

/** Compares all mails of a mailbox that are patch mails for both; returns how many there were. */
async function compare(path: string): Promise<number> {
  const ours = await readWithUs(path);
  const theirs = readWithGit(path);
  expect(ours).toHaveLength(theirs.length);
  let compared = 0;
  ours.forEach((mail, i) => {
    const patch = mail.patches.find((one) => one.carrier === "patch");
    if (!patch) return;
    expect(mail.message.subject, `${path} mail ${i}`).toBe(theirs[i]!.subject.replace(/\s+/g, " ").slice(0, 500).trim());
    // git keeps signatures and footers; behind our diff there must be nothing that is part of one.
    const ours = patch.diff.trimEnd();
    expect(theirs[i]!.diff.slice(0, ours.length), `${path} mail ${i}: ${mail.message.subject}`).toBe(ours);
    expect(theirs[i]!.diff.slice(ours.length), `${path} mail ${i}: ${mail.message.subject}`).not.toMatch(/^(?:@@ |diff --git |\+\+\+ |\+\S|-[^-\s]|[+ -]\t)/m);
    compared++;
  });
  return compared;
}

/** Lines added and removed by file, as git tells them. */
function numstat(diff: string): string {
  return parseDiff(diff).files.map(({ newPath, hunks }) => {
    const lines = hunks.flatMap((hunk) => hunk.lines);
    const count = (kind: "add" | "del"): number => lines.filter((line) => line.kind === kind).length;
    return `${count("add")}\t${count("del")}\t${newPath}\n`;
  }).join("");
}

describe("fixtures as git reads them", () => {
  it.each(["prefill-v1.mbox", "prefill-v2.mbox", "dialects/mboxrd.mbox", "dialects/public-inbox.mbox", "dialects/crlf.mbox"])("%s", async (name) => {
    expect(await compare(join(root, "fixtures/mail", name))).toBeGreaterThan(1);
  });

  it.each(["prefill-v1.mbox", "prefill-v2.mbox", "lazyfill.eml"])("%s has the lines added and removed that git apply counts", async (name) => {
    const patches = (await readWithUs(join(root, "fixtures/mail", name))).flatMap((mail) => mail.patches.filter((one) => one.carrier === "patch"));
    const counted = patches.map(({ diff }) => execFileSync("git", ["apply", "--numstat", "-"], { input: diff, encoding: "utf8", cwd: scratch }));
    expect(counted.length).toBeGreaterThan(0);
    expect(patches.map(({ diff }) => numstat(diff))).toEqual(counted);
  });
});

const corpus = join(root, "../shared/corpus");

describe.skipIf(!existsSync(corpus))("real mails (skipped: no ../shared/corpus)", () => {
  it("wild-dev: every patch mail has the diff that git takes from it", async () => {
    expect(await compare(join(corpus, "wild-dev.mbox"))).toBeGreaterThan(170);
  });

  it.each(["known", "reviewed"])("%s", async (set) => {
    let compared = 0;
    for (const name of readdirSync(join(corpus, set)).filter((one) => one.endsWith(".mbox"))) compared += await compare(join(corpus, set, name));
    expect(compared).toBeGreaterThan(30);
  });

  it("every mail is accounted for, and the follow-ups hold the hunks that were counted by hand", async () => {
    const rows = readFileSync(join(corpus, "wild-dev.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { message_id: string; hunks: number; quoted_files: string[] });
    const mails = await readWithUs(join(corpus, "wild-dev.mbox"));
    expect(mails.map((mail) => `<${mail.message.id}>`)).toEqual(rows.map((row) => row.message_id));
    mails.forEach((mail, i) => {
      const own = mail.patches.filter((patch) => patch.carrier !== "quoted").map((patch) => patch.diff).join("");
      expect([i, own.match(/^@@ -/gm)?.length ?? 0]).toEqual([i, rows[i]!.hunks]);
      expect([i, mail.patches.length > 0]).toEqual([i, mail.skipped === null]);
      // A quoted diff is found wherever the corpus names a quoted file.
      if (rows[i]!.quoted_files.length > 0) expect([i, mail.patches.length > 0 || /head of a diff/.test(mail.skipped?.reason ?? "")]).toEqual([i, true]);
    });
  });
});

const seeds = join(root, "../shared/seeds");

describe.skipIf(!existsSync(seeds))("the seed mails (skipped: no ../shared/seeds)", () => {
  const expected: Readonly<Record<string, readonly string[]>> = { "000": ["quoted"], "001": [], "002": ["follow-up"], "003": ["quoted"], "004": ["patch"] };

  it.each(Object.keys(expected))("%s", async (number) => {
    const path = join(seeds, readdirSync(seeds).find((name) => basename(name).startsWith(number))!);
    const mails = await readWithUs(path);
    expect(mails.map((mail) => mail.patches.map((patch) => patch.carrier))).toEqual([expected[number]]);
  });
});
