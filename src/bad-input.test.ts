/** What can't be read, read as a whole or trusted: a clear sentence and the exit code that scripts rely on. */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type Ran, runCli } from "../fixtures/cli/harness.ts";
import { directory, dropOne, dropOneUnasked, type Files, kernelFiles, patchMail, removeFolders, repository, reviewInputs, temporaryFolder, writeFiles } from "../fixtures/review/harness.ts";
import { loadLibrary } from "./cli/library.ts";

afterEach(removeFolders);

const harmless = dropOne.replace("ptep_clear_flush(vma, addr, pte);", "ptep_clear_flush(vma, addr, pte);\n\tcond_resched_tasks_rcu_qs();");

const clean = (): string => patchMail({ "mm/one.c": dropOne }, { "mm/one.c": harmless }, "mm: be nice");
const bad = (): string => patchMail({ "mm/one.c": dropOne }, { "mm/one.c": dropOneUnasked }, "mm: trust the map");

/** Runs the command in a folder with these files. */
async function run(files: Files, ...argv: readonly string[]): Promise<Ran> {
  const cwd = directory(files);
  return runIn(cwd, ...argv);
}

async function runIn(cwd: string, ...argv: readonly string[]): Promise<Ran> {
  return runCli(["--kernel", "6.12", ...argv], { cwd, library: await loadLibrary() });
}

/** No stack, no path of ours, no control codes, and something that the user typed. */
function expectPlain(ran: Ran): void {
  expect(ran.stdout + ran.stderr).not.toMatch(/\bat .*\.[jt]s:\d+|node:internal|bug of mmreview/);
  // oxlint-disable-next-line no-control-regex -- they must not come out
  expect(ran.stdout + ran.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
}

describe("exit codes", () => {
  it("0 for a clean patch, 1 for one with an error", async () => {
    expect((await run({ "a.patch": clean() }, "a.patch")).code).toBe(0);
    const ran = await run({ "a.patch": bad() }, "a.patch");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("[map-failure]");
  });

  it("2 for a wrong option, with a hint and no review", async () => {
    const ran = await run({ "a.patch": clean() }, "--fail-on", "everything", "a.patch");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expectPlain(ran);
  });

  it("2 for a base that is no commit", async () => {
    const cwd = directory({ "a.patch": clean() });
    const tree = repository([{ subject: "base", files: { ...kernelFiles(6, 12), "mm/one.c": dropOne } }]);
    const ran = await runIn(cwd, "--tree", tree, "--base", "no-such-tag", "a.patch");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("no-such-tag");
  });

  it("4 for a bug of ours, never silent", async () => {
    const ran = await runCli(["a.patch"], { cwd: directory({ "a.patch": clean() }), library: { review: () => Promise.reject(new TypeError("x is undefined")) } });
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain("bug of mmreview");
  });
});

describe("inputs that can't be read end with 3 and say why", () => {
  const cases: readonly (readonly [string, Files, RegExp])[] = [
    ["missing.mbox", {}, /^missing\.mbox: no such file$/m],
    ["folder", { "folder/notes.txt": "x" }, /^folder: is a directory that is neither a Maildir nor holds/m],
    ["empty.mbox", { "empty.mbox": "" }, /^empty\.mbox: is empty$/m],
    ["blank.mbox", { "blank.mbox": "\n\n  \n" }, /^blank\.mbox: is empty/m],
  ];
  it.each(cases)("%s", async (name, files, message) => {
    const ran = await run(files, name);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toMatch(message);
    expectPlain(ran);
  });

  it("a binary file", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "core"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 3, 0, 0xff]));
    const ran = await runIn(cwd, "core");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("core: is a binary file, neither mail nor diff");
    expectPlain(ran);
  });

  it("a tree that is none", async () => {
    const ran = await run({ "a.patch": clean(), file: "x" }, "--tree", "nowhere", "a.patch");
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/nowhere.*no such directory/);
    expect((await run({ "a.patch": clean(), file: "x" }, "--tree", "file", "a.patch")).code).toBe(3);
  });

  it("beside one that can: what was read is reviewed, yet the code is 3", async () => {
    const ran = await run({ "a.patch": bad() }, "a.patch", "missing.mbox");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("[map-failure]");
    expect(ran.stdout).toContain("missing.mbox: no such file");
  });

  it("beside standard input, which can't be read twice", async () => {
    async function* once(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(bad());
    }
    const cwd = directory({ "b.mbox": clean() });
    writeFileSync(join(cwd, "core"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 3, 0, 0xff]));
    const report = await reviewInputs({ inputs: ["-", "core", "b.mbox"], cwd, stdin: once(), kernel: "6.12" });
    expect(report.inputs.map((input) => [input.path, input.messages, input.patches, input.failed ?? ""])).toEqual([
      ["-", 1, 1, ""], ["core", 0, 0, "is a binary file, neither mail nor diff"], ["b.mbox", 1, 1, ""],
    ]);
    expect(report.patches.map((patch) => patch.subject)).toEqual(["[PATCH] mm: trust the map", "[PATCH] mm: be nice"]);
  });

  it("in JSON: the reason is in the report and on standard error", async () => {
    const ran = await run({}, "--format", "json", "missing.mbox");
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ inputs: [{ path: "missing.mbox", failed: "no such file" }], patches: [] });
    expect(ran.stderr).toContain("missing.mbox: no such file");
  });
});

