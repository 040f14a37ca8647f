/**
 * The source around a finding, from the images that it was found in. Removed lines stand where they stood; they are
 * found by walking both images side by side, because all lines but the changed ones correspond.
 */
import type { CodeFrame, FrameLine } from "./finding.ts";
import type { FileImage } from "./image.ts";

/** Removed lines by the post-image line that follows them. */
export type RemovedLines = ReadonlyMap<number, readonly FrameLine[]>;

/** A longer stretch of removed lines is cut: the frame is there to find the place, not to replace the patch. */
const mostRemoved = 8;

/** Empty when the images do not correspond line by line, as when a hunk could not be placed. */
export function removedLines(pre: FileImage | null, post: FileImage): RemovedLines {
  const removed = new Map<number, FrameLine[]>();
  if (pre === null) return removed;
  let at = 1;
  for (let line = 1; line <= pre.lines.length; line++) {
    if (pre.changed.has(line)) {
      const gone: FrameLine = { line, mark: "-", text: pre.lines[line - 1]! };
      const before = removed.get(at);
      if (before) before.push(gone);
      else removed.set(at, [gone]);
      continue;
    }
    while (post.changed.has(at)) at++;
    if (at > post.lines.length || post.lines[at - 1] !== pre.lines[line - 1]) return new Map();
    at++;
  }
  return removed;
}

/** `context` known lines on each side of `line`; undefined when the line itself is not known. */
export function frameAround(image: FileImage, line: number, removed: RemovedLines, context = 4): CodeFrame | undefined {
  const known = (number: number): boolean =>
    number >= 1 && number <= image.lines.length && !image.gaps.some((gap) => gap.from <= number && number <= gap.to);
  if (!known(line)) return undefined;
  let start = line;
  while (start > line - context && known(start - 1)) start--;
  let end = line;
  while (end < line + context && known(end + 1)) end++;
  const mark = image.side === "post" ? "+" : "-";
  const lines: FrameLine[] = [];
  for (let number = start; number <= end; number++) {
    if (image.side === "post") lines.push(...(removed.get(number) ?? []).slice(0, mostRemoved));
    lines.push({ line: number, mark: image.changed.has(number) ? mark : " ", text: image.lines[number - 1]! });
  }
  return { start, lines };
}
