/** Any file of the state that a patch applies to: headers, helpers, the Makefile. */
import type { Base } from "../core/image.ts";
import { textAt } from "./objects.ts";
import { decodeText } from "./source.ts";
import type { Stack } from "./stack.ts";
import type { Tree } from "./tree.ts";

/** Text of `path` at `base`, or null. A blob says nothing of other files: then it is the work tree, else HEAD. Throws GitFailure. */
export async function textAtBase(tree: Tree, base: Base, path: string, stack: Stack | null = null): Promise<string | null> {
  const stacked = stack?.files.get(path);
  if (stacked) return stacked.text === null ? null : stacked.text.lines.map((line) => `${line}\n`).join("");
  const inCommit = base.kind === "base-commit" || base.kind === "matching-commit" || base.kind === "revision";
  if (tree.git !== null && (inCommit || !tree.hasFiles)) return (await textAt(tree.git, inCommit ? base.id : "HEAD", path)).text;
  const { bytes } = await tree.readFile(path);
  return bytes === null ? null : decodeText(bytes);
}