describe("truncated gzip", () => {
  it("is unreadable even if some of it could be reviewed", async () => {
    const cwd = temporaryFolder();
    // Random text after the patch does not compress, so that the cut falls behind the patch.
    const tail = Array.from({ length: 4000 }, (_item, i) => ((i * 7919) % 100_003).toString(36)).join(" ");
    const whole = gzipSync(`${bad()}\nFrom x@example.org Mon Sep 17 00:00:00 2001\nSubject: notes\n\n${tail}\n`);
    writeFileSync(join(cwd, "half.mbox.gz"), whole.subarray(0, Math.floor(whole.length * 0.8)));
    const ran = await runIn(cwd, "half.mbox.gz");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("half.mbox.gz: the gzip data ends too early: the file was truncated");
    expect(ran.stdout).toContain("[map-failure]");
    expectPlain(ran);
  });

  it("that breaks off in the header leaves nothing", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "half.mbox.gz"), gzipSync(clean()).subarray(0, 30));
    const ran = await runIn(cwd, "half.mbox.gz");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toMatch(/half\.mbox\.gz: the gzip data ends too early/);
  });

  it("that is whole is read", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "whole.mbox.gz"), gzipSync(clean()));
    expect((await runIn(cwd, "whole.mbox.gz")).code).toBe(0);
  });
});

describe("a mailbox cut in the middle", () => {
  const second = (): string => bad().replace("mm: trust the map", "mm: trust the map, too");

  it("of a patch's head: the patch that was promised is missing, so 3", async () => {
    const mail = second();
    const ran = await run({ "cut.mbox": clean() + mail.slice(0, mail.indexOf("\n---\n") - 3) }, "cut.mbox");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toMatch(/cut\.mbox: .*may have been cut/);
    expect(ran.stdout).toContain("1 of 2 messages not reviewed");
    expectPlain(ran);
  });

  it("of a hunk: what is left of it is reviewed, and the cut is said", async () => {
    const mail = second();
    const ran = await run({ "cut.mbox": clean() + mail.slice(0, mail.indexOf("\tpte_unmap_unlock")) }, "cut.mbox");
    expect(ran.stdout).toMatch(/cut\.mbox: .*may have been cut/);
    expect(ran.code).toBe(1);
    expectPlain(ran);
  });

  it("after the last line is whole, and no one worries", async () => {
    const ran = await run({ "whole.mbox": clean() + second().replace("trust", "believe") }, "whole.mbox");
    expect(ran.stdout).not.toContain("may have been cut");
    expect(ran.code).toBe(1);
  });
});

describe("100 MB in a single line", () => {
  it("is refused by its size, in bounded memory", async () => {
    const cwd = temporaryFolder();
    const file = openSync(join(cwd, "long.txt"), "w");
    const block = Buffer.alloc(1 << 20, "a");
    for (let i = 0; i < 100; i++) writeSync(file, block);
    closeSync(file);
    const before = process.memoryUsage().rss;
    const ran = await runIn(cwd, "long.txt");
    expect(ran.code).toBe(3);
    expect(ran.stdout.replace(/\s+/g, " ")).toMatch(/limit hit: the input is one mail or diff of more than 16 MiB in a single line/);
    expect(ran.stdout.length).toBeLessThan(5000);
    expect(ran.stdout).not.toContain("aaaa");
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * (1 << 20));
  });

  it("in a mail of a mailbox costs that mail, not the others", async () => {
    const cwd = temporaryFolder();
    const long = `From x@example.org Mon Sep 17 00:00:00 2001\nFrom: x@example.org\nSubject: [PATCH] long\n\n${"a".repeat(20 * (1 << 20))}\n\n`;
    writeFileSync(join(cwd, "box.mbox"), clean() + long + bad());
    const ran = await runIn(cwd, "box.mbox");
    expect(ran.stdout).toContain("1 of 3 messages not reviewed");
    expect(ran.stdout).toContain("limit hit");
    expect(ran.stdout).toContain("[map-failure]");
  });
});

