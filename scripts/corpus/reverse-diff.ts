/** A unified diff read backwards: the patch that takes it back. */

/** Swaps added and removed lines, hunk ranges, file names and blob ids. Text before the first file is left out. */
export function reverseDiff(text: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith("diff --git "));
  const end = lines.findIndex((line, index) => index > start && line === "-- ");
  const reversed: string[] = [];
  let inHunk = false;
  let older = "";
  for (const line of lines.slice(start, end < 0 ? undefined : end)) {
    if (line.startsWith("diff --git ")) inHunk = false;
    const range = /^@@ -(\S+) \+(\S+) @@(.*)$/.exec(line);
    if (range) {
      inHunk = true;
      reversed.push(`@@ -${range[2]} +${range[1]} @@${range[3]}`);
    } else if (inHunk) reversed.push(reverseLine(line));
    else if (line.startsWith("--- ")) older = line.slice(4);
    else if (line.startsWith("+++ ")) reversed.push(...fileNames(older, line.slice(4)));
    else reversed.push(line.replace(/^index ([0-9a-f]+)\.\.([0-9a-f]+)/, "index $2..$1"));
  }
  return `${reversed.join("\n").trimEnd()}\n`;
}

function reverseLine(line: string): string {
  if (line.startsWith("+")) return `-${line.slice(1)}`;
  return line.startsWith("-") ? `+${line.slice(1)}` : line;
}

/** The new file's name becomes the old one's and the other way round, with the a/ and b/ marks in their places. */
function fileNames(older: string, newer: string): string[] {
  return [`--- ${newer.replace(/^b\//, "a/")}`, `+++ ${older.replace(/^a\//, "b/")}`];
}
