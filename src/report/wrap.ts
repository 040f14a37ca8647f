/** Text laid out in columns. A column is one code point: kernel text is ASCII but for names. */

/** Words on one line, for what must not start a line of its own: subjects, file names, reasons. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function columns(text: string): number {
  let points = 0;
  for (const _point of text) points++;
  return points;
}

/** Lines of at most `width` columns; line feeds in `text` are kept, a longer word is cut. An empty text gives one empty line. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, Math.max(1, width)));
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  let used = 0;
  for (const word of text.split(/\s+/).filter((part) => part !== "").flatMap((part) => pieces(part, width))) {
    const more = columns(word);
    if (current === "") [current, used] = [word, more];
    else if (used + 1 + more <= width) [current, used] = [`${current} ${word}`, used + 1 + more];
    else {
      lines.push(current);
      [current, used] = [word, more];
    }
  }
  return [...lines, current];
}

function pieces(word: string, width: number): string[] {
  const points = Array.from(word);
  if (points.length <= width) return [word];
  const cut: string[] = [];
  for (let start = 0; start < points.length; start += width) cut.push(points.slice(start, start + width).join(""));
  return cut;
}

/** `label` padded to `indent` columns, then the text; further lines stand under the first. */
export function hanging(label: string, text: string, indent: number, width: number): string[] {
  // A label that leaves no gap has a line of its own.
  if (label.length >= indent && /\S$/.test(label)) return [label, ...hanging("", text, indent, width)];
  const head = label.padEnd(indent);
  return wrap(text, width - indent).map((line, index) => (index === 0 ? `${head}${line}` : " ".repeat(indent) + line).trimEnd());
}

/** Tabs to spaces as a terminal would with stops every eight columns. */
export function expandTabs(text: string): string {
  let out = "";
  let column = 0;
  for (const char of text) {
    const piece = char === "\t" ? " ".repeat(8 - (column % 8)) : char;
    out += piece;
    column += columns(piece);
  }
  return out;
}

/** At most `width` columns; what is cut shows as "...". */
export function clip(text: string, width: number): string {
  const points = Array.from(text);
  if (points.length <= width) return text;
  return `${points.slice(0, Math.max(0, width - 3)).join("")}...`;
}

/** "1 patch", "2 patches". */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** "file:line", or the file alone when the line is not known (0). */
export function placeText(file: string, line: number): string {
  return line > 0 ? `${oneLine(file)}:${line}` : oneLine(file);
}
