/** Ranges of commits as patches, and a repository of strangers that tries to run programs, reach out and be obeyed. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.ts";
import type { MailPatch } from "../core/message.ts";
import { parseDiff } from "../diff/index.ts";
import { gitEnvironment } from "./git.ts";
import { emptyStack, findKernelTree, imagesOf, isRevisionRange, openTree, type RangeItem, revisionRange, textAtBase, type Tree } from "./index.ts";

let top = "";
const trees: Tree[] = [];
beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "mmreview-git-")));
});
afterEach(async () => {
  for (const tree of trees.splice(0)) await tree.close();
});
afterAll(() => {
  rmSync(top, { recursive: true, force: true });
});

const identity = { GIT_AUTHOR_NAME: "J\u00fcrgen A", GIT_AUTHOR_EMAIL: "a@example.org", GIT_COMMITTER_NAME: "C", GIT_COMMITTER_EMAIL: "c@example.org", GIT_AUTHOR_DATE: "2024-02-03T04:05:06+0100", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

function git(dir: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: dir, encoding: "utf8", env: { ...process.env, ...identity }, stdio: ["ignore", "pipe", "pipe"] });
}

function put(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

async function open(dir: string): Promise<Tree> {
  const tree = await openTree(dir);
  trees.push(tree);
  return tree;
}

function repository(name: string): string {
  const dir = join(top, name);
  mkdirSync(dir);
  git(dir, "init", "-q", "-b", "main");
  put(dir, "mm/demo.c", "one\ntwo\nthree\n");
  put(dir, "Makefile", "VERSION = 6\nPATCHLEVEL = 5\n");
  put(dir, "Kbuild", "");
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "-m", "start");
  for (const [at, text] of ["one\nTWO\nthree\n", "one\nTWO\nTHREE\n", "ONE\nTWO\nTHREE\n"].entries()) {
    put(dir, "mm/demo.c", text);
    git(dir, "commit", "-qam", `mm: change\nnumber ${at + 1}\n\nBecause.`);
  }
  return dir;
}

async function collect(tree: Tree, range: string): Promise<RangeItem[]> {
  const items: RangeItem[] = [];
  for await (const item of revisionRange(tree, range)) items.push(item);
  return items;
}

const patches = (items: readonly RangeItem[]): MailPatch[] => items.flatMap((item) => (item.kind === "patch" ? [item.patch] : []));

describe("revisionRange", () => {
  it("gives commits as patches, oldest first, on their parents", async () => {
    const dir = repository("range");
    const tree = await open(dir);
    const found = patches(await collect(tree, "HEAD~3.."));
    expect(found.map((one) => [one.index, one.total, one.message.subject, one.carrier])).toEqual([
      [1, 3, "mm: change number 1", "bare"], [2, 3, "mm: change number 2", "bare"], [3, 3, "mm: change number 3", "bare"],
    ]);
    expect(found[0]!.message).toMatchObject({ author: "J\u00fcrgen A <a@example.org>", date: "2024-02-03T03:05:06.000Z", origin: { path: "HEAD~3..", line: 0 } });
    let stack = emptyStack;
    for (const one of found) {
      const { files } = parseDiff(one.diff);
      const result = await imagesOf(tree, files, { blanksLost: false, baseCommit: one.baseCommit, revision: null }, stack);
      stack = result.stack;
      expect(result.images[0]!.tried).toEqual([]);
      expect(result.base.kind).toBe("base-commit");
      expect(result.images[0]!.post!.lines.map((line) => `${line}\n`).join("")).toBe(git(dir, "show", `${one.message.id.split("@")[0]}:mm/demo.c`));
    }
  });

  it("takes all forms of ranges, and one commit by its name", async () => {
    const dir = repository("forms");
    git(dir, "checkout", "-q", "-b", "side", "HEAD~2");
    put(dir, "mm/side.c", "side\n");
    git(dir, "add", "-A");
    git(dir, "commit", "-qm", "side: new file");
    const tree = await open(dir);
    const subjects = async (range: string): Promise<string[]> => patches(await collect(tree, range)).map((one) => one.message.subject);
    expect(await subjects("main..side")).toEqual(["side: new file"]);
    expect(await subjects("side..main")).toEqual(["mm: change number 2", "mm: change number 3"]);
    expect(await subjects("main...side")).toEqual(["side: new file"]);
    expect(await subjects("..main")).toEqual(["mm: change number 2", "mm: change number 3"]);
    expect(await subjects("side")).toEqual(["side: new file"]);
    expect(await subjects("main~3")).toEqual(["start"]);
    expect(await isRevisionRange(tree, "main~2..")).toBe(true);
    for (const no of ["main~9..", "nothing", "", "mm/demo.c", "--all", "a..b..c"]) expect(await isRevisionRange(tree, no)).toBe(false);
  });

  it("tells what it leaves out", async () => {
    const dir = repository("left-out");
    git(dir, "commit", "-q", "--allow-empty", "-m", "empty");
    git(dir, "checkout", "-q", "-b", "side", "HEAD~1");
    git(dir, "commit", "-q", "--allow-empty", "-m", "also empty");
    git(dir, "merge", "-q", "--no-ff", "-m", "merge", "main");
    const items = await collect(await open(dir), "HEAD~2..");
    const reasons = items.flatMap((item) => (item.kind === "skipped" ? [[item.skipped.message.subject, item.skipped.reason]] : []));
    expect(reasons).toContainEqual(["merge", "a merge: its changes are reviewed in the merged commits"]);
    expect(reasons).toContainEqual(["empty", "an empty commit"]);
  });

  it("refuses what names no commits, with a hint", async () => {
    const tree = await open(repository("refuse"));
    await expect(collect(tree, "HEAD..HEAD~1")).rejects.toThrow(UsageError);
    await expect(collect(tree, "--output=/tmp/owned..HEAD")).rejects.toThrow('no commit "--output=/tmp/owned"');
    await expect(collect(tree, "HEAD --all")).rejects.toThrow(UsageError);
    await expect(collect(tree, "HEAD\nHEAD~1")).rejects.toThrow(UsageError);
    const plain = join(top, "no-repository");
    put(plain, "mm/x.c", "");
    await expect(collect(await open(plain), "HEAD~1..")).rejects.toThrow("needs a tree with git");
  });
});

describe("the base of a patch as a tree", () => {
  it("can be asked for other files", async () => {
    const dir = repository("others");
    put(dir, "Makefile", "VERSION = 6\nPATCHLEVEL = 9\n");
    const tree = await open(dir);
    const head = git(dir, "rev-parse", "HEAD").trim();
    expect(await textAtBase(tree, { kind: "revision", id: head }, "Makefile")).toContain("PATCHLEVEL = 5");
    expect(await textAtBase(tree, { kind: "directory", id: "others" }, "Makefile")).toContain("PATCHLEVEL = 9");
    expect(await textAtBase(tree, { kind: "blob", id: head }, "missing.h")).toBeNull();
  });

  it("is found from inside a kernel checkout", async () => {
    const dir = repository("checkout");
    put(dir, "arch/x86/mm/deep/file.c", "");
    expect(await findKernelTree(join(dir, "arch/x86/mm/deep"))).toBe(dir);
    expect(await findKernelTree(top)).toBeNull();
    expect(await findKernelTree(join(top, "does-not-exist"))).toBeNull();
  });
});

describe("a repository of strangers", () => {
  /** A program that leaves a trace when anything runs it. */
  function trap(name: string): { readonly path: string; readonly sprung: () => boolean } {
    const trace = join(top, `${name}.sprung`);
    const path = join(top, `${name}.sh`);
    writeFileSync(path, `#!/bin/sh\ntouch '${trace}'\ncat\n`);
    chmodSync(path, 0o755);
    return { path, sprung: () => existsSync(trace) };
  }

  it("runs nothing through config, attributes, hooks or the environment", async () => {
    const dir = repository("hostile");
    const { path, sprung } = trap("config");
    for (const key of ["core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.alternateRefsCommand", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "gpg.program", "uploadpack.packObjectsHook", "credential.helper", "log.showSignature", "pager.log", "alias.log", "alias.rev-list"]) {
      git(dir, "config", key, key === "log.showSignature" ? "true" : key.startsWith("alias.") ? `!${path}` : path);
    }
    git(dir, "config", "core.hooksPath", top);
    writeFileSync(join(dir, ".git/info/attributes"), "* diff=evil filter=evil\n");
    writeFileSync(join(dir, ".gitattributes"), "* diff=evil filter=evil\n");
    for (const hook of ["post-checkout", "pre-auto-gc", "post-index-change", "reference-transaction"]) {
      writeFileSync(join(dir, ".git/hooks", hook), `#!/bin/sh\nexec ${path}\n`);
      chmodSync(join(dir, ".git/hooks", hook), 0o755);
    }
    const before = readdirSync(join(dir, ".git")).toSorted();
    const planted = { GIT_EXTERNAL_DIFF: path, GIT_PAGER: path, GIT_SSH: path, GIT_EXEC_PATH: top, GIT_DIR: "/nonexistent", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.fsmonitor", GIT_CONFIG_VALUE_0: path };
    Object.assign(process.env, planted);
    try {
      const tree = await open(dir);
      const items = patches(await collect(tree, "HEAD~2.."));
      expect(items).toHaveLength(2);
      const { files } = parseDiff(items[0]!.diff);
      expect((await imagesOf(tree, files, { blanksLost: false, baseCommit: null, revision: null })).base.kind).toBe("matching-commit");
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name];
    }
    expect(sprung()).toBe(false);
    expect(readdirSync(join(dir, ".git")).toSorted()).toEqual(before);
  });

  it("does not make a partial clone fetch what is missing", async () => {
    const origin = repository("promising");
    git(origin, "config", "uploadpack.allowFilter", "true");
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
    const { path, sprung } = trap("fetch");
    const partial = join(top, "partial");
    git(top, "clone", "-q", "--no-checkout", "--filter=blob:none", `file://${origin}`, partial);
    git(partial, "config", "remote.origin.uploadpack", path);
    git(partial, "config", "protocol.file.allow", "always");
    git(partial, "config", "protocol.ext.allow", "always");
    const diff = git(origin, "diff", "HEAD~1", "HEAD");
    const tree = await open(partial);
    const result = await imagesOf(tree, parseDiff(diff).files, { blanksLost: false, baseCommit: null, revision: null });
    expect(result.images[0]!.base.kind).toBe("none");
    expect(result.images[0]!.tried.length).toBeGreaterThan(0);
    expect(sprung()).toBe(false);
  });

  it("gets an environment without the caller's GIT_ variables", () => {
    const made = gitEnvironment({ PATH: "/bin", GIT_DIR: "/x", GIT_CONFIG_PARAMETERS: "'core.fsmonitor'='x'", HOME: "/home/x" });
    expect(made).toMatchObject({ PATH: "/bin", HOME: "/home/x", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" });
    expect(made["GIT_DIR"]).toBeUndefined();
    expect(made["GIT_CONFIG_PARAMETERS"]).toBeUndefined();
  });

  it("answers many questions at once, big files and names with odd letters", async () => {
    const dir = repository("many");
    const big = "x".repeat(3_000_000);
    put(dir, "mm/big \u00fc.c", `${big}\n`);
    git(dir, "add", "-A");
    git(dir, "commit", "-qm", "big");
    const { objects } = (await open(dir)).git!;
    const names = Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? "HEAD:mm/demo.c" : at % 3 === 1 ? "HEAD:mm/big \u00fc.c" : `HEAD:missing ${at}`));
    const answers = await Promise.all(names.map((name) => objects.look(name)));
    expect(answers.map((one) => one.found?.size ?? -1)).toEqual(names.map((_, at) => [14, 3_000_001, -1][at % 3]));
    const ids = [answers[0]!.found!.id, answers[1]!.found!.id, answers[0]!.found!.id];
    expect((await Promise.all(ids.map((id) => objects.content(id)))).map((one) => one.length)).toEqual([14, 3_000_001, 14]);
  });
});
