/** imagesOf on small repositories and directories made here: each way to find a base, series, and what does not apply. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileImage, FileImages } from "../core/image.ts";
import { parseDiff } from "../diff/index.ts";
import { type DiffInfo, emptyStack, imagesOf, openTree, type PatchImages, type Stack, type Tree } from "./index.ts";
import { matchingCommit } from "./matching-commit.ts";

let top = "";
const trees: Tree[] = [];

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "mmreview-tree-")));
});
afterAll(async () => {
  for (const tree of trees) await tree.close();
  rmSync(top, { recursive: true, force: true });
});

const identity = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.org", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.org", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

function git(dir: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: dir, encoding: "utf8", env: { ...process.env, ...identity } });
}

function put(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** Twenty different lines of a C file; `changes` replaces some by number. */
function body(changes: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: 20 }, (_, at) => `${changes[at + 1] ?? `\tstep(${at + 1});`}\n`).join("");
}

function makeRepository(name: string): string {
  const dir = join(top, name);
  mkdirSync(dir);
  git(dir, "init", "-q", "-b", "main");
  return dir;
}

/** Commits the state of the work tree and returns the id. */
function commit(dir: string, subject: string): string {
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "--allow-empty", "-m", subject);
  return git(dir, "rev-parse", "HEAD").trim();
}

async function open(dir: string): Promise<Tree> {
  const tree = await openTree(dir);
  trees.push(tree);
  return tree;
}

const info: DiffInfo = { blanksLost: false, baseCommit: null, revision: null };

async function review(tree: Tree | null, diff: string, more: Partial<DiffInfo> = {}, stack: Stack = emptyStack): Promise<PatchImages> {
  const parsed = parseDiff(diff);
  return imagesOf(tree, parsed.files, { ...info, blanksLost: parsed.blanksLost, ...more }, stack);
}

const text = (image: FileImage | null): string => (image ? image.lines.map((line) => `${line}\n`).join("") : "");
const only = (result: PatchImages): FileImages => result.images[0]!;

/** Id that git gives a blob of this text. */
function hash(content: string): string {
  return createHash("sha1").update(`blob ${Buffer.byteLength(content)}\0${content}`).digest("hex");
}

/** A repository with three commits of mm/demo.c: v1, v2 (line 3 changed), v3 (line 18 changed). */
function history(name: string): { readonly dir: string; readonly ids: readonly string[]; readonly diff12: string; readonly diff23: string } {
  const dir = makeRepository(name);
  put(dir, "mm/demo.c", body());
  put(dir, "Makefile", "VERSION = 6\nPATCHLEVEL = 12\n");
  const ids = [commit(dir, "one")];
  put(dir, "mm/demo.c", body({ 3: "\tthree();" }));
  ids.push(commit(dir, "two"));
  put(dir, "mm/demo.c", body({ 3: "\tthree();", 18: "\teighteen();" }));
  ids.push(commit(dir, "three"));
  return { dir, ids, diff12: git(dir, "diff", ids[0]!, ids[1]!), diff23: git(dir, "diff", ids[1]!, ids[2]!) };
}

