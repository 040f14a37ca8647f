/** The comment right above a function, which may say what its callers hold (Documentation/doc-guide/kernel-doc.rst). */

/** Longer ones are no description of a function. */
const longestComment = 8_000;
/** A head of more text than this, from its first word to its name, is none. */
const longestFront = 400;

/** Text of the comment that ends where the head of the function named at offset `nameAt` begins; "" when there is none. Comment marks are taken off, lines are kept. */
export function commentAbove(text: string, nameAt: number): string {
  const front = text.slice(Math.max(0, nameAt - longestFront), nameAt);
  const end = front.lastIndexOf("*/");
  // A blank line or a directive in between, and the comment is of something else.
  if (end < 0 || !/^[ \t]*\n[\w][\w\s*()",]*$/.test(front.slice(end + 2)) || /\n[ \t]*\n/.test(front.slice(end + 2))) return "";
  const close = nameAt - front.length + end;
  const open = text.lastIndexOf("/*", close - 2);
  if (open < 0 || close - open > longestComment || (open > 0 && text[open - 1] !== "\n")) return "";
  return text
    .slice(open + 2, close)
    .split("\n")
    .map((line) => line.replace(/^[ \t]*\*+/, "").trim())
    .join("\n")
    .trim();
}
