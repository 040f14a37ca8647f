/** What tells one build of the program from another: results of one are of no use to the next. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha1 } from "./digest.ts";
import { packageRoot } from "./package-root.ts";

/** The digest that the build left; of the sources where they are run; null for a build that is not finished (scripts/bundle.ts). */
export function buildId(): string | null {
  const root = packageRoot();
  if (import.meta.url.endsWith(".ts")) return sourceId(join(root, "src"));
  const file = join(root, "dist", "build-id");
  if (!existsSync(file) || existsSync(join(root, "dist", "cli", "main.js"))) return null;
  return readFileSync(file, "utf8").trim();
}

function sourceId(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).toSorted();
  return sha1(files.map((name) => `${name}\0${readFileSync(join(folder, name), "utf8")}`).join("\0"));
}
