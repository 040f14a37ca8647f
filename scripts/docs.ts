/** Writes the documents that are made from code: `npx tsx scripts/docs.ts`. A test says when they are stale. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedDocuments } from "./generated-documents.ts";

const root = join(import.meta.dirname, "..");
for (const [path, text] of await generatedDocuments(root)) {
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