describe("bases in git", () => {
  it("finds the newest commit in which the files are as the index line says", async () => {
    const { dir, ids, diff12 } = history("matching");
    const result = await review(await open(dir), diff12);
    expect(result.base).toEqual({ kind: "matching-commit", id: ids[0] });
    const { pre, post, placements, tried } = only(result);
    expect([text(pre), text(post)]).toEqual([body(), body({ 3: "\tthree();" })]);
    expect([...pre!.changed, ...post!.changed]).toEqual([3, 3]);
    expect([pre!.gaps, post!.gaps]).toEqual([[], []]);
    expect(placements).toEqual([{ hunk: 1, offset: 0, fuzz: 0 }]);
    expect(tried).toEqual([]);
  });

  it("finds the state that the oldest commit within its bounds was made on", async () => {
    const { dir, ids } = history("bounds");
    const { git: store } = await open(dir);
    const blob = hash(body({ 3: "\tthree();" }));
    const newest = (count: number): Promise<string | null> => matchingCommit(store!, [{ path: "mm/demo.c", blob }], { newest: count, candidates: 500 });
    expect(await newest(1)).toBe(ids[1]);
    expect(await newest(3)).toBe(ids[1]);
    expect(await matchingCommit(store!, [{ path: "mm/demo.c", blob: hash(body()) }], { newest: 1, candidates: 500 })).toBeNull();
  });

  it("takes HEAD when it matches", async () => {
    const { dir, ids, diff23 } = history("head");
    git(dir, "reset", "-q", "--hard", ids[1]!);
    expect((await review(await open(dir), diff23)).base).toEqual({ kind: "matching-commit", id: ids[1] });
  });

  it("takes the base-commit of the mail", async () => {
    const { dir, ids, diff12 } = history("trailer");
    const result = await review(await open(dir), diff12, { baseCommit: ids[0]! });
    expect(result.base).toEqual({ kind: "base-commit", id: ids[0] });
    expect(only(result).tried).toEqual([]);
    const unknown = await review(await open(dir), diff12, { baseCommit: "f".repeat(40) });
    expect(unknown.base.kind).toBe("matching-commit");
    expect(only(unknown).tried).toEqual(["base-commit ffffffffffff: not in trailer"]);
  });

  it("prefers the files that the patch was written for to a base-commit that has others", async () => {
    const { dir, ids, diff12 } = history("wrong-trailer");
    const result = await review(await open(dir), diff12, { baseCommit: ids[2]! });
    expect(text(only(result).pre)).toBe(body());
    expect(only(result).base).toEqual({ kind: "matching-commit", id: ids[0] });
    expect(only(result).tried[0]).toMatch(/^base-commit [0-9a-f]{12}: some files are not as the patch has them$/);
  });

  it("obeys --base, and says when it is no commit", async () => {
    const { dir, ids, diff12 } = history("named");
    const tree = await open(dir);
    const result = await review(tree, diff12, { revision: "HEAD~2" });
    expect(result.base).toEqual({ kind: "revision", id: ids[0] });
    expect(text(only(result).post)).toBe(body({ 3: "\tthree();" }));
    await expect(review(tree, diff12, { revision: "no-such-branch" })).rejects.toThrow('no commit "no-such-branch" in named');
    await expect(review(tree, diff12, { revision: "--output=/tmp/x" })).rejects.toThrow('no commit "--output=/tmp/x"');
  });

  it("reads a bare repository", async () => {
    const { dir, diff12 } = history("full");
    const bare = join(top, "bare.git");
    git(top, "clone", "-q", "--bare", dir, bare);
    const result = await review(await open(bare), diff12);
    expect(text(only(result).pre)).toBe(body());
    const unindexed = await review(await open(bare), diff12.replace(/^index .*\n/m, ""));
    expect(only(unindexed).base.kind).toBe("revision");
    expect(only(unindexed).tried.at(-1)).toMatch(/^HEAD [0-9a-f]{12}: already applied$/);
  });

  it("reads a linked work tree", async () => {
    const { dir, ids, diff12 } = history("origin");
    const linked = join(top, "linked");
    git(dir, "worktree", "add", "-q", "--detach", linked, ids[0]!);
    expect((await review(await open(linked), diff12)).base).toEqual({ kind: "matching-commit", id: ids[0] });
  });
});

