/**
 * Images from hunks alone: each hunk's lines stand at the numbers that its header gives, with gaps between. Hunks of
 * unknown place stand one after the other, far apart, so that no one takes them for neighbours.
 */
import type { FilePatch, Hunk } from "../core/diff.ts";
import type { FileImage, Gap, SectionHint } from "../core/image.ts";

/** Distance of hunks whose place is unknown; no function is as long. Nearer together once an image is absurdly long. */
const apart = 10_000;
const absurd = 1_000_000;

export interface ImagePair {
  readonly pre: FileImage | null;
  readonly post: FileImage | null;
}

/** Pre- and post-image of a file from its hunks; null for the side that does not exist, and for files without hunks. */
export function partialImages(file: FilePatch, blanksLost: boolean): ImagePair {
  if (file.hunks.length === 0) return { pre: null, post: null };
  return {
    pre: file.oldPath === null ? null : imageOf(file, "pre", blanksLost),
    post: file.newPath === null ? null : imageOf(file, "post", blanksLost),
  };
}

function imageOf(file: FilePatch, side: "pre" | "post", blanksLost: boolean): FileImage {
  const lines: string[] = [];
  const gaps: Gap[] = [];
  const sections: SectionHint[] = [];
  const changed = new Set<number>();
  for (const hunk of file.hunks) {
    const placed = placeOf(firstLine(hunk, side), lines.length);
    if (placed > lines.length + 1) gaps.push({ from: lines.length + 1, to: placed - 1 });
    while (lines.length < placed - 1) lines.push("");
    if (hunk.section !== "") sections.push({ line: placed, text: hunk.section });
    for (const line of hunk.lines) {
      if (line.kind === (side === "pre" ? "add" : "del")) continue;
      lines.push(line.text);
      if (line.kind !== "context") changed.add(lines.length);
    }
  }
  if (!isWhole(file, side)) gaps.push({ from: lines.length + 1, to: Infinity });
  return { path: (side === "pre" ? file.oldPath : file.newPath)!, side, lines, gaps, sections, changed, blanksLost };
}

/** The same file with its hunks at unknown places: its images are as long as the hunks, wherever the headers claim to be. */
export function withoutPlaces(file: FilePatch): FilePatch {
  return { ...file, hunks: file.hunks.map((hunk) => ({ ...hunk, oldStart: 0, newStart: 0 })) };
}

/** Where a hunk goes that says `line` when `used` lines are taken: at 2 when it is the first of unknown place, as code comes before it. */
function placeOf(line: number, used: number): number {
  if (line > used) return line;
  return used === 0 ? 2 : used + (used < absurd ? apart : 2);
}

/** Line of the hunk's first line on this side; 0 when unknown. An empty range names the line before it. */
function firstLine(hunk: Hunk, side: "pre" | "post"): number {
  const [start, count] = side === "pre" ? [hunk.oldStart, hunk.oldLines] : [hunk.newStart, hunk.newLines];
  return count === 0 ? start + 1 : start;
}

/** The hunks of an added or deleted file hold all of it. */
function isWhole(file: FilePatch, side: "pre" | "post"): boolean {
  return side === "pre" ? file.newPath === null && file.change === "delete" : file.oldPath === null && file.change === "add";
}
