/**
 * format=flowed (RFC 3676): soft line breaks and space stuffing. A patch sent this way has its long lines cut at a blank
 * and every context line moved one blank to the right; both are undone here.
 *
 * Two departures from the RFC, both because the text is likely a diff. A line of blanks alone is never joined to the
 * next: it is an empty context line. And stuffing is undone only where it was done: some mailers declare flowed and
 * leave context lines as they are.
 */

interface FlowedLine {
  readonly depth: number;
  readonly text: string;
}

/** Counts the quote marks in front; RFC 3676 quotes have no blanks between them. */
function readLine(line: string): FlowedLine {
  let depth = 0;
  while (line[depth] === ">") depth++;
  return { depth, text: line.slice(depth) };
}

/**
 * True when unquoted lines were stuffed: a context line then starts with two blanks at least, so one that starts with a
 * single blank, between a hunk header and the next empty line, shows that they were not.
 */
function isStuffed(lines: readonly FlowedLine[]): boolean {
  let inHunk = false;
  for (const { depth, text } of lines) {
    if (depth > 0) continue;
    if (text.startsWith("@@ -")) inHunk = true;
    else if (!/^[ +\-\\]/.test(text)) inHunk = false;
    else if (inHunk && /^ \S/.test(text.replace(/\t/g, "x"))) return false;
  }
  return true;
}

function unstuff(line: FlowedLine, stuffed: boolean): FlowedLine {
  if (!line.text.startsWith(" ") || (line.depth === 0 && !stuffed)) return line;
  return { depth: line.depth, text: line.text.slice(1) };
}

/** True when the line break after `text` is soft. "-- " closes a mail and is never soft. */
function isSoft(text: string): boolean {
  return text.endsWith(" ") && text !== "-- " && text.trim() !== "";
}

function render(line: FlowedLine): string {
  return line.depth === 0 ? line.text : `${">".repeat(line.depth)} ${line.text}`;
}

/** Undoes flowed text. `deleteSpace` is the parameter DelSp: the blank before a soft break is not part of the text. */
export function unflow(body: string, deleteSpace: boolean): string {
  const lines = body.split("\n").map(readLine);
  const stuffed = isStuffed(lines);
  const out: string[] = [];
  let parts: string[] = [];
  let depth = 0;
  const flush = (): void => {
    if (parts.length > 0) out.push(render({ depth, text: parts.join("") }));
    parts = [];
  };
  for (const raw of lines) {
    const line = unstuff(raw, stuffed);
    if (line.depth !== depth) flush();
    depth = line.depth;
    const soft = isSoft(line.text);
    parts.push(soft && deleteSpace ? line.text.slice(0, -1) : line.text);
    if (!soft) flush();
  }
  flush();
  return out.join("\n");
}
