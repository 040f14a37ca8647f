/** One patch of a series -> all that its review needs of mail, diff and tree, as plain data that may go to a thread. */
import type { Sides } from "./check-images.ts";
import type { DiffLineKind, ParsedDiff } from "./core/diff.ts";
import type { Base, Era, FileImages } from "./core/image.ts";
import type { MailPatch } from "./core/message.ts";
import { parseDiff } from "./diff/index.ts";
import type { TreeState } from "./tree-texts.ts";
import type { PatchOptions } from "./patch-options.ts";
import { eraOf, imagesOf, type Stack } from "./tree/index.ts";
import { pause } from "./util/slices.ts";

export interface PreparedPatch {
  readonly patch: MailPatch;
  /** What the series has to say, with its first patch. */
  readonly notes: readonly string[];
  readonly diff: ParsedDiff;
  /** One for each file of the diff, in its order. */
  readonly images: readonly FileImages[];
  readonly base: Base;
  readonly era: Era;
  /** The tree before and after the patch; `post` is where the next one of the series starts. */
  readonly states: Sides<TreeState>;
}

export async function preparePatch(patch: MailPatch, notes: readonly string[], stack: Stack, options: PatchOptions): Promise<PreparedPatch> {
  await pause();
  const diff = parseDiff(patch.diff);
  await pause();
  const found = await imagesOf(options.tree, diff.files, { blanksLost: diff.blanksLost, baseCommit: patch.baseCommit, revision: options.base }, stack);
  await pause();
  // A patch that fits nowhere in the tree was made for another kernel.
  const applies = found.images.some((images) => images.base.kind !== "none");
  const era = await eraOf({ tree: applies ? options.tree : null, base: found.base, kernelOption: options.kernel, names: namesIn(diff, (kind) => kind !== "add"), removed: removedNames(diff), date: patch.message.date }, options.rules);
  await pause();
  return { patch, notes, diff, images: found.images, base: found.base, era, states: { pre: { base: found.base, stack }, post: { base: found.base, stack: found.stack } } };
}

/** Identifiers of lines of some kinds. What the patch adds may be its own invention. */
function namesIn(diff: ParsedDiff, wanted: (kind: DiffLineKind) => boolean): Set<string> {
  const names = new Set<string>();
  for (const file of diff.files) {
    for (const hunk of file.hunks) {
      for (const line of hunk.lines) if (wanted(line.kind)) for (const name of line.text.match(/[A-Za-z_]\w*/g) ?? []) names.add(name);
    }
  }
  return names;
}

function removedNames(diff: ParsedDiff): Set<string> {
  const kept = namesIn(diff, (kind) => kind !== "del");
  return new Set(Array.from(namesIn(diff, (kind) => kind === "del")).filter((name) => !kept.has(name)));
}
