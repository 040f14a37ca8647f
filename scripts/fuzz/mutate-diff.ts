/** Lies that the diff in a mail can tell: counts, line numbers, names, marks, wrapped and missing lines. */
import type { Random } from "./random.ts";

type Change = (lines: string[], at: number, random: Random) => void;

const names: readonly string[] = [
  "a/mm/memory.c", "/dev/null", "../../etc/passwd", "/etc/passwd", "a/.git/config", '"a/mm/\\303\\244.c"', "a/x y.c", "mm/memory.c.orig", "a/mm/memory.c~fix", "a/x\u0000.c", "",
];

/** Each works on the line `at`, which is any line of the mail; those that want a header look for the next one. */
const changes: readonly Change[] = [
  (lines, at, random) => replaceHunk(lines, at, () => `@@ -${random.number(5000)},${random.number(40)} +${random.number(5000)},${random.number(40)} @@`),
  (lines, at, random) => replaceHunk(lines, at, (line) => line.replace(/,\d+/, `,${random.pick([0, 1, 2, 7, 99, 99_999_999, 4_294_967_296])}`)),
  (lines, at, random) => replaceHunk(lines, at, (line) => line.replace(/-\d+/, `-${random.pick([0, 1, 999_999, 1_000_001, 999_999_999])}`)),
  (lines, at, random) => replaceHunk(lines, at, (line) => random.pick(["@@ @@", "@@", "@@@ -1,3 -1,3 +1,4 @@@", line.slice(0, 9), line.replaceAll(" ", "  "), `${line} ${"f(".repeat(200)}`])),
  (lines, at, random) => replaceFrom(lines, at, "--- ", () => `--- ${random.pick(names)}`),
  (lines, at, random) => replaceFrom(lines, at, "+++ ", () => `+++ ${random.pick(names)}`),
  (lines, at, random) => replaceFrom(lines, at, "diff --git ", () => `diff --git ${random.pick(names)} ${random.pick(names)}`),
  (lines, at, random) => replaceFrom(lines, at, "index ", () => random.pick(["index 0000000..1234567", "index 123..456", "old mode 100644", "rename from x", "Binary files a/x and b/x differ", "GIT binary patch"])),
  (lines, at) => void lines.splice(at, 1),
  (lines, at, random) => void lines.splice(at, 0, lines[random.number(lines.length)] ?? ""),
  (lines, at, random) => void lines.splice(at, 1 + random.number(30)),
  (lines, at, random) => void (lines[at] = random.pick(["+", "-", " ", "\\ No newline at end of file", "", "\t", "> "]) + (lines[at] ?? "").slice(1)),
  (lines, at) => void (lines[at] = (lines[at] ?? "").trimStart()),
  (lines, at) => wrap(lines, at),
  (lines, at, random) => cutRun(lines, at, random, (line) => line.replace(/^ +/, "")),
  (lines, at, random) => cutRun(lines, at, random, (line) => `> ${line}`),
  (lines, at, random) => cutRun(lines, at, random, (line) => line.replaceAll("\t", "    ")),
  (lines, at, random) => cutRun(lines, at, random, (line) => `${line}\r`),
  (lines, at, random) => void lines.splice(at, 0, ...Array.from({ length: random.number(200) }, () => random.pick(["+\tif (x) {", "+\t}", "-", "+#ifdef X", "+/*", '+"', " {", "+\tpte_unmap_unlock(pte, ptl);"]))),
];

function replaceHunk(lines: string[], at: number, change: (line: string) => string): void {
  replaceFrom(lines, at, "@@ ", change);
}

function replaceFrom(lines: string[], at: number, start: string, change: (line: string) => string): void {
  const found = lines.findIndex((line, i) => i >= at && line.startsWith(start));
  if (found >= 0) lines[found] = change(lines[found]!);
}

function wrap(lines: string[], at: number): void {
  const line = lines[at] ?? "";
  const blank = line.lastIndexOf(" ", 70);
  if (blank > 10) lines.splice(at, 1, line.slice(0, blank), line.slice(blank + 1));
}

function cutRun(lines: string[], at: number, random: Random, change: (line: string) => string): void {
  const end = Math.min(lines.length, at + 1 + random.number(60));
  for (let i = at; i < end; i++) lines[i] = change(lines[i]!);
}

/** One lie told in the text of a mail. */
export function mutateDiff(text: string, random: Random): string {
  const lines = text.split("\n");
  random.pick(changes)(lines, random.number(lines.length), random);
  return lines.join("\n");
}