describe("blobs by abbreviated id", () => {
  it("are found without a commit that has them", async () => {
    const { dir } = history("loose");
    const old = body({ 10: "\tten();" });
    put(dir, "scratch", old);
    const blob = git(dir, "hash-object", "-w", "scratch").trim();
    rmSync(join(dir, "scratch"));
    const diff = `diff --git a/mm/demo.c b/mm/demo.c\nindex ${blob.slice(0, 8)}..1234567 100644\n--- a/mm/demo.c\n+++ b/mm/demo.c\n@@ -9,3 +9,3 @@\n \tstep(9);\n-\tten();\n+\tTEN();\n \tstep(11);\n`;
    const result = await review(await open(dir), diff);
    expect(only(result).base).toEqual({ kind: "blob", id: blob });
    expect(text(only(result).pre)).toBe(old);
  });

  it("are told apart by what they hold when the abbreviation is ambiguous", async () => {
    // Two blobs whose ids start with the same four digits, found by trying numbers.
    const dir = makeRepository("ambiguous");
    const seen = new Map<string, number>();
    const content = (n: number): string => body({ 10: `\tvariant(${n});` });
    let pair: readonly [number, number] | null = null;
    for (let n = 0; pair === null; n++) {
      const key = hash(content(n)).slice(0, 4);
      const twin = seen.get(key);
      if (twin !== undefined) pair = [twin, n];
      seen.set(key, n);
    }
    const [one, two] = pair!;
    for (const n of [one, two]) {
      put(dir, "scratch", content(n));
      git(dir, "hash-object", "-w", "scratch");
    }
    const diff = `--- a/mm/demo.c\n+++ b/mm/demo.c\n@@ -9,3 +9,3 @@\n \tstep(9);\n-\tvariant(${two});\n+\tTEN();\n \tstep(11);\n`;
    const header = `diff --git a/mm/demo.c b/mm/demo.c\nindex ${hash(content(two)).slice(0, 4)}..1234567 100644\n`;
    const result = await review(await open(dir), header + diff);
    expect(only(result).base).toEqual({ kind: "blob", id: hash(content(two)) });
  });
});


const change = "--- a/mm/demo.c\n+++ b/mm/demo.c\n@@ -9,4 +9,5 @@ int demo(void)\n \tstep(9);\n-\tstep(10);\n+\tten();\n+\tmore();\n \tstep(11);\n \tstep(12);\n";

function directory(name: string, demo: string): string {
  const dir = join(top, name);
  put(dir, "mm/demo.c", demo);
  put(dir, "Makefile", "# SPDX-License-Identifier: GPL-2.0\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n");
  return dir;
}

