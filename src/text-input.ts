/** Whole small text files named on the command line, or standard input. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "./core/errors.ts";

const largest = 8 * 1024 * 1024;

/** The text of `path` (relative to `cwd`), or of `stdin` for "-". Throws InputError with one sentence. */
export async function readTextInput(path: string, cwd: string, stdin?: AsyncIterable<Uint8Array>): Promise<string> {
  if (path === "-") return readStream(stdin);
  try {
    const file = resolve(cwd, path);
    if ((await stat(file)).size > largest) throw new InputError(path, `${path} is larger than ${largest} bytes`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reasons: Readonly<Record<string, string>> = { ENOENT: "there is no such file", EISDIR: "it is a directory", EACCES: "permission denied" };
    throw new InputError(path, `cannot read ${path}: ${reasons[code] ?? code}`);
  }
}

async function readStream(stdin: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin ?? []) {
    size += chunk.length;
    if (size > largest) throw new InputError("-", `standard input is larger than ${largest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