describe("paths that climb out", () => {
  const climbing = `diff --git a/../../etc/passwd b/../../etc/passwd
--- a/../../etc/passwd
+++ b/../../etc/passwd
@@ -1,2 +1,3 @@
 root
+other
 end
`;

  it("are refused by name: nothing is left to review", async () => {
    const ran = await run({ "climb.diff": climbing, ...kernelFiles(6, 12) }, "--tree", ".", "climb.diff");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("refused: the path climbs out of the tree: ../../etc/passwd");
    expectPlain(ran);
  });

  it("cost their file, not the others", async () => {
    const mail = bad();
    const ran = await run({ "climb.patch": mail.replace("diff --git", () => `${climbing}diff --git`) }, "climb.patch");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("refused: the path climbs out of the tree: ../../etc/passwd");
    expect(ran.stdout).toContain("[map-failure]");
  });

  it("read nothing outside the tree", async () => {
    const outside = directory({ "secret.c": "int secret_value;\n" });
    const tree = join(outside, "tree");
    mkdirSync(tree);
    writeFiles(tree, kernelFiles(6, 12));
    const diff = "--- a/../secret.c\n+++ b/../secret.c\n@@ -1 +1 @@\n-int secret_value;\n+int shown;\n";
    const ran = await run({ "climb.diff": diff }, "--tree", tree, "--format", "json", "climb.diff");
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ patches: [{ files: [], base: { kind: "none" } }] });
    expect(readFileSync(join(outside, "secret.c"), "utf8")).toBe("int secret_value;\n");
  });
});

describe("a tree without git", () => {
  const cwd = (): string => directory({ "a.patch": bad() }, Object.fromEntries(Object.entries({ ...kernelFiles(6, 12), "mm/one.c": dropOne }).map(([path, text]) => [`tree/${path}`, text])));

  it("is read from its files", async () => {
    const ran = await runIn(cwd(), "--tree", "tree", "--format", "json", "a.patch");
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ patches: [{ base: { kind: "directory" } }] });
  });

  it("has no revisions: --base is a mistake of the user, a range is no file", async () => {
    expect((await runIn(cwd(), "--tree", "tree", "--base", "HEAD", "a.patch")).code).toBe(2);
    const ran = await runIn(cwd(), "--tree", "tree", "HEAD~3..");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("HEAD~3..: no such file; a range of revisions needs a kernel tree with git");
  });

  it("a missing file in the folder above is no range", async () => {
    expect((await run({}, "../missing.patch")).stdout).toMatch(/^\.\.\/missing\.patch: no such file$/m);
  });

  it("a file to scan where no kernel tree is: which says so", async () => {
    const ran = await runCli(["scan", "mm/mincore.c"], { cwd: directory({}), library: await loadLibrary() });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/mm\/mincore\.c is not in .*, which is no kernel tree: run it in one or use --tree DIR/);
  });
});

describe("messages that promise a patch", () => {
  const mail = (subject: string, body: string): string => `From: x@example.org\nSubject: ${subject}\nMessage-ID: <one@example.org>\n\n${body}\n`;

  it("and hold none end with 3", async () => {
    const ran = await run({ "a.eml": mail("[PATCH] mm: a change", "It is attached, or so I thought.") }, "a.eml");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("no patch to review where one was promised");
  });

  it("among others that hold one are only listed", async () => {
    const box = `From x@example.org Mon Sep 17 00:00:00 2001\n${mail("[PATCH] mm: a change", "It is attached, or so I thought.")}\n${clean()}`;
    const ran = await run({ "a.mbox": box }, "a.mbox");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("marked as a patch but holds no diff");
  });

  it("are not cover letters, pull requests or replies in prose", async () => {
    for (const [subject, body] of [["[PATCH 0/3] a series", "In three steps."], ["[GIT PULL] mm", "are available in the git repository at: x"], ["Re: [PATCH] mm", "Why?"]] as const) {
      expect((await run({ "a.eml": mail(subject, body) }, "a.eml")).code).toBe(0);
    }
  });
});

describe("a patch that is not about C", () => {
  it("is clean and says that nothing was checked", async () => {
    const ran = await run({ "a.patch": patchMail({ Documentation: "a\n" }, { Documentation: "b\n" }, "doc: b") }, "a.patch");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/Nothing to check/);
  });
});