describe("a directory without git", () => {
  it("is read from disk", async () => {
    const result = await review(await open(directory("plain", body())), change);
    expect(result.base).toEqual({ kind: "directory", id: "plain" });
    expect(text(only(result).post)).toBe(body({ 10: "\tten();\n\tmore();" }));
    expect([...only(result).post!.changed]).toEqual([10, 11]);
    expect(only(result).tried).toEqual([]);
  });

  it("may have moved on: offsets and fuzz are reported", async () => {
    const moved = await review(await open(directory("moved", `/* new */\n/* lines */\n${body()}`)), change);
    expect(only(moved).placements).toEqual([{ hunk: 1, offset: 2, fuzz: 0 }]);
    const fuzzy = await review(await open(directory("fuzzy", body({ 12: "\tother();" }))), change);
    expect(only(fuzzy).placements).toEqual([{ hunk: 1, offset: 0, fuzz: 1 }]);
    expect(only(fuzzy).tried).toEqual([
      'fuzzy on disk: hunk 1 does not match at line 12: there is "other();" where the patch has "step(12);"',
      "fuzzy on disk: applies with fuzz",
    ]);
    expect(text(only(fuzzy).post)).toBe(body({ 10: "\tten();\n\tmore();", 12: "\tother();" }));
  });

  it("may hold the change already", async () => {
    const result = await review(await open(directory("done", body({ 10: "\tten();\n\tmore();" }))), change);
    expect([text(only(result).pre), text(only(result).post)]).toEqual([body(), body({ 10: "\tten();\n\tmore();" })]);
    expect([[...only(result).pre!.changed], [...only(result).post!.changed]]).toEqual([[10], [10, 11]]);
    expect(only(result).tried.at(-1)).toBe("done on disk: already applied");
  });

  it("is not taken for unpatched because a look-alike stands elsewhere", async () => {
    const twice = `${body({ 10: "\tten();\n\tmore();" })}\tend();\n${body()}`;
    const result = await review(await open(directory("twice", twice)), change);
    expect(only(result).tried.at(-1)).toBe("twice on disk: already applied");
    expect([...only(result).post!.changed]).toEqual([10, 11]);
  });

  it("gives its own white space to a patch that lost it", async () => {
    const archived = change.replace(/^[ \t]+/gm, "").replace(/[ \t]+/g, " ").replace("+ten", "+ ten");
    const result = await review(await open(directory("archived", body())), archived);
    expect(parseDiff(archived).blanksLost).toBe(true);
    const lines = only(result).post!.lines;
    expect(lines.filter((_, at) => at !== 9 && at !== 10)).toEqual(body().split("\n").slice(0, -1).filter((_, at) => at !== 9));
    expect(lines.slice(9, 11).map((line) => line.trim())).toEqual(["ten();", "more();"]);
  });

  it("matches a patch whose tabs became blanks, and says so", async () => {
    const spaced = change.replaceAll("\t", "        ");
    const result = await review(await open(directory("spaced", body())), spaced);
    expect(only(result).tried.at(-1)).toBe("spaced on disk: applies, when white space is ignored");
  });

  it("that does not take the patch leaves it to the hunks, with all attempts told", async () => {
    const result = await review(await open(directory("foreign", "int unrelated;\n")), change);
    const { pre, post, base, tried } = only(result);
    expect(base).toEqual({ kind: "none", id: "" });
    expect(tried).toEqual(["foreign on disk: hunk 1 does not match: expected at line 9, the file has 1 lines"]);
    expect(pre!.gaps).toEqual([{ from: 1, to: 8 }, { from: 13, to: Infinity }]);
    expect(post!.lines[9]).toBe("\tten();");
    const absent = await review(await open(directory("absent", body())), change.replaceAll("demo.c", "gone.c"));
    expect(only(absent).tried).toEqual(["absent on disk: no such file"]);
  });

  it("never leads outside", async () => {
    const dir = directory("linked-out", body());
    put(top, "secret/demo.c", body());
    symlinkSync(join(top, "secret/demo.c"), join(dir, "mm/out.c"));
    symlinkSync(join(top, "secret"), join(dir, "mm/sub"));
    symlinkSync("demo.c", join(dir, "mm/in.c"));
    symlinkSync("loop.c", join(dir, "mm/loop.c"));
    execFileSync("mkfifo", [join(dir, "mm/pipe.c")]);
    const tree = await open(dir);
    const outcome = async (path: string): Promise<string | undefined> => only(await review(tree, change.replaceAll("mm/demo.c", path))).tried[0];
    expect(await outcome("mm/out.c")).toBe("linked-out on disk: a symbolic link leads out of the tree");
    expect(await outcome("mm/sub/demo.c")).toBe("linked-out on disk: a symbolic link leads out of the tree");
    expect(await outcome("mm/loop.c")).toBe("linked-out on disk: symbolic links go round in circles");
    expect(await outcome("mm/pipe.c")).toBe("linked-out on disk: not a regular file");
    expect(await outcome("mm")).toBe("linked-out on disk: not a regular file");
    expect(await outcome("mm/in.c")).toBeUndefined();
  });

  it("is not changed by a review", async () => {
    const dir = directory("read-only", body());
    chmodSync(join(dir, "mm/demo.c"), 0o444);
    chmodSync(join(dir, "mm"), 0o555);
    const result = await review(await open(dir), change);
    expect(only(result).base.kind).toBe("directory");
    expect(readFileSync(join(dir, "mm/demo.c"), "utf8")).toBe(body());
    chmodSync(join(dir, "mm"), 0o755);
  });
});

