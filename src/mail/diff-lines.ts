/** The marks by which lines of a diff are known. Knows nothing of mail. */

/** "@@ -1,2 +3,4 @@": the counts, 1 where left out. */
const HUNK = /^@@ +-(\d{1,9})(?:,(\d{1,9}))? +\+(\d{1,9})(?:,(\d{1,9}))? *@@/;

export interface HunkRange {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

export function parseHunkRange(line: string): HunkRange | null {
  const m = HUNK.exec(line);
  if (!m) return null;
  return { oldStart: Number(m[1]), oldLines: Number(m[2] ?? 1), newStart: Number(m[3]), newLines: Number(m[4] ?? 1) };
}

/** A hunk header of any form, also one whose numbers were cut out by hand ("@@", "@@ ... @@ foo()"). */
export function isHunkHeader(line: string): boolean {
  return line.startsWith("@@") && (line.length === 2 || line[2] === " ");
}

export function isCombinedHeader(line: string): boolean {
  return /^diff --(?:cc|combined) \S/.test(line) || /^@@@+ -\d/.test(line);
}

const EXTENDED =
  /^(?:index [0-9a-f]{4,64}\b|old mode |new mode |deleted file mode |new file mode |similarity index |dissimilarity index |rename from |rename to |copy from |copy to |Binary files |GIT binary patch|={20,}|RCS file:|retrieving revision |diff )/;

export function isDiffCommand(line: string): boolean {
  return /^diff (?:--git |--cc |--combined |-[A-Za-z])/.test(line);
}

export function isOldFileLine(line: string): boolean {
  return /^--- \S/.test(line);
}

export function isNewFileLine(line: string): boolean {
  return /^\+\+\+ \S/.test(line);
}

/** A line that belongs to the head of a file's diff, before its hunks. */
export function isFileHeader(line: string): boolean {
  return EXTENDED.test(line) || isOldFileLine(line) || isNewFileLine(line) || /^Index: \S/.test(line);
}

/** A file header that is a change of its own, without hunks. */
export function isWholeFileChange(line: string): boolean {
  return /^(?:rename to |copy to |new mode |deleted file mode |new file mode |Binary files |GIT binary patch)/.test(line);
}

/** "-- " closes the text of a mail; archives cut its blank. A deleted line "-" is not met in C. */
export function isSignature(line: string): boolean {
  return line === "-- " || line === "--";
}

/** The path that a header names, without the first folder where that is a prefix ("a/", "linux.orig/"); null when it names none. */
export function headerFile(line: string): string | null {
  const named = isDiffCommand(line) ? line.slice(line.lastIndexOf(" ") + 1) : /^(?:\+\+\+ |--- |Index: )/.test(line) ? line.slice(line.indexOf(" ") + 1) : "";
  const path = named.split("\t")[0]!.trim().slice(0, 1000);
  return path === "" || path === "/dev/null" ? null : path.replace(/^(?:[a-z]|[^/]{0,60}linux[^/]{0,60}|[^/]{1,100}\.orig)\//, "");
}
