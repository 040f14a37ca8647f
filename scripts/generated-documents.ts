/** Every document that is made from code, by its path from the top. */
import { toolVersion } from "../src/util/tool-version.ts";
import { configSchema } from "./config-schema.ts";
import { formatsPage } from "./formats-page.ts";
import { manPage } from "./man-page.ts";
import { usagePage } from "./usage-page.ts";

export async function generatedDocuments(root: string): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/usage.md", usagePage()],
    ["docs/mmreview.1", manPage(toolVersion())],
    ["schemas/config-1.json", configSchema()],
    ["docs/formats.md", await formatsPage(root)],
  ]);
}
