/**
 * Recognises the lines of a diff that stand outside hunks. Mirrors git's apply.c (parse_git_diff_header) and GNU
 * patch's pch.c (intuit_diff_type). Each line is judged alone; which of them belong together is reader.ts's job.
 */

/** Headers are short: anything longer is text, so that no expression below ever sees a megabyte. */
const longestHeader = 10_000;

/** What a hunk header says. `known` is false when it has no usable numbers; starts and counts are 0 then. */
export interface HunkNumbers {
  readonly known: boolean;
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly section: string;
}

export type HeaderLine =
  | { readonly kind: "git"; readonly names: string }
  | { readonly kind: "command"; readonly names: string }
  | { readonly kind: "combined"; readonly names: string }
  | { readonly kind: "index-name"; readonly name: string }
  | { readonly kind: "rule" }
  | { readonly kind: "old-name"; readonly name: string }
  | { readonly kind: "new-name"; readonly name: string }
  | { readonly kind: "old-mode" | "new-mode" | "added" | "deleted"; readonly mode: string }
  | { readonly kind: "similarity"; readonly percent: number | null }
  | { readonly kind: "rename-from" | "rename-to" | "copy-from" | "copy-to"; readonly name: string }
  | { readonly kind: "blobs"; readonly old: string; readonly new: string; readonly mode: string }
  | { readonly kind: "binary-files"; readonly names: string }
  | { readonly kind: "binary-patch" }
  | { readonly kind: "hunk"; readonly numbers: HunkNumbers }
  | { readonly kind: "combined-hunk" };

const extended: readonly (readonly [string, (rest: string) => HeaderLine | null])[] = [
  ["old mode ", (rest) => modeLine("old-mode", rest)],
  ["new mode ", (rest) => modeLine("new-mode", rest)],
  ["new file mode ", (rest) => modeLine("added", rest)],
  ["deleted file mode ", (rest) => modeLine("deleted", rest)],
  ["rename from ", (name) => ({ kind: "rename-from", name })],
  ["rename to ", (name) => ({ kind: "rename-to", name })],
  ["copy from ", (name) => ({ kind: "copy-from", name })],
  ["copy to ", (name) => ({ kind: "copy-to", name })],
  ["similarity index ", (rest) => percentLine(rest)],
  ["dissimilarity index ", (rest) => (percentLine(rest) ? { kind: "similarity", percent: null } : null)],
  ["index ", (rest) => blobLine(rest)],
];

/** The header that `line` is, or null for any other line. Names are still quoted and prefixed. */
export function headerLine(line: string): HeaderLine | null {
  if (line.length > longestHeader) return null;
  switch (line[0]) {
    case "@":
      return hunkLine(line);
    case "-":
      return line.startsWith("--- ") && line.length > 4 ? { kind: "old-name", name: line.slice(4) } : null;
    case "+":
      return line.startsWith("+++ ") && line.length > 4 ? { kind: "new-name", name: line.slice(4) } : null;
    case "=":
      return line.length > 30 && line === "=".repeat(line.length) ? { kind: "rule" } : null;
    case "d":
      return line.startsWith("diff ") ? commandLine(line) : extendedLine(line);
    case "B":
      return line.startsWith("Binary files ") && line.endsWith(" differ")
        ? { kind: "binary-files", names: line.slice(13, -7) }
        : null;
    case "G":
      return line === "GIT binary patch" ? { kind: "binary-patch" } : null;
    case "I":
      return line.startsWith("Index: ") ? { kind: "index-name", name: line.slice(7) } : null;
    default:
      return extendedLine(line);
  }
}

function commandLine(line: string): HeaderLine | null {
  if (line.startsWith("diff --git ")) return { kind: "git", names: line.slice(11) };
  if (line.startsWith("diff --cc ")) return { kind: "combined", names: line.slice(10) };
  if (line.startsWith("diff --combined ")) return { kind: "combined", names: line.slice(16) };
  if (line.startsWith("diff -")) return { kind: "command", names: line.slice(5) };
  return null;
}

function extendedLine(line: string): HeaderLine | null {
  for (const [word, read] of extended) if (line.startsWith(word)) return read(line.slice(word.length));
  return null;
}

function modeLine(kind: "old-mode" | "new-mode" | "added" | "deleted", rest: string): HeaderLine | null {
  return /^[0-7]{5,6}$/.test(rest) ? { kind, mode: rest } : null;
}

function percentLine(rest: string): HeaderLine | null {
  const found = /^(\d{1,3})%$/.exec(rest);
  return found ? { kind: "similarity", percent: Math.min(100, Number(found[1])) } : null;
}

function blobLine(rest: string): HeaderLine | null {
  const found = /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{5,6}))?$/.exec(rest.trimEnd());
  return found ? { kind: "blobs", old: found[1]!, new: found[2]!, mode: found[3] ?? "" } : null;
}

const exactHunk = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)$/;
const looseRange = /[ @]-(\d{1,9})(?:,(\d{1,9}))? {1,4}\+(\d{1,9})(?:,(\d{1,9}))?(?=[ @]|$)/;

function hunkLine(line: string): HeaderLine | null {
  if (line.startsWith("@@@")) return line.startsWith("@@@ -") ? { kind: "combined-hunk" } : null;
  if (!line.startsWith("@@")) return null;
  const found = exactHunk.exec(line);
  if (found) return { kind: "hunk", numbers: numbersOf(found, found[5]!) };
  // A damaged header still opens a hunk when it is closed by a second "@@" or has both ranges; a lone "@@" is what
  // semantic patches in commit texts have.
  const second = line.indexOf("@@", 2);
  const ranges = looseRange.exec(second < 0 ? line : line.slice(0, second));
  if (ranges) return { kind: "hunk", numbers: numbersOf(ranges, second < 0 ? "" : line.slice(second + 2)) };
  if (second < 0) return null;
  const section = line.slice(second + 2).trim();
  return { kind: "hunk", numbers: { known: false, oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, section } };
}

function numbersOf(found: RegExpExecArray, rest: string): HunkNumbers {
  return {
    known: true,
    oldStart: Number(found[1]),
    oldLines: found[2] === undefined ? 1 : Number(found[2]),
    newStart: Number(found[3]),
    newLines: found[4] === undefined ? 1 : Number(found[4]),
    section: rest.trim(),
  };
}
