/**
 * Reads files of a directory that may belong to a stranger: nothing outside it (symbolic links are followed only to
 * places inside), nothing but regular files (a pipe or device would block), nothing beyond the size limit. Each call of the
 * file system is made at once: five turns of another thread for each of a thousand small files took longer than reading them.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { largestFile } from "./source.ts";

export type DiskRead = { readonly bytes: Buffer } | { readonly bytes: null; readonly reason: string };

/** Reads `path`, relative to `root` (itself a real path). Never throws for what the file system may answer. */
export async function readInside(root: string, path: string): Promise<DiskRead> {
  let real: string;
  try {
    real = realpathSync.native(join(root, path));
  } catch (error) {
    return refusal(reasonOf(error));
  }
  const prefix = root.endsWith(sep) ? root : root + sep;
  if (!real.startsWith(prefix)) return refusal("a symbolic link leads out of the tree");
  if (real.slice(prefix.length).split(sep)[0] === ".git") return refusal("a symbolic link leads into git's own files");
  try {
    return readRegular(real);
  } catch (error) {
    return refusal(reasonOf(error));
  }
}

function readRegular(real: string): DiskRead {
  // Not following links again, and not blocking: the tree may change between realpath and here.
  const file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) return refusal("not a regular file");
    if (facts.size > largestFile) return refusal(`limit hit: larger than ${largestFile} bytes`);
    const bytes = Buffer.alloc(facts.size);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return { bytes: bytes.subarray(0, filled) };
  } finally {
    closeSync(file);
  }
}

function refusal(reason: string): DiskRead {
  return { bytes: null, reason };
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "no such file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "symbolic links go round in circles";
    case "ENAMETOOLONG":
      return "name too long";
    case undefined:
      throw error;
    default:
      return `can't be read (${code})`;
  }
}
