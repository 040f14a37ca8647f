/** Tells whether a mail looks as if its end was cut off: input files are truncated by full disks and broken downloads. */
import { isFileHeader, isHunkHeader, parseHunkRange } from "./diff-lines.ts";
import type { HeaderBlock } from "./headers.ts";

/** True when the last hunk has fewer lines than its header says. */
function endsInHunk(diff: string): boolean {
  let old = 0;
  let added = 0;
  for (const line of diff.trimEnd().split("\n")) {
    if (isHunkHeader(line)) {
      const range = parseHunkRange(line);
      old = range?.oldLines ?? 0;
      added = range?.newLines ?? 0;
    } else if (!(isFileHeader(line) && old <= 0 && added <= 0) && !line.startsWith("\\")) {
      if (!line.startsWith("+")) old--;
      if (!line.startsWith("-")) added--;
    }
  }
  // A blank context line at the very end is easily stripped by a mailer and proves nothing.
  return old > 1 || added > 1;
}

/** `header` is null for text without one; `diff` is the last unquoted diff of the body, or null. */
export function looksCut(header: HeaderBlock | null, body: string, diff: string | null): boolean {
  if (header !== null && !header.closed && body === "") return true;
  return diff !== null && body.trimEnd().endsWith(diff.trimEnd()) && endsInHunk(diff);
}
