/**
 * Hunks that the tree has in another function than their headers name. A hunk that was made for another kernel may fit a
 * function that looks the same, and be reviewed there; git apply would put it there as well, and neither says so.
 */
import { functionsAt, functionsNamed } from "./c/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { FilePatch } from "./core/diff.ts";
import type { FileImages } from "./core/image.ts";

/** Notes for a file whose pre-image is the tree's, lowered as `unit`. */
export function landedElsewhere(file: FilePatch, { pre, placements }: FileImages, unit: UnitIr): string[] {
  if (pre === null || pre.gaps.length > 0) return [];
  return placements.flatMap(({ hunk: number, offset }) => {
    const hunk = file.hunks[number - 1];
    const named = hunk === undefined || offset === 0 ? undefined : /\b([A-Za-z_]\w*)\s*\(/.exec(hunk.section)?.[1];
    // A macro's name, or a function that the tree does not have, says nothing of the place.
    if (hunk === undefined || named === undefined || functionsNamed(unit, named).length === 0) return [];
    const start = hunk.oldStart + offset;
    const [found] = functionsAt(unit, new Set([start]));
    // A header names the function whose head stands before the hunk's first line.
    if (found === undefined || found.line >= start || found.name === named) return [];
    return [`${pre.path}: hunk ${number} lies in ${found.name}() here, and in ${named}() by its header`];
  });
}
