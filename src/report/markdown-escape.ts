/**
 * Text from strangers inside Markdown that a bot posts under its own name: no HTML, link, image, mention, issue or
 * commit reference, heading, list, table cell or comment may come of it (GitHub and GitLab flavour).
 */

/** Inline text: one line in, one line out. Every ASCII punctuation mark is written as a character reference or escaped. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[&<>@#|`*_~[\]()!\\$:+=^"']/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/\s+/g, " ")
    .trim();
}

/** A fenced code block whose fence is longer than any run of backticks inside. Nothing inside it is interpreted. */
export function fence(language: string, lines: readonly string[]): string[] {
  const longest = Math.max(0, ...lines.flatMap((line) => Array.from(line.matchAll(/`+/g), (match) => match[0].length)));
  const mark = "`".repeat(Math.max(3, longest + 1));
  return [`${mark}${language}`, ...lines.flatMap((line) => line.split("\n")), mark];
}
