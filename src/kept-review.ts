/** The review of a patch on a tree, taken from an earlier run where nothing has changed that it looked at. */
import type { FileImage } from "./core/image.ts";
import type { PatchReport } from "./core/report.ts";
import type { TreeState } from "./tree-texts.ts";
import type { PatchOptions } from "./patch-options.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import { reviewPatch } from "./review-patch.ts";

/** What an earlier run has found in the patch, or null. */
export async function keptReview(prepared: PreparedPatch, { cache, sources }: PatchOptions): Promise<PatchReport | null> {
  if (cache === null || sources === null) return null;
  return ((await cache.find(itemOf(prepared), sources, statesOf(prepared))) as PatchReport | undefined) ?? null;
}

export async function reviewAndKeep(prepared: PreparedPatch, options: PatchOptions): Promise<PatchReport> {
  const { cache } = options;
  if (cache === null || options.sources === null) return reviewPatch(prepared, options);
  const sources = options.sources.noting(statesOf(prepared));
  const report = await reviewPatch(prepared, { ...options, sources });
  await cache.keep(itemOf(prepared), sources, report);
  return report;
}

function statesOf({ states }: PreparedPatch): readonly TreeState[] {
  return [states.pre, states.post];
}

/** All of a prepared patch but the rest of its tree, and but where its mail stood, which says nothing of it. */
function itemOf({ patch, notes, diff, images, base, era }: PreparedPatch): string {
  const plain = (image: FileImage | null): unknown => image && { ...image, changed: Array.from(image.changed) };
  return JSON.stringify([{ ...patch, message: { ...patch.message, origin: null } }, notes, diff, images.map((one) => ({ ...one, pre: plain(one.pre), post: plain(one.post) })), base, era]);
}
