/**
 * File names in diffs: unquoting, prefixes (`a/`, `linux.orig/`, none) and refusal of names that leave the tree.
 * Mirrors git's quote.c (unquote_c_style) and apply.c (git_header_name, find_name). The tree is not asked: which prefix
 * a diff has must be the same with and without one.
 */

/** Linux limits a path to PATH_MAX bytes (include/uapi/linux/limits.h, 4096). */
const longestPath = 4096;

/** Directories at the top of a kernel tree; with one of these in front a name has no prefix. */
const kernelTop: ReadonlySet<string> = new Set([
  "arch", "block", "certs", "crypto", "Documentation", "drivers", "fs", "include", "init", "io_uring", "ipc", "kernel",
  "lib", "LICENSES", "mm", "net", "rust", "samples", "scripts", "security", "sound", "tools", "usr", "virt",
]);

/** Pairs of prefixes that git writes: default, `diff.mnemonicPrefix`, `--no-index`; each also reversed by `-R`. */
const gitPairs: ReadonlySet<string> = new Set(["a b", "i w", "c i", "c w", "o w", "1 2", "b a", "w i", "i c", "w c", "w o", "2 1"]);
const gitPrefixes: ReadonlySet<string> = new Set(["a", "b", "i", "w", "c", "o"]);

export interface NamePair {
  /** null stands for /dev/null or a name that is not given. */
  readonly old: string | null;
  readonly new: string | null;
}

/** Why a path must not be used, or "" when it is fine. */
export function pathRefusal(path: string): string {
  if (path === "") return "the file name is empty";
  if (path.length > longestPath) return "the file name is longer than 4096 bytes";
  if (path.includes("\0")) return "the file name has a NUL byte in it";
  if (hasControl(path)) return "the file name has control characters in it";
  if (path.startsWith("/")) return `the path is absolute: ${path}`;
  const parts = path.split("/");
  if (parts.includes("..")) return `the path climbs out of the tree: ${path}`;
  if (parts.some((part) => part.toLowerCase() === ".git")) return `the path leads into git's own files: ${path}`;
  return "";
}

function hasControl(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** Name of a `---` or `+++` line without time stamp and quotes; null for /dev/null. */
export function plainName(raw: string): string | null {
  const quoted = raw.startsWith('"') ? unquote(raw) : null;
  const name = quoted ? quoted.name : withoutStamp(raw);
  return name === "/dev/null" ? null : name;
}

/** True when a `---` or `+++` line carries the epoch as time stamp, with which diff -N marks an absent file. */
export function hasEpochStamp(raw: string): boolean {
  return /\s1970-01-01 0\d:00:00|\s1969-12-31 \d\d:00:00|\sThu Jan {1,2}1 0\d:00:00 1970/.test(raw.slice(0, longestPath * 2));
}

function withoutStamp(raw: string): string {
  const tab = raw.indexOf("\t");
  const name = tab >= 0 ? raw.slice(0, tab) : raw;
  const stamp = / {1,4}(?:\d{4}-\d\d-\d\d \d\d:\d\d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} )/.exec(name);
  return (stamp ? name.slice(0, stamp.index) : name).trimEnd();
}

/** Decodes git's C-style quoting at the start of `text`; null when the quotes are not closed or an escape is unknown. */
export function unquote(text: string): { readonly name: string; readonly length: number } | null {
  const plain: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };
  const bytes: number[] = [];
  for (let at = 1; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"') return { name: Buffer.from(bytes).toString("utf8"), length: at + 1 };
    if (c !== "\\") {
      const point = text.codePointAt(at)!;
      if (point > 0xffff) at++;
      bytes.push(...Buffer.from(String.fromCodePoint(point), "utf8"));
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4));
    const code = octal ? Number.parseInt(octal[0], 8) : plain[text[at + 1] ?? ""];
    if (code === undefined) return null;
    bytes.push(code);
    at += octal ? 3 : 1;
  }
  return null;
}

/** Splits the two names of a `diff --git` line. Null when they can't be told apart (names with spaces that differ). */
export function splitGitNames(rest: string): NamePair | null {
  const text = rest.trimEnd();
  if (text.length > 2 * longestPath + 16) return null;
  if (text.startsWith('"') || text.endsWith('"')) return splitQuoted(text);
  // Equal names with prefixes of equal length: the blank stands exactly in the middle.
  const middle = (text.length - 1) / 2;
  if (text[middle] === " ") {
    const [old, fresh] = [text.slice(0, middle), text.slice(middle + 1)];
    if (old === fresh || withoutFirst(old) === withoutFirst(fresh)) return { old, new: fresh };
  }
  const words = text.split(" ");
  if (words.length === 2) return { old: words[0]!, new: words[1]! };
  const second = text.lastIndexOf(" b/");
  return second > 0 ? { old: text.slice(0, second), new: text.slice(second + 1) } : null;
}

function splitQuoted(text: string): NamePair | null {
  if (text.startsWith('"')) {
    const first = unquote(text);
    if (!first || text[first.length] !== " ") return null;
    const rest = text.slice(first.length + 1);
    const second = rest.startsWith('"') ? unquote(rest)?.name : rest;
    return second === undefined ? null : { old: first.name, new: second };
  }
  const at = text.indexOf(' "');
  const second = at < 0 ? null : unquote(text.slice(at + 1));
  return second ? { old: text.slice(0, at), new: second.name } : null;
}

function withoutFirst(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** The same names relative to the top of the tree. */
export function stripped(pair: NamePair): NamePair {
  const names = { old: tidied(pair.old), new: tidied(pair.new) };
  if (stripCount(names) === 0) return names;
  return { old: names.old === null ? null : withoutFirst(names.old), new: names.new === null ? null : withoutFirst(names.new) };
}

/** What patch tools append to the name of an old version: `diff` by hand `.orig`, quilt `~name-of-the-patch`. */
const backup = /(?:\.(?:orig|old)|~[\w.+-]{0,200})$/;

/** `--- mm/memory.c.orig` or `--- a/mm/memory.c~fix-walk` and `+++ b/mm/memory.c` are the same file; so is one that is gone. */
export function withoutBackup(pair: NamePair): NamePair {
  const found = pair.old === null ? null : backup.exec(pair.old);
  if (pair.old === null || found === null) return pair;
  const old = pair.old.slice(0, found.index);
  const same = pair.new === null ? found[0].startsWith("~") : old === pair.new || withoutFirst(old) === withoutFirst(pair.new);
  return same ? { old, new: pair.new } : pair;
}

function tidied(name: string | null): string | null {
  return name?.startsWith("./") ? name.slice(2) : name;
}

function stripCount(pair: NamePair): 0 | 1 {
  const first = (name: string): string => (name.includes("/") ? name.slice(0, name.indexOf("/")) : "");
  const one = pair.new ?? pair.old;
  if (one === null) return 0;
  if (pair.old === null || pair.new === null) return singleStrip(one);
  const [old, fresh] = [first(pair.old), first(pair.new)];
  if (old === "" || fresh === "") return 0;
  if (gitPairs.has(`${old} ${fresh}`)) return 1;
  if (old !== fresh) return withoutFirst(pair.old) === withoutFirst(pair.new) ? 1 : 0;
  return singleStrip(one);
}

function singleStrip(name: string): 0 | 1 {
  const parts = name.split("/", 3);
  if (parts.length < 2 || kernelTop.has(parts[0]!)) return 0;
  if (gitPrefixes.has(parts[0]!)) return 1;
  return kernelTop.has(parts[1]!) && parts.length > 2 ? 1 : 0;
}
