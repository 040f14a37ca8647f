/**
 * The bridge to parse-diff: repaired hunks are written in git's plainest notation, so that the package sees only what
 * it is good at. File names stay out of that text: ours may hold anything, and parse-diff takes time that grows with the
 * square of their length.
 */
import parsePackage from "parse-diff";
import type { DiffLine, Hunk } from "../core/diff.ts";

export interface SettledHunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly section: string;
  readonly lines: readonly DiffLine[];
}

const marks: Readonly<Record<DiffLine["kind"], string>> = { context: " ", add: "+", del: "-" };

/** Lines of one hunk on its old and its new side. */
function sizes(lines: readonly DiffLine[]): { old: number; new: number } {
  let [old, fresh] = [0, 0];
  for (const line of lines) {
    if (line.kind !== "add") old++;
    if (line.kind !== "del") fresh++;
  }
  return { old, new: fresh };
}

/** The hunks of each file as git would have written them. */
function canonicalText(files: readonly (readonly SettledHunk[])[]): string {
  const out: string[] = [];
  for (const hunks of files) {
    out.push("diff --git a/f b/f", "--- a/f", "+++ b/f");
    for (const hunk of hunks) {
      const { old, new: fresh } = sizes(hunk.lines);
      out.push(`@@ -${hunk.oldStart},${old} +${hunk.newStart},${fresh} @@`);
      for (const line of hunk.lines) {
        out.push(marks[line.kind] + line.text);
        if (line.noNewline) out.push("\\ No newline at end of file");
      }
    }
  }
  return out.join("\n");
}

/** Parses the hunks of each file; sections are taken from the input, as parse-diff leaves them in the header text. */
export function parseHunks(files: readonly (readonly SettledHunk[])[]): Hunk[][] {
  if (files.every((hunks) => hunks.length === 0)) return files.map(() => []);
  return parsePackage(canonicalText(files)).map((file, index) =>
    file.chunks.map((chunk, at) => ({
      oldStart: chunk.oldStart,
      oldLines: chunk.oldLines,
      newStart: chunk.newStart,
      newLines: chunk.newLines,
      section: files[index]![at]!.section,
      lines: linesOf(chunk.changes),
    })),
  );
}

function linesOf(changes: readonly parsePackage.Change[]): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const change of changes) {
    if (change.content.startsWith("\\")) lines.push({ ...lines.pop()!, noNewline: true });
    else lines.push({ kind: change.type === "normal" ? "context" : change.type, text: change.content.slice(1) });
  }
  return lines;
}
