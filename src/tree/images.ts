/** imagesOf: from the files of a patch to their images before and after, on the tree when possible, else from hunks. */
import type { FilePatch } from "../core/diff.ts";
import type { Base, FileImage, FileImages } from "../core/image.ts";
import type { SourceText } from "../diff/index.ts";
import { type Candidate, candidatesFor, type DiffInfo, type PatchBase, patchBase } from "./candidates.ts";
import { partialImages, withoutPlaces } from "./partial.ts";
import { type Fit, place, placeBackwards } from "./placement.ts";
import { emptyStack, type Stack } from "./stack.ts";
import type { Tree } from "./tree.ts";

/**
 * Lines that all images of a patch may have together. The largest tree-wide patches need a few million; a diff that
 * names one huge file again and again, or lies about line numbers, must not eat the memory.
 */
const mostLines = 16_000_000;

const limitHit = "limit hit: the images of the patch are too long together; this file is shown from its hunks, without line numbers";

const noBase: Base = { kind: "none", id: "" };

export interface PatchImages {
  /** State of the tree that most of the patch applies to: a commit when one is known. */
  readonly base: Base;
  /** One for each file of the patch, in its order. */
  readonly images: readonly FileImages[];
  /** The files as the patch leaves them, for the next patch of the series. */
  readonly stack: Stack;
}

interface Draft {
  readonly stack: Stack;
  readonly files: Map<string, { text: SourceText | null; base: Base }>;
  readonly lost: Set<string>;
  /** Lines that images may still have. */
  room: number;
}

/**
 * Images of all files of a patch. `tree` is null when there is none; `stack` holds what earlier patches of the series
 * changed. A file that can't be found or whose hunks don't apply gets partial images, and `tried` says why. Throws
 * UsageError when the user's --base is no commit; never for what the patch or the repository holds.
 */
export async function imagesOf(tree: Tree | null, files: readonly FilePatch[], info: DiffInfo, stack: Stack = emptyStack): Promise<PatchImages> {
  const patch = await patchBase(tree, files, info, stack);
  const draft: Draft = { stack, files: new Map(stack.files), lost: new Set(stack.lost), room: mostLines };
  const images: FileImages[] = [];
  for (const file of files) {
    const one = await imagesOfFile(file, patch, draft);
    draft.room -= (one.pre?.lines.length ?? 0) + (one.post?.lines.length ?? 0);
    images.push(one);
  }
  const base = patch.matching ?? patch.commit ?? images.find((image) => image.base.kind !== "none")?.base ?? noBase;
  return { base, images, stack: { files: draft.files, lost: draft.lost } };
}

async function imagesOfFile(file: FilePatch, patch: PatchBase, draft: Draft): Promise<FileImages> {
  if (file.binary) return unread(file, draft, "binary file: not reviewed");
  if (draft.room <= 0) {
    markLost(file, draft);
    return fromHunks(file, patch, draft, []);
  }
  if (file.pathUnknown) {
    const why = patch.tree === null ? [] : ["the diff does not say which file it is for"];
    return fromHunks(file, patch, draft, why);
  }
  if (file.change === "add") return added(file, patch, draft);
  // All files of a patch are as they were before it, even when it moves one over another; a path that comes twice is
  // two patches in one mail.
  const again = file.oldPath !== null && changedHere(draft, file.oldPath) && !movesAway(file);
  const state: Stack = again ? draft : draft.stack;
  const candidates = await candidatesFor(file, patch, state);
  const { fit, tried } = await place(file, candidates, patch.info.blanksLost);
  const all = [...patch.tried, ...(state.lost.has(file.oldPath!) ? ["an earlier patch of the series did not apply to this file"] : []), ...tried];
  const moved = fit === null && file.change === "rename" ? await alreadyMoved(file, patch, state) : null;
  if (moved !== null) {
    record(file, moved, draft);
    return complete(file, moved, [...all, "already applied: the file has its new name"]);
  }
  if (fit === null) {
    markLost(file, draft);
    return fromHunks(file, patch, draft, all);
  }
  record(file, fit, draft);
  return complete(file, fit, all);
}

