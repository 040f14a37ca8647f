/** The C sources of a tree on disk under given paths, for a scan. */
import { lstat, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { InputError } from "../core/errors.ts";
import { isKernelTree, type Tree } from "./tree.ts";

const mostFiles = 100_000;

/**
 * Paths relative to the tree's top, sorted; links are not followed. A path that is not in the tree throws InputError, one
 * of the `usual` may be missing and may have one folder written as "*".
 */
export async function listSources(tree: Tree, paths: readonly string[], usual: boolean): Promise<string[]> {
  const found = new Set<string>();
  for (const path of usual ? await expanded(tree.root, paths) : paths) {
    const full = join(tree.root, path);
    const inside = relative(tree.root, full);
    if (inside === ".." || inside.startsWith("../")) throw new InputError(path, `${path} is outside the tree`);
    const kind = await lstat(full).catch(() => null);
    if (kind?.isDirectory()) await listFolder(tree.root, inside, found);
    else if (kind?.isFile()) found.add(inside);
    else if (!usual) throw new InputError(path, (await isKernelTree(tree.root)) ? `${path} is not in the tree` : `${path} is not in ${tree.name}, which is no kernel tree: run it in one or use --tree DIR`);
  }
  return Array.from(found).toSorted();
}

async function listFolder(root: string, folder: string, found: Set<string>): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) await listFolder(root, path, found);
    else if (entry.isFile() && /\.[ch]$/.test(entry.name)) found.add(path);
    if (found.size > mostFiles) throw new InputError(folder, `more than ${mostFiles} source files`);
  }
}

async function expanded(root: string, paths: readonly string[]): Promise<string[]> {
  const lists = paths.map(async (path) => {
    const [before, after] = path.split("/*/");
    if (after === undefined) return [path];
    const folders = await readdir(join(root, before!), { withFileTypes: true }).catch(() => []);
    return folders.filter((entry) => entry.isDirectory()).map((entry) => `${before}/${entry.name}/${after}`);
  });
  return (await Promise.all(lists)).flat();
}
