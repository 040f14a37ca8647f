/**
 * Reads the comments that head models, actors and scenarios: lines of `key: value`, a value going on in lines that are
 * indented deeper. docs/simulator.md describes the keys.
 *
 *     /*
 *      * actor: what it is, for people
 *      * since: 6.5
 *      * needs: vma=anon pmd=table
 *      * /
 */

export interface Header {
  /** 1-based line of the comment's end. */
  readonly endLine: number;
  readonly line: number;
  /** Values by key, in lower case; a repeated key joins its values with a line feed. */
  readonly keys: ReadonlyMap<string, string>;
  /** Where each key stands first: 1-based line and column. */
  readonly places: ReadonlyMap<string, Place>;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Every block comment that has at least one `key: value` line, in order. */
export function headersOf(text: string): Header[] {
  const headers: Header[] = [];
  for (let at = text.indexOf("/*"); at >= 0; at = text.indexOf("/*", at + 2)) {
    const close = text.indexOf("*/", at + 2);
    if (close < 0) break;
    const line = lineAt(text, at);
    const { keys, places } = keysOf(text.slice(at + 2, close), line, at + 2 - (text.lastIndexOf("\n", at) + 1));
    if (keys.size > 0) headers.push({ line, endLine: lineAt(text, close), keys, places });
    at = close;
  }
  return headers;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/** `line` and `before`: where the comment's text starts, and how much of that line stands in front of it. */
function keysOf(comment: string, line: number, before: number): Pick<Header, "keys" | "places"> {
  const keys = new Map<string, string>();
  const places = new Map<string, Place>();
  let last = "";
  let depth = 0;
  for (const [index, raw] of comment.split("\n").entries()) {
    const text = raw.replace(/^\s*\* ?/, "");
    const found = /^ *([a-z][a-z-]*):(.*)$/.exec(text);
    const indent = text.length - text.trimStart().length;
    if (found !== null && (last === "" || indent <= depth)) {
      last = found[1]!;
      depth = indent;
      const value = found[2]!.trim();
      if (!places.has(last)) places.set(last, { line: line + index, column: raw.length - text.length + indent + 1 + (index === 0 ? before : 0) });
      keys.set(last, keys.has(last) ? `${keys.get(last)}\n${value}` : value);
    } else if (last !== "" && text.trim() !== "" && indent > depth) {
      keys.set(last, `${keys.get(last)} ${text.trim()}`);
    } else if (text.trim() === "") last = "";
  }
  return { keys, places };
}

/** `a=b c=d,e` as settings. Words without "=" mean yes. */
export function settingsOf(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    const [key, ...value] = word.split("=");
    settings[key!] = value.length === 0 ? "yes" : value.join("=");
  }
  return settings;
}
