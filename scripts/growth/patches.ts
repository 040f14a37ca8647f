/** Lines of C -> patches: a new file, lines lost and won between two whole versions, and hunks with gaps between them. */

export type Change = "added" | "lost" | "won" | "hunks";
export const waysToChange: readonly Change[] = ["added", "lost", "won", "hunks"];

/** A new file of these lines. */
export function added(lines: readonly string[], file: string = "mm/x.c"): string {
  return `diff --git a/${file} b/${file}\nnew file mode 100644\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
}

/** Every third statement of its own is taken away (or put there). */
function between(lines: readonly string[], mark: "-" | "+"): string {
  let statements = 0;
  const marked = lines.map((line) => `${/^\t.*;$/.test(line) && !/\b(?:else|for|goto out|break|case|default|return err)\b|^\t\w+ \*?\w+(?:, .*)?;$/.test(line) && ++statements % 3 === 0 ? mark : " "}${line}\n`);
  const moved = marked.filter((line) => line.startsWith(mark)).length;
  const [pre, post] = mark === "-" ? [lines.length, lines.length - moved] : [lines.length - moved, lines.length];
  return `diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,${pre} +1,${post} @@\n${marked.join("")}`;
}

/** Of each twelve lines nine are shown, and the fifth of them is new. */
function inHunks(lines: readonly string[]): string {
  const hunks: string[] = [];
  for (let at = 0; at < lines.length; at += 12) {
    const shown = lines.slice(at, at + 9);
    const text = shown.map((line, i) => `${i === 4 ? "+" : " "}${line}\n`).join("");
    const news = shown.length > 4 ? 1 : 0;
    hunks.push(`@@ -${at + 1 - hunks.length},${shown.length - news} +${at + 1},${shown.length} @@ ${lines.slice(0, at).findLast((line) => /^\w/.test(line)) ?? ""}\n${text}`);
  }
  return `diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n${hunks.join("")}`;
}

export function patchOf(lines: readonly string[], change: Change): string {
  switch (change) {
    case "added":
      return added(lines);
    case "lost":
      return between(lines, "-");
    case "won":
      return between(lines, "+");
    case "hunks":
      return inHunks(lines);
  }
}
