/** A directory as input: a Maildir, or a folder of mails and patches such as `git format-patch -o DIR` writes. */
import { append } from "./append.ts";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../core/errors.ts";
import type { MailInputs } from "./types.ts";

const MAIL_FILE = /\.(?:patch|diff|eml|mbox|mbx|mail)(?:\.gz)?$/i;
/** MH folders number their mails. */
const MH_FILE = /^\d{1,9}$/;

async function entries(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const all = await readdir(folder, { withFileTypes: true });
  const files = all.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => entry.name);
  return { files: files.toSorted(), folders: all.filter((entry) => entry.isDirectory()).map((entry) => entry.name) };
}

/**
 * The files of a directory to read, in order: Maildir mails by their name (it starts with the delivery time), else
 * patch and mail files by name. Throws InputError when there are none.
 */
export async function listDirectory(path: string, inputs: MailInputs): Promise<string[]> {
  const place = resolve(inputs.cwd ?? "", path);
  let top: Awaited<ReturnType<typeof entries>>;
  const found: { name: string; path: string }[] = [];
  try {
    top = await entries(place);
    const maildir = top.folders.filter((name) => name === "cur" || name === "new");
    for (const folder of maildir) {
      const { files } = await entries(join(place, folder));
      append(found, files.filter((name) => !name.startsWith(".")).map((name) => ({ name, path: join(path, folder, name) })));
    }
    if (maildir.length === 0) {
      const wanted = top.files.filter((name) => MAIL_FILE.test(name) || MH_FILE.test(name));
      append(found, wanted.map((name) => ({ name, path: join(path, name) })));
    } else if (found.length === 0) throw new InputError(path, `${path}: is a Maildir without mails`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path, `${path}: the directory cannot be read (${(error as Error).message})`);
  }
  if (found.length === 0) throw new InputError(path, `${path}: is a directory that is neither a Maildir nor holds *.patch, *.diff, *.eml or *.mbox files`);
  return found.toSorted((a, b) => compareNames(a.name, b.name)).map((file) => file.path);
}

/** Byte order, but whole numbers as names (MH) by their value. */
function compareNames(a: string, b: string): number {
  if (MH_FILE.test(a) && MH_FILE.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}
