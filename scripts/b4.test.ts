/** Debian's b4 beside mmreview: what b4 makes of a thread is reviewed as the thread itself, and b4's own check command where b4 is new enough (0.14). */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { havePublicInbox, serveInbox } from "../fixtures/mail/public-inbox.ts";
import { removeFolders, reviewInputs, temporaryFolder } from "../fixtures/review/harness.ts";

const root = join(import.meta.dirname, "..");
const mbox = join(root, "fixtures/mail/prefill-v1.mbox");
const cover = "20241118081000.4711-1-robin.castell@example.org";
const tool = `${process.execPath} ${join(root, "bin/mmreview.js")}`;
const haveB4 = spawnSync("b4", ["--version"]).status === 0;
const haveCheck = haveB4 && spawnSync("b4", ["prep", "--help"], { encoding: "utf8" }).stdout.includes("--check ");

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, ".gitconfig"), "[user]\n\tname = Dev\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n");
  run("git", "init", "--quiet", ".");
  mkdirSync(join(folder, "out"));
});
afterEach(removeFolders);

function run(program: string, ...words: readonly string[]): string {
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
  return stdout;
}

async function findings(file: string): Promise<string[]> {
  const report = await reviewInputs({ inputs: [file], cwd: folder });
  expect(report.inputs[0]).not.toHaveProperty("failed");
  return report.patches.flatMap((patch) => patch.findings.map(({ rule, line }) => `${patch.index}/${patch.total} ${rule} ${line}`));
}

describe.runIf(haveB4)("b4 (skipped where it is not installed)", () => {
  it("am: the mailbox that it makes ready has the thread's findings", async () => {
    run("b4", "--offline-mode", "am", "-m", mbox, "-o", "out", cover);
    const [ready] = readdirSync(join(folder, "out")).filter((name) => name.endsWith(".mbx"));
    const expected = await findings(mbox);
    expect(expected).toEqual(["1/2 publish-order 66", "2/2 map-failure 67"]);
    expect(await findings(join("out", ready!))).toEqual(expected);
  });

  it("am -o-: piped in", () => {
    const line = `b4 --offline-mode am -m '${mbox}' -o- ${cover} 2>/dev/null | ${tool} --fail-on never --format b4 -`;
    const printed = run("bash", "-c", line);
    expect(printed.split("\n").map((text) => text.split(": ").slice(0, 3).join(": "))).toEqual(["mm/prefill.c:66: ERROR: publish-order", "mm/prefill.c:67: ERROR: map-failure", ""]);
  });

  it.runIf(havePublicInbox)("mbox: fetches from an archive what mmreview fetches itself", async () => {
    const mails = readFileSync(mbox, "utf8").split(/^From mboxrd@z .*\n/m).filter((mail) => mail !== "");
    const inbox = await serveInbox(mails);
    try {
      const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
      run("git", "config", "b4.midmask", `${inbox.url}/%s`);
      // Not spawnSync: the archive is served by a process of its own, but b4 must not outlive the test.
      const { status } = spawnSync("b4", ["mbox", "-o", "out", cover], { cwd: folder, env, timeout: 60_000 });
      expect(status).toBe(0);
      const [fetched] = readdirSync(join(folder, "out"));
      const own = await reviewInputs({ inputs: [cover], cwd: folder, archive: inbox.url });
      expect(await findings(join("out", fetched!))).toEqual(own.patches.flatMap((patch) => patch.findings.map(({ rule, line }) => `${patch.index}/${patch.total} ${rule} ${line}`)));
    } finally {
      await inbox.stop();
    }
  });

  it.runIf(haveCheck)("prep --check: a finding fails the check of its patch (skipped before b4 0.14)", () => {
    writeFileSync(join(folder, "count.c"), "int a;\n");
    run("git", "add", "count.c");
    run("git", "commit", "--quiet", "-m", "base");
    run("b4", "--offline-mode", "prep", "-n", "topic", "-f", "HEAD");
    const body = "int count_ptes(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)\n{\n\tspinlock_t *ptl;\n\tpte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);\n\tint n = pte_none(ptep_get(pte));\n\n\tpte_unmap_unlock(pte, ptl);\n\treturn n;\n}\n";
    writeFileSync(join(folder, "count.c"), body);
    run("git", "commit", "--quiet", "-a", "-m", "mm: count");
    run("git", "config", "b4.prep-perpatch-check-cmd", `${tool} --no-config --format b4 -`);
    const { stdout, stderr } = spawnSync("b4", ["--offline-mode", "prep", "--check"], { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } });
    expect(stdout + stderr).toContain("map-failure");
  });
});
