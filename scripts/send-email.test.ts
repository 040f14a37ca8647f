/** Real `git send-email` and the built tool, with a mail program that writes to a file: the hook's recorded run, and replies that the email format prints. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitCanSend, removeFolders, temporaryFolder } from "../fixtures/review/harness.ts";

const root = join(import.meta.dirname, "..");

describe.runIf(gitCanSend())("git send-email (skipped where it cannot send)", () => {
  let folder = "";
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(removeFolders);

  it("the hook of the README's tour holds back a patch with a confirmed error", () => {
    const { status, stdout } = spawnSync("sh", [join(root, "scripts/tour-hook.sh")], { encoding: "utf8", env: { PATH: process.env["PATH"], NODE: process.execPath } });
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual(["$ mmreview hook install", "wrote .git/hooks/sendemail-validate"]);
    expect(stdout).toMatch(/^mm\/lazyfill\.c:\d+:\d+: error: .*$/m);
    expect(stdout).toMatch(/^mmreview: \d+ confirmed errors?: held back\./m);
    expect(lines.at(-1)).toBe("(nothing was sent)");
  });

  it("sends each reply of the email format below its own patch", () => {
    const sent = join(folder, "sent");
    writeFileSync(join(folder, "sendmail"), `#!/bin/sh\ncat >> '${sent}'\n`);
    chmodSync(join(folder, "sendmail"), 0o755);
    mkdirSync(join(folder, "out"));
    const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_NAME: "R", GIT_AUTHOR_EMAIL: "r@example.org", GIT_COMMITTER_NAME: "R", GIT_COMMITTER_EMAIL: "r@example.org" };
    const run = (program: string, ...words: readonly string[]): number | null => spawnSync(program, words, { cwd: folder, env }).status;
    run("git", "init", "--quiet", ".");
    expect(run(process.execPath, join(root, "bin/mmreview.js"), "--no-config", "--format", "email", "--output", "replies", join(root, "fixtures/mail/prefill-v1.mbox"))).toBe(1);
    expect(run("git", "mailsplit", "-oout", "replies")).toBe(0);
    const mails = readdirSync(join(folder, "out")).map((name) => join("out", name));
    expect(mails).toHaveLength(2);
    expect(existsSync(sent)).toBe(false);
    expect(run("git", "send-email", "--quiet", "--confirm=never", `--smtp-server=${join(folder, "sendmail")}`, ...mails)).toBe(0);
    const text = readFileSync(sent, "utf8");
    expect(text.match(/^Subject: .*/gm)).toEqual(["Subject: Re: [PATCH 1/2] mm: prefill: allocate the page table before faulting", "Subject: Re: [PATCH 2/2] mm: prefill: fill a whole PTE table under one lock"]);
    expect(text.match(/^In-Reply-To: .*/gm)).toEqual(["In-Reply-To: <20241118081000.4711-2-robin.castell@example.org>", "In-Reply-To: <20241118081000.4711-3-robin.castell@example.org>"]);
    expect(text.match(/^To: .*/gm)).toEqual(['To: "Robin Castell" <robin.castell@example.org>', 'To: "Robin Castell" <robin.castell@example.org>']);
  });
});
