/** A kernel tree: a git work tree, a bare repository, or a plain directory of sources. */
import { realpathSync, statSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../core/errors.ts";
import { readInside, type DiskRead } from "./disk.ts";
import { GitFailure, runGit } from "./git.ts";
import { GitObjects } from "./git-objects.ts";

export interface GitStore {
  readonly dir: string;
  readonly objects: GitObjects;
}

export interface Tree {
  /** Real path of the directory. */
  readonly root: string;
  /** Short name for people and reports. */
  readonly name: string;
  /** null for a plain directory, or when git can't be used (see `notes`). */
  readonly git: GitStore | null;
  /** False for a bare repository. */
  readonly hasFiles: boolean;
  /** What a user should know of the tree, e.g. that git is not installed. */
  readonly notes: readonly string[];
  /** Reads a file on disk, never outside `root`. */
  readFile(path: string): Promise<DiskRead>;
  /** Ends the git processes of the tree. */
  close(): Promise<void>;
}

/** Opens the tree at `dir`. Throws InputError when that is no directory. */
export async function openTree(dir: string): Promise<Tree> {
  const root = await directory(dir);
  const notes: string[] = [];
  const gitDir = await findGitDir(root);
  const bare = gitDir === root;
  const git = gitDir === null ? null : await openStore(gitDir, notes);
  if (bare && git === null) throw new InputError(dir, notes[0] ?? "the repository can't be read");
  const noFiles: DiskRead = { bytes: null, reason: "a bare repository has no files" };
  return {
    root,
    name: basename(root),
    git,
    hasFiles: !bare,
    notes,
    readFile: (path) => (bare ? Promise.resolve(noFiles) : readInside(root, path)),
    close: async () => git?.objects.close(),
  };
}

async function directory(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new InputError(dir, code === "ENOENT" ? "no such directory" : `the tree can't be opened (${code})`);
  }
  throw new InputError(dir, "not a directory");
}

function is(path: string, kind: "isFile" | "isDirectory"): boolean {
  try {
    return statSync(path)[kind]();
  } catch {
    return false;
  }
}

/** `.git` of a work tree (a file in linked work trees), or the directory itself when it is a bare repository. */
async function findGitDir(root: string): Promise<string | null> {
  const inside = join(root, ".git");
  if (is(inside, "isDirectory")) return inside;
  if (is(inside, "isFile")) return gitDirOf(inside);
  const bare = is(join(root, "HEAD"), "isFile") && is(join(root, "objects"), "isDirectory") && is(join(root, "refs"), "isDirectory");
  return bare ? root : null;
}

/** A linked work tree's `.git` is a file that says where the repository is. */
async function gitDirOf(file: string): Promise<string | null> {
  if ((await stat(file)).size > 8192) return null;
  const found = /^gitdir: ([^\n\0]+)\n?$/.exec(await readFile(file, "utf8"));
  return found ? join(found[1]!.startsWith("/") ? "" : dirname(file), found[1]!) : null;
}

async function openStore(gitDir: string, notes: string[]): Promise<GitStore | null> {
  try {
    await runGit(gitDir, ["rev-parse", "--git-dir"], { bytes: 10_000, milliseconds: 30_000 });
    return { dir: gitDir, objects: new GitObjects(gitDir) };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    notes.push(`${error.message}: only files on disk are used`);
    return null;
  }
}

/** Highest directories are not searched: no checkout is nested deeper. */
const deepest = 64;

/** The kernel checkout that `from` stands in, or null. Asked by every run, and most runs ask for no other file. */
export async function findKernelTree(from: string): Promise<string | null> {
  let dir: string;
  try {
    dir = realpathSync.native(from);
  } catch {
    return null;
  }
  for (let depth = 0; depth < deepest; depth++) {
    if (await isKernelTree(dir)) return dir;
    const parent = dirname(dir);
    if (parent === dir) return null;
    dir = parent;
  }
  return null;
}

export async function isKernelTree(dir: string): Promise<boolean> {
  if (!is(join(dir, "Kbuild"), "isFile") || !is(join(dir, "mm"), "isDirectory")) return false;
  const makefile = await readInside(dir, "Makefile");
  return makefile.bytes !== null && makefileVersion(makefile.bytes.toString("latin1", 0, 2000)) !== null;
}

/** "X.Y" from the head of the kernel's top Makefile, or null. */
export function makefileVersion(text: string): string | null {
  const head = text.slice(0, 2000);
  const version = /^VERSION *= *(\d{1,3})\s*$/m.exec(head);
  const level = /^PATCHLEVEL *= *(\d{1,3})\s*$/m.exec(head);
  return version && level ? `${Number(version[1])}.${Number(level[1])}` : null;
}
