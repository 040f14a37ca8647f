/** Lies that the diff in a mail can tell: counts, line numbers, names, marks, wrapped and missing lines, and what it does to files beside their text. */
import type { Random } from "./random.ts";

type Change = (lines: string[], at: number, random: Random) => void;

const names: readonly string[] = [
  "a/mm/memory.c", "/dev/null", "../../etc/passwd", "/etc/passwd", "a/.git/config", '"a/mm/\\303\\244.c"', "a/x y.c", "b/mm/huge_memory.c", "b/include/linux/mm.h", "a/mm", "a/Makefile", "b/mm/../../x.c", "mm/memory.c.orig", "a/mm/memory.c~fix", "a/x\u0000.c", "",
];

/** A file patch of its own that renames, copies, links, or is no text. */
function otherFile(random: Random): string[] {
  const [from, to] = [random.pick(names), random.pick(names)].map((name) => name.replace(/^[ab]\//, ""));
  const link = ["--- /dev/null", `+++ b/${to}`, "@@ -0,0 +1 @@", `+${random.pick(["../../../etc/passwd", "/etc/passwd", ".", "memory.c", "../.git/config"])}`, "\\ No newline at end of file"];
  const what: readonly (readonly string[])[] = [
    ["old mode 100644", `new mode ${random.pick(["100755", "120000", "160000", "000000", "99999999999"])}`],
    ["new file mode 120000", "index 0000000..1234567", ...link],
    ["deleted file mode 120000", `--- a/${from}`, "+++ /dev/null", "@@ -1 +0,0 @@", "-memory.c", "\\ No newline at end of file"],
    ["index 1111111..2222222 160000", `--- a/${from}`, `+++ b/${to}`, "@@ -1 +1 @@", `-Subproject commit ${"1".repeat(40)}`, `+Subproject commit ${"2".repeat(40)}`],
    [`similarity index ${random.pick(["100%", "0%", "999%", "-1%"])}`, `rename from ${from}`, `rename to ${to}`],
    ["similarity index 90%", `copy from ${from}`, `copy to ${to}`, `--- a/${from}`, `+++ b/${to}`, "@@ -1,2 +1,3 @@", " // SPDX-License-Identifier: GPL-2.0-only", "+static int x;", " /*"],
    ["index 123..456 100644", "GIT binary patch", `literal ${random.pick(["10", "0", "99999999999"])}`, "RcmZQzWMT#Y01f~L", "", "delta 3", "KcmZQ!", ""],
    [`Binary files a/${from} and b/${to} differ`],
    ["deleted file mode 100644", `--- a/${from}`, "+++ /dev/null"],
  ];
  return [`diff --git a/${from} b/${to}`, ...random.pick(what)];
}

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
  (lines, at, random) => {
    const before = lines.findIndex((line, i) => i >= at && line.startsWith("diff --git "));
    if (before >= 0) lines.splice(before, 0, ...otherFile(random));
  },
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
