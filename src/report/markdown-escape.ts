/**
 * Text from strangers inside Markdown that a bot posts under its own name: no HTML, link, image, mention, reference to
 * an issue or commit, heading, list or comment may come of it (GitHub and GitLab flavour). Character references stop
 * the renderer; what the sites find in rendered text (@name, #1, !1, www.) is parted by a zero-width space.
 */

export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[&<>@#!$%~|`*_[\]\\]/g, reference)
    .replace(/:(?=\/\/)/g, ":&#8203;")
    .replace(/(www)(?=\.)/gi, "$1&#8203;")
    .replace(/(GH)(?=-\d)/gi, "$1&#8203;")
    .replace(/^(?:[-+](?= |$)|[-= ]+$|\d{1,9}[.)](?= |$))/, (mark) => `&#8203;${mark}`);
}

/** Of these the sites make mentions and references when a word or number follows. */
const parted = /[@#!$%~&]/;

function reference(char: string): string {
  return `&#${char.charCodeAt(0)};${parted.test(char) ? "&#8203;" : ""}`;
}

/** A code span: nothing inside it is interpreted, whatever it holds. */
export function codeSpan(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  const mark = "`".repeat(longestRun(flat) + 1);
  return flat === "" ? "` `" : /^`|`$/.test(flat) || mark.length > 1 ? `${mark} ${flat} ${mark}` : `${mark}${flat}${mark}`;
}

/** A fenced code block whose fence is longer than any run of backticks inside. */
export function fence(language: string, lines: readonly string[]): string[] {
  const mark = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return [`${mark}${language}`, ...lines.flatMap((line) => line.split("\n")), mark];
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), (match) => match[0].length));
}
