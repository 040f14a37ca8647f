/**
 * Which files make up the series that git send-email is about to send. It calls the hook once for each mail and tells
 * the hook by environment how many there are (git 2.41 and newer); the list is kept in the git directory meanwhile. An
 * older git says nothing: then the patches beside the mail that come before it in the numbering go with it.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Environment } from "../context.ts";

const dayMs = 86_400_000;

/** The files to review now, or null when more mails of the series are to come. `key` tells one send from another. */
export function seriesFiles(file: string, env: Environment, gitDir: string, key: string): readonly string[] | null {
  const counter = Number(env["GIT_SENDEMAIL_FILE_COUNTER"]);
  const total = Number(env["GIT_SENDEMAIL_FILE_TOTAL"]);
  if (!Number.isInteger(counter) || !Number.isInteger(total) || counter < 1 || total < counter) return [...earlierSiblings(file), file];
  if (total === 1) return [file];
  const folder = join(gitDir, "mmreview");
  const list = join(folder, `sending-${key}`);
  mkdirSync(folder, { recursive: true });
  if (counter === 1) {
    removeStale(folder);
    writeFileSync(list, `${file}\n`);
  } else {
    appendFileSync(list, `${file}\n`);
  }
  if (counter < total) return null;
  const files = readFileSync(list, "utf8").split("\n").filter((line) => line !== "");
  rmSync(list);
  return files;
}

/** Lists of sends that were broken off. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith("sending-") && Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { force: true });
  }
}

/** "v2-0002-mm-x.patch" comes after "v2-0001-mm-y.patch". */
function earlierSiblings(file: string): string[] {
  const own = numberOf(file);
  if (own === null || !existsSync(dirname(file))) return [];
  return readdirSync(dirname(file))
    .filter((name) => {
      const other = numberOf(name);
      return other !== null && other.revision === own.revision && other.number < own.number;
    })
    .toSorted()
    .map((name) => join(dirname(file), name));
}

function numberOf(file: string): { readonly revision: string; readonly number: number } | null {
  const parts = /^(v\d+-)?(\d{4})-.*\.patch$/.exec(basename(file));
  return parts === null ? null : { revision: parts[1] ?? "", number: Number(parts[2]) };
}