describe("a series", () => {
  it("is applied on top of itself", async () => {
    const { dir, ids, diff12, diff23 } = history("series");
    git(dir, "reset", "-q", "--hard", ids[0]!);
    git(dir, "reflog", "expire", "--expire=now", "--all");
    git(dir, "gc", "-q", "--prune=now");
    const tree = await open(dir);
    const first = await review(tree, diff12);
    const second = await review(tree, diff23, {}, first.stack);
    expect(text(only(second).pre)).toBe(body({ 3: "\tthree();" }));
    expect(text(only(second).post)).toBe(body({ 3: "\tthree();", 18: "\teighteen();" }));
    expect(only(second).base).toEqual({ kind: "matching-commit", id: ids[0] });
    expect(only(second).tried).toEqual([]);
  });

  it("follows files that it adds, renames and deletes, even without a tree", async () => {
    const add = "diff --git a/mm/new.c b/mm/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1,3 @@\n+one\n+two\n+three\n";
    const move = "diff --git a/mm/new.c b/mm/moved.c\nsimilarity index 60%\nrename from mm/new.c\nrename to mm/moved.c\n--- a/mm/new.c\n+++ b/mm/moved.c\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
    const drop = "diff --git a/mm/moved.c b/mm/moved.c\ndeleted file mode 100644\n--- a/mm/moved.c\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-one\n-TWO\n-three\n";
    const a = await review(null, add);
    expect([only(a).pre, text(only(a).post), only(a).post!.gaps]).toEqual([null, "one\ntwo\nthree\n", []]);
    const b = await review(null, move, {}, a.stack);
    expect([only(b).pre!.path, text(only(b).pre), only(b).post!.path, text(only(b).post)]).toEqual(["mm/new.c", "one\ntwo\nthree\n", "mm/moved.c", "one\nTWO\nthree\n"]);
    const c = await review(null, drop, {}, b.stack);
    expect([text(only(c).pre), only(c).post]).toEqual(["one\nTWO\nthree\n", null]);
    const d = await review(null, drop, {}, c.stack);
    expect(only(d).tried).toEqual(["the series so far: an earlier patch removes the file"]);
  });

  it("says when an earlier patch left a file in an unknown state", async () => {
    const tree = await open(directory("lost", body()));
    const first = await review(tree, change.replace("-\tstep(10);", "-\tnot there();"));
    expect(only(first).base.kind).toBe("none");
    const second = await review(tree, change, {}, first.stack);
    expect(only(second).tried).toContain("an earlier patch of the series did not apply to this file");
  });

  it("keeps the files of one patch apart when it moves one over another", async () => {
    const dir = directory("swap", "a1\na2\na3\n");
    put(dir, "mm/other.c", "b1\nb2\nb3\n");
    const swap = ["diff --git a/mm/demo.c b/mm/other.c", "similarity index 100%", "rename from mm/demo.c", "rename to mm/other.c",
      "diff --git a/mm/other.c b/mm/demo.c", "similarity index 100%", "rename from mm/other.c", "rename to mm/demo.c", ""].join("\n");
    const result = await review(await open(dir), swap);
    expect(result.images.map((one) => text(one.post))).toEqual(["a1\na2\na3\n", "b1\nb2\nb3\n"]);
    expect(result.stack.files.get("mm/demo.c")!.text!.lines).toEqual(["b1", "b2", "b3"]);
    expect(result.stack.files.get("mm/other.c")!.text!.lines).toEqual(["a1", "a2", "a3"]);
  });

  it("applies two diffs of one file in one mail one after the other", async () => {
    const tree = await open(directory("double", body()));
    const second = "--- a/mm/demo.c\n+++ b/mm/demo.c\n@@ -9,3 +9,3 @@\n \tstep(9);\n-\tten();\n+\tTEN();\n \tmore();\n";
    const result = await review(tree, change + second);
    expect(text(result.images[1]!.post)).toBe(body({ 10: "\tTEN();\n\tmore();" }));
  });
});

describe("other kinds of files", () => {
  it("are named as what they are", async () => {
    const tree = await open(directory("kinds", body()));
    const binary = await review(tree, "diff --git a/x.png b/x.png\nindex 1234567..89abcde 100644\nBinary files a/x.png and b/x.png differ\n");
    expect([only(binary).pre, only(binary).post, only(binary).tried]).toEqual([null, null, ["binary file: not reviewed"]]);
    const mode = await review(tree, "diff --git a/mm/demo.c b/mm/demo.c\nold mode 100644\nnew mode 100755\n");
    expect([text(only(mode).pre), text(only(mode).post)]).toEqual([body(), body()]);
    const unknown = await review(tree, change.slice(change.indexOf("@@")));
    expect(only(unknown).tried).toEqual(["the diff does not say which file it is for"]);
    expect(only(unknown).post!.path).toBe("(unknown)");
    const fresh = `diff --git a/mm/demo.c b/mm/demo.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/demo.c\n@@ -0,0 +1,20 @@\n${body().replace(/^/gm, "+").slice(0, -1)}`;
    expect(only(await review(tree, fresh)).tried).toEqual(["already applied: the new file is there"]);
  });

  it("may be in Latin-1, in part", async () => {
    const dir = directory("latin", "");
    writeFileSync(join(dir, "mm/demo.c"), Buffer.concat([Buffer.from("/* J\u00fcrgen */\n", "utf8"), Buffer.from("/* Fran\u00e7ois */\n", "latin1"), Buffer.from(body())]));
    const diff = "--- a/mm/demo.c\n+++ b/mm/demo.c\n@@ -1,3 +1,3 @@\n /* J\u00fcrgen */\n /* Fran\u00e7ois */\n-\tstep(1);\n+\tone();\n";
    expect(only(await review(await open(dir), diff)).tried).toEqual([]);
  });
});

