/** Every document that is made from code, by its path from the top. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toolVersion } from "../src/util/tool-version.ts";
import { configSchema } from "./config-schema.ts";
import { formatsPage } from "./formats-page.ts";
import { manPage } from "./man-page.ts";
import { rulePacksPage } from "./rule-packs-page.ts";
import { usagePage } from "./usage-page.ts";

export async function generatedDocuments(root: string): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/usage.md", usagePage()],
    ["docs/mmreview.1", manPage(toolVersion())],
    ["schemas/config-1.json", configSchema()],
    ["docs/rule-packs.md", rulePacksPage(root, readFileSync(join(root, "docs/rule-packs.md"), "utf8"))],
    ["docs/formats.md", await formatsPage(root)],
  ]);
}
