/** What folders are that may belong to somebody else. */
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Where a folder is that need not be there yet. */
export function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(realPath(parent), basename(folder));
  }
}

/** Whether the folder is there and of another user, or all users may write to it: who puts something there decides what is read from it. */
export function isOthers(folder: string): boolean {
  try {
    const { uid, mode } = statSync(folder);
    return process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o002) !== 0);
  } catch {
    return false;
  }
}