describe("a diff that wants to eat the memory", () => {
  it("by line numbers is told that they can't be kept", async () => {
    const hunk = "@@ -999990,1 +999990,1 @@\n-a\n+b\n";
    const files = Array.from({ length: 60 }, (_, at) => `--- a/mm/f${at}.c\n+++ b/mm/f${at}.c\n${hunk}`).join("");
    const { images } = await review(null, files);
    const lines = images.reduce((sum, one) => sum + one.pre!.lines.length + one.post!.lines.length, 0);
    expect(lines).toBeLessThan(20_000_000);
    expect(images.at(-1)!.tried).toEqual([expect.stringMatching(/^limit hit: the images of the patch are too long/) as string]);
    expect(images.at(-1)!.post!.lines).toContain("b");
  });

  it("by hunks of unknown place gets them closer together", async () => {
    const { images } = await review(null, `--- a/mm/f.c\n+++ b/mm/f.c\n${"@@ -5,1 +5,1 @@\n-a\n+b\n".repeat(20_000)}`);
    expect(images[0]!.post!.lines.length).toBeLessThan(1_200_000);
  });

  it("by one long file named often is read from its hunks after a while", async () => {
    const dir = directory("long", body());
    put(dir, "mm/long.c", "x\n".repeat(400_000));
    const files = "--- a/mm/long.c\n+++ b/mm/long.c\n@@ -1,1 +1,2 @@\n x\n+y\n".repeat(40);
    const { images } = await review(await open(dir), files);
    expect(images.at(-1)!.tried).toEqual([expect.stringMatching(/^limit hit: the images of the patch are too long/) as string]);
    expect(images[0]!.base.kind).toBe("directory");
  });
});

describe("a tree that fails", () => {
  it("is refused with a clear word when it is no directory", async () => {
    await expect(openTree(join(top, "nowhere"))).rejects.toThrow("no such directory");
    put(top, "a-file", "x");
    await expect(openTree(join(top, "a-file"))).rejects.toThrow("not a directory");
  });

  it("is used as a plain directory when its repository is broken", async () => {
    const { dir } = history("broken");
    rmSync(join(dir, ".git/HEAD"));
    const tree = await open(dir);
    expect(tree.git).toBeNull();
    expect(tree.notes[0]).toMatch(/^git: not a git repository.*: only files on disk are used$/);
    expect(only(await review(tree, change)).base.kind).toBe("directory");
    await expect(review(tree, change, { revision: "HEAD" })).rejects.toThrow("--base needs a tree with git");
  });

  it("is used as a plain directory when git is not installed", async () => {
    const { dir } = history("no-git");
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      const tree = await open(dir);
      expect(tree.notes).toEqual(["git is not installed: only files on disk are used"]);
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("does not hang or fall over when objects are damaged under its hands", async () => {
    const { dir, diff12 } = history("damaged");
    const tree = await open(dir);
    cpSync(join(dir, "mm/demo.c"), join(dir, "keep"));
    rmSync(join(dir, ".git/objects"), { recursive: true });
    const result = await review(tree, diff12);
    expect(result.images).toHaveLength(1);
    expect(only(result).tried.length).toBeGreaterThan(0);
    expect(existsSync(join(dir, "keep"))).toBe(true);
  });

  it("can be closed twice", async () => {
    const { dir, diff12 } = history("closed");
    const tree = await openTree(dir);
    await review(tree, diff12);
    await tree.close();
    await expect(tree.close()).resolves.toBeUndefined();
  });
});
