/**
 * Whether a line that looks like a header is one: `--- ` and `+++ ` also start changed lines, "rename to" and "index"
 * start sentences. The lines around it and the section it would belong to decide.
 */
import type { FileHeader } from "./file-header.ts";
import { type HeaderLine, headerLine } from "./header.ts";

/** The file section that is being read. */
export interface OpenSection {
  readonly header: FileHeader;
  readonly hunks: readonly unknown[];
}

/** The header line at `at`, when its surroundings agree that it is one. */
export function headerAt(lines: readonly string[], at: number, file: OpenSection | null): HeaderLine | null {
  const header = at < lines.length ? headerLine(lines[at]!) : null;
  if (header === null) return null;
  const next = at + 1 < lines.length ? headerLine(lines[at + 1]!) : null;
  const fresh = file !== null && file.hunks.length === 0;
  switch (header.kind) {
    case "old-name":
      return next?.kind === "new-name" || next?.kind === "hunk" || (fresh && file.header.git !== undefined) ? header : null;
    case "new-name":
      return next?.kind === "hunk" || (fresh && (file.header.old !== undefined || file.header.git !== undefined)) ? header : null;
    case "index-name":
      return next?.kind === "rule" || next?.kind === "old-name" || next?.kind === "command" ? header : null;
    case "rule":
      return fresh && file.header.hint !== undefined ? header : null;
    case "rename-from":
    case "copy-from":
      return (fresh && file.header.git !== undefined) || next?.kind === "rename-to" || next?.kind === "copy-to" ? header : null;
    case "old-mode":
    case "new-mode":
    case "added":
    case "deleted":
    case "similarity":
    case "rename-to":
    case "copy-to":
      return fresh || next !== null ? header : null;
    case "binary-patch":
      return file !== null ? header : null;
    default:
      return header;
  }
}

/** Header kinds that certainly end a damaged hunk. */
export function endsHunk(lines: readonly string[], at: number): boolean {
  const first = lines[at]![0];
  if (first === undefined || !"d@-+IBi".includes(first)) return false;
  const kind = headerAt(lines, at, null)?.kind;
  return kind !== undefined && kind !== "similarity" && kind !== "rule";
}