async function alreadyMoved(file: FilePatch, patch: PatchBase, state: Stack): Promise<Fit | null> {
  const there = await candidatesFor({ ...file, oldPath: file.newPath, oldBlob: null }, patch, state);
  return placeBackwards(file, there, patch.info.blanksLost);
}

function changedHere(draft: Draft, path: string): boolean {
  return draft.files.get(path) !== draft.stack.files.get(path);
}

function movesAway(file: FilePatch): boolean {
  return file.change === "rename" || file.change === "copy";
}

function complete(file: FilePatch, fit: Fit, tried: readonly string[]): FileImages {
  const { source, applied, reversed } = fit;
  const [old, fresh] = reversed ? [applied.text, source] : [source, applied.text];
  const [gone, come] = reversed ? [applied.added, applied.removed] : [applied.removed, applied.added];
  return {
    pre: file.oldPath === null ? null : whole(file.oldPath, "pre", old, gone),
    post: file.newPath === null ? null : whole(file.newPath, "post", fresh, come),
    base: fit.base,
    placements: applied.placements,
    tried,
  };
}

function whole(path: string, side: "pre" | "post", text: SourceText, changed: ReadonlySet<number>): FileImage {
  return { path, side, lines: text.lines, gaps: [], sections: [], changed, blanksLost: false };
}

/** Keeps what the patch leaves behind. A change that the file already had leaves it as it is. */
function record(file: FilePatch, fit: Fit, draft: Draft): void {
  const text = fit.reversed ? fit.source : fit.applied.text;
  // Unless another file of this patch has taken the old name.
  const free = file.oldPath !== null && !changedHere(draft, file.oldPath);
  if (file.change === "rename" && free) draft.files.set(file.oldPath, { text: null, base: fit.base });
  if (file.newPath === null) draft.files.set(file.oldPath!, { text: null, base: fit.base });
  else draft.files.set(file.newPath, { text, base: fit.base });
  for (const path of [file.oldPath, file.newPath]) if (path !== null) draft.lost.delete(path);
}

function markLost(file: FilePatch, draft: Draft): void {
  for (const path of [file.oldPath, file.newPath]) if (path !== null) draft.lost.add(path);
}

function unread(file: FilePatch, draft: Draft, reason: string): FileImages {
  markLost(file, draft);
  return { pre: null, post: null, base: noBase, placements: [], tried: [reason] };
}

function fromHunks(file: FilePatch, patch: PatchBase, draft: Draft, tried: readonly string[]): FileImages {
  const highest = Math.max(0, ...file.hunks.slice(-1).map((hunk) => Math.max(hunk.oldStart, hunk.newStart)));
  const fits = draft.room > 0 && 2 * highest <= draft.room;
  const images = partialImages(fits ? file : withoutPlaces(file), patch.info.blanksLost);
  const why = fits ? tried : [...tried, limitHit];
  return { ...images, base: noBase, placements: [], tried: why };
}

/** An added file is whole in its hunks; the tree only tells whether it is new. */
async function added(file: FilePatch, patch: PatchBase, draft: Draft): Promise<FileImages> {
  const path = file.newPath!;
  const { post } = partialImages(file, patch.info.blanksLost);
  const text: SourceText = { lines: post?.lines ?? [], finalNewline: file.hunks.at(-1)?.lines.at(-1)?.noNewline !== true };
  const base = patch.matching ?? patch.commit ?? (patch.tree?.hasFiles ? ({ kind: "directory", id: patch.tree.name } as const) : noBase);
  draft.files.set(path, { text, base });
  draft.lost.delete(path);
  const there = await present(await candidatesFor({ ...file, oldBlob: null }, patch, draft.stack));
  const same = there !== null && there.lines.join("\n") === text.lines.join("\n");
  const tried = there === null ? [] : [same ? "already applied: the new file is there" : "the new file is there already, with other content"];
  return { pre: null, post, base, placements: [], tried: [...patch.tried, ...tried] };
}

async function present(candidates: readonly Candidate[]): Promise<SourceText | null> {
  const [first] = candidates;
  const read = await first?.read();
  return read !== undefined && "source" in read ? read.source : null;
}
