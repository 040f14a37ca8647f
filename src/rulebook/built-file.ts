/** Files that the build leaves beside the bundle, under its name, so that each is as old as the code in it (scripts/bundle.ts). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checksum } from "../util/digest.ts";

/** The data of the file with that ending; null where there is none, where it is damaged, and where the sources are run as they are. */
export function builtFile(ending: string): Buffer | null {
  if (!import.meta.url.endsWith(".cjs")) return null;
  try {
    const bytes = readFileSync(fileURLToPath(import.meta.url).replace(/\.cjs$/, ending));
    const end = bytes.indexOf("\n");
    const data = bytes.subarray(end + 1);
    return checksum(data) === bytes.toString("latin1", 0, Math.max(end, 0)) ? data : null;
  } catch {
    return null;
  }
}

/** What builtFile() reads `data` from. */
export function sealed(data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${checksum(data)}\n`, "latin1"), data]);
}
