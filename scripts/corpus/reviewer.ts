/** One review with nothing set but what the measurement varies. */
import { tmpdir } from "node:os";
import { type PatchReport, review } from "../../src/index.ts";

/** All findings, also those that were there before. Throws what review() throws. */
export async function reviewOne(input: string, tree: string | null): Promise<readonly PatchReport[]> {
  const report = await review({
    inputs: [input],
    tree,
    base: null,
    all: true,
    kernel: null,
    only: [],
    skip: [],
    rules: [],
    bound: null,
    jobs: 1,
    strict: false,
    // Not the project's folder, which may lie in a kernel checkout.
    cwd: tmpdir(),
  });
  const failed = report.inputs.find((found) => found.failed !== undefined);
  if (failed) throw new Error(`${failed.path}: ${failed.failed}`);
  return report.patches;
}
