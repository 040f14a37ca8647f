/** parseDiff on whole diffs: what git writes, and each kind of damage a mail or web archive does to it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Hunk, ParsedDiff } from "../core/diff.ts";
import { parseDiff } from "./index.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/diff");
const read = (name: string): string => readFileSync(join(fixtures, name), "utf8");
const marks = { context: " ", add: "+", del: "-" } as const;

/** A hunk as git would print it. */
function printed(hunk: Hunk): string[] {
  const head = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
  return [hunk.section === "" ? head : `${head} ${hunk.section}`, ...hunk.lines.map((line) => marks[line.kind] + line.text)];
}

const squeezed = (line: string): string => line[0]! + line.slice(1).replace(/\s+/g, " ").trim();
const kinds = (diff: ParsedDiff): string[] => diff.repairs.map((repair) => repair.kind);
const lastPath = (diff: ParsedDiff): (string | null)[] => diff.files.map((file) => file.newPath ?? file.oldPath);

describe("a diff as git writes it", () => {
  const diff = parseDiff(read("plain.diff"));

  it("keeps every line and number", () => {
    const body = read("plain.diff").split("\n").slice(4, -4);
    expect(diff.files).toHaveLength(1);
    expect(diff.files[0]!.hunks.flatMap(printed)).toEqual(body);
  });

  it("reads the header and mends nothing but the signature", () => {
    expect(diff.files[0]).toMatchObject({
      oldPath: "mm/walk_demo.c", newPath: "mm/walk_demo.c", change: "modify", oldMode: "100644", newMode: "100644",
      oldBlob: "1d2c3b4a5f6e", newBlob: "9a8b7c6d5e4f", similarity: null, binary: false, pathUnknown: false,
    });
    expect(diff.repairs).toEqual([{ kind: "trailing-signature", line: 27, detail: "2 lines" }]);
    expect(diff.troubles).toEqual([]);
    expect(diff.blanksLost).toBe(false);
  });
});

describe("lost leading blanks", () => {
  it("gives the same hunks but for white space", () => {
    const [kept, lost] = [parseDiff(read("plain.diff")), parseDiff(read("lost-blanks.diff"))];
    const lines = (diff: ParsedDiff): string[] => diff.files[0]!.hunks.flatMap(printed).map(squeezed);
    expect(lines(lost)).toEqual(lines(kept));
    expect(lost.blanksLost).toBe(true);
    expect(lost.repairs[0]).toEqual({ kind: "lost-leading-blanks", line: 5, detail: "leading blanks are gone in 2 of 2 hunks" });
  });

  it("lets the counts tell code that starts with a sign from changed lines", () => {
    const diff = parseDiff(read("lost-blanks-signs.diff"));
    const [hunk] = diff.files[0]!.hunks;
    expect(hunk!.lines.map((line) => `${marks[line.kind]}${line.text}`)).toEqual([
      " while (d->depth) {", " --d->depth;", " demo_pop(d);", "-d->left = d->total", "+d->left = d->size", " - d->depth;", " }",
      " WARN_ON(d->left);", " return;",
    ]);
    expect(diff.repairs.filter((repair) => repair.kind === "context-without-prefix").map((repair) => repair.line)).toEqual([5, 9]);
    expect(diff.troubles).toEqual([]);
  });

  it("tells the lost blank of the mark from lost indentation", () => {
    const text = read("plain.diff").replace(/^ (?=[\t}])/gm, "");
    const diff = parseDiff(text);
    expect(diff.blanksLost).toBe(false);
    expect(kinds(diff)).toContain("context-without-prefix");
    expect(diff.files[0]!.hunks).toEqual(parseDiff(read("plain.diff")).files[0]!.hunks);
  });
});

describe("wrapped lines", () => {
  it("joins them as the counts demand, in headers too", () => {
    const diff = parseDiff(read("wrapped.diff"));
    expect(lastPath(diff)).toEqual(["arch/riscv/include/asm/some/rather/long/directory/walk_demo.h"]);
    const [hunk] = diff.files[0]!.hunks;
    expect(hunk!.section).toBe("static inline void demo_set_entry(struct mm_struct *mm, pte_t *ptep, pte_t pte)");
    expect(hunk!.lines.map((line) => line.kind).join(" ")).toBe("context context context context del add context context");
    expect(hunk!.lines[1]!.text).toBe("\tif (pte_present(pte) && pte_exec(pte) && !test_bit(PG_dcache_clean, &folio->flags))");
    expect(hunk!.lines[5]!.text).toMatch(/demo_entries\(mm\) \+ demo_slack\(mm\)\);$/);
    expect(diff.repairs.map((repair) => [repair.kind, repair.line])).toEqual([
      ["wrapped-line", 2], ["wrapped-line", 7], ["wrapped-line", 10], ["wrapped-line", 15],
    ]);
  });

  it("joins nothing when the counts are met without", () => {
    const text = "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n " + "x".repeat(90) + "\n-a\n+b\ntail of nothing\n";
    const diff = parseDiff(text);
    expect(kinds(diff)).toEqual(["trailing-text"]);
  });
});

describe("missing headers", () => {
  const hunks = parseDiff(read("plain.diff")).files[0]!.hunks;
  const lines = read("plain.diff").split("\n");
  const header = lines.slice(0, 4);

  // All subsets of the four header lines. Without any name the path is unknown; everything else is as before.
  for (let mask = 0; mask < 16; mask++) {
    const kept = header.filter((_, at) => (mask >> at) & 1);
    it(`reads a file with ${kept.length === 0 ? "no header" : kept.map((line) => line.slice(0, 5).trim()).join(", ")}`, () => {
      const diff = parseDiff([...kept, ...lines.slice(4)].join("\n"));
      expect(diff.files).toHaveLength(1);
      const [file] = diff.files;
      expect(file!.hunks).toEqual(hunks);
      const named = kept.some((line) => !line.startsWith("index"));
      expect(file!.newPath).toBe(named ? "mm/walk_demo.c" : "(unknown)");
      expect(file!.pathUnknown).toBe(!named);
      expect(file!.change).toBe("modify");
      const plain = kept.length === 4 || kept.join() === header.slice(2).join() || kept.join() === [header[0], header[2], header[3]].join();
      expect(kinds(diff).includes("missing-file-header")).toBe(!plain);
      expect(diff.troubles).toEqual([]);
    });
  }

  it("reads a lone hunk", () => {
    const diff = parseDiff(read("no-file.diff"));
    expect(diff.files[0]).toMatchObject({ oldPath: "(unknown)", newPath: "(unknown)", pathUnknown: true });
    expect(diff.files[0]!.hunks[0]).toMatchObject({ oldStart: 102, oldLines: 7, newStart: 104, newLines: 8, section: "static bool demo_check(struct demo_walk *dw)" });
  });

  it("reads changed lines below the names when even the @@ line is missing", () => {
    const diff = parseDiff("--- a/mm/x.c\n+++ b/mm/x.c\n-\told();\n+\tnew();\n");
    expect(diff.files[0]!.hunks).toMatchObject([{ oldStart: 0, oldLines: 1, newStart: 0, newLines: 1 }]);
    expect(kinds(diff)).toEqual(["missing-hunk-header"]);
  });

  it("reads hunks without numbers", () => {
    for (const head of ["@@ @@ int f(void)", "@@ ... @@ int f(void)", "@@ -,7 +,7 @@ int f(void)"]) {
      const diff = parseDiff(`--- a/mm/x.c\n+++ b/mm/x.c\n${head}\n a;\n-b;\n+c;\n\nRegards\n`);
      expect(diff.files[0]!.hunks).toMatchObject([{ oldStart: 0, oldLines: 2, newStart: 0, newLines: 2, section: "int f(void)" }]);
      expect(kinds(diff)).toEqual(["hunk-counts", "trailing-text"]);
    }
  });
});

describe("a diff quoted in a reply", () => {
  const diff = parseDiff(read("quoted-cut.diff"));

  it("keeps the reply's prose out of the last hunk", () => {
    const last = diff.files[0]!.hunks.at(-1)!;
    expect(last.lines.at(-1)!.text).toBe("#endif");
    expect(diff.repairs.at(-1)).toEqual({ kind: "trailing-text", line: 28, detail: "1 line of text after the diff of a file" });
  });

  it("says that the last hunk can hardly be of the same file", () => {
    expect(diff.files).toHaveLength(1);
    expect(diff.troubles).toHaveLength(1);
    expect(diff.troubles[0]).toMatchObject({ line: 20 });
    expect(diff.troubles[0]!.reason).toContain("it may belong to another file");
  });
});

describe("kinds of changes", () => {
  const diff = parseDiff(read("kinds.diff"));

  it("tells them apart", () => {
    expect(diff.files.map((file) => [file.change, file.oldPath, file.newPath, file.similarity, file.binary, file.oldMode, file.newMode])).toEqual([
      ["rename", "mm/old_name.c", "mm/new name.c", 91, false, "100644", "100644"],
      ["copy", "mm/from.h", "mm/copied.h", 100, false, null, null],
      ["mode", "scripts/demo.sh", "scripts/demo.sh", null, false, "100644", "100755"],
      ["add", null, "mm/fresh.c", null, false, null, "100644"],
      ["delete", "mm/gone.c", null, null, false, "100644", null],
      ["add", null, "logo.gif", null, true, null, "100644"],
      ["modify", "logo.png", "logo.png", null, true, "100644", "100644"],
      ["modify", "Documentation/gr\u00fcn.rst", "Documentation/gr\u00fcn.rst", null, false, "100644", "100644"],
      ["add", null, "empty.c", null, false, null, "100644"],
    ]);
    expect(diff.repairs).toEqual([]);
    expect(diff.troubles).toEqual([]);
  });

  it("keeps the missing newline", () => {
    expect(diff.files[3]!.hunks[0]!.lines).toEqual([
      { kind: "add", text: "int fresh;" },
      { kind: "add", text: "int air;", noNewline: true },
    ]);
  });
});

describe("what is refused", () => {
  it("refuses paths that leave the tree, and reads on", () => {
    const diff = parseDiff(read("climbing.diff"));
    expect(lastPath(diff)).toEqual(["mm/fine.c"]);
    expect(diff.troubles).toEqual([
      { line: 1, reason: "refused: the path climbs out of the tree: ../../etc/passwd" },
      { line: 7, reason: "refused: the path is absolute: /etc/shadow" },
      { line: 12, reason: "refused: the file name has a NUL byte in it" },
      { line: 18, reason: "refused: the path leads into git's own files: .git/config" },
    ]);
  });

  it("refuses combined diffs with a clear word, and reads on", () => {
    const diff = parseDiff(read("combined.diff"));
    expect(lastPath(diff)).toEqual(["mm/other_demo.c"]);
    expect(diff.troubles).toEqual([
      { line: 1, reason: "combined diff of mm/walk_demo.c: a merge has more than one old version; send the diff against one parent" },
    ]);
  });

  it("refuses a diff beyond the size limit", () => {
    const diff = parseDiff("x".repeat(64 * 1024 * 1024 + 1));
    expect(diff.files).toEqual([]);
    expect(diff.troubles[0]!.reason).toMatch(/^limit hit/);
  });
});

describe("wrong counts", () => {
  const head = "--- a/mm/x.c\n+++ b/mm/x.c\n";

  it("takes what is there when the counts are too large", () => {
    const diff = parseDiff(`${head}@@ -5,9 +5,9 @@\n a;\n-b;\n+c;\n d;\n@@ -50,2 +50,2 @@\n e;\n-f;\n+g;\n`);
    expect(diff.files[0]!.hunks.map((hunk) => [hunk.oldStart, hunk.oldLines, hunk.newLines])).toEqual([[5, 3, 3], [50, 2, 2]]);
    expect(diff.repairs).toEqual([{ kind: "hunk-counts", line: 3, detail: "header says -9 +9 lines, found -3 +3" }]);
  });

  it("takes what is there when the counts are too small", () => {
    const diff = parseDiff(`${head}@@ -5,2 +5,2 @@\n a;\n-b;\n+c;\n+d;\n e;\n@@ -50,2 +50,2 @@\n e;\n-f;\n+g;\n`);
    expect(diff.files[0]!.hunks.map((hunk) => [hunk.oldStart, hunk.oldLines, hunk.newLines])).toEqual([[5, 3, 4], [50, 2, 2]]);
    expect(diff.repairs).toEqual([{ kind: "hunk-counts", line: 3, detail: "header says -2 +2 lines, found -3 +4" }]);
  });

  it("does not take a lie for a size", () => {
    const diff = parseDiff(`${head}@@ -999999999,999999999 +999999999,999999999 @@\n a;\n-b;\n+c;\n`);
    expect(diff.files[0]!.hunks).toMatchObject([{ oldStart: 0, oldLines: 2, newStart: 0, newLines: 2 }]);
    expect(diff.troubles[0]!.reason).toContain("beyond the limit");
  });

  it("says so when hunks run backwards", () => {
    const diff = parseDiff(`${head}@@ -50,2 +50,2 @@\n a;\n-b;\n+c;\n@@ -5,2 +5,2 @@\n e;\n-f;\n+g;\n`);
    expect(diff.troubles).toHaveLength(1);
    expect(diff.troubles[0]!.reason).toContain("hunk at line 5 of mm/x.c stands after one at line 50");
  });
});

describe("names", () => {
  const names = (old: string, fresh: string): unknown => {
    const [file] = parseDiff(`--- ${old}\n+++ ${fresh}\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n`).files;
    return [file!.change, file!.oldPath, file!.newPath];
  };

  it.each([
    ["mm/memory.c", "mm/memory.c"],
    ["a/mm/memory.c", "b/mm/memory.c"],
    ["i/mm/memory.c", "w/mm/memory.c"],
    ["linux.orig/mm/memory.c", "linux/mm/memory.c"],
    ["linux-5.10/mm/memory.c\t2020-12-14 01:02:03.000000000 +0100", "linux-5.10/mm/memory.c\t2020-12-15 01:02:03.000000000 +0100"],
    ["linux-2.6/mm/memory.c.orig   2008-01-02 03:04:05.000 +0000", "linux-2.6/mm/memory.c   2008-01-02 03:04:06.000 +0000"],
    ["./mm/memory.c", "./mm/memory.c"],
    ["mm/memory.c.orig", "mm/memory.c"],
    ["a/mm/memory.c~mm-check-the-entry-again", "a/mm/memory.c"],
    ["a/mm/memory.c~fix-2", "b/mm/memory.c"],
    ["linux.orig/mm/memory.c.orig", "linux/mm/memory.c"],
  ])("reads %s and %s as mm/memory.c", (old, fresh) => {
    expect(names(old, fresh)).toEqual(["modify", "mm/memory.c", "mm/memory.c"]);
  });

  it("reads the removal of a file that quilt kept under another name", () => {
    expect(names("a/mm/gone.c~drop-it", "/dev/null")).toEqual(["delete", "mm/gone.c", null]);
  });

  it("does not take every other name for a backup", () => {
    expect(names("a/mm/memory.c~x", "b/mm/other.c")).toEqual(["rename", "mm/memory.c~x", "mm/other.c"]);
  });

  it("leaves a file at the top alone", () => {
    expect(names("Makefile", "Makefile")).toEqual(["modify", "Makefile", "Makefile"]);
    expect(names("a/Makefile", "b/Makefile")).toEqual(["modify", "Makefile", "Makefile"]);
  });

  it("knows new and removed files of traditional diffs by their time stamp", () => {
    const added = parseDiff("--- linux.orig/mm/n.c\t1970-01-01 01:00:00.000000000 +0100\n+++ linux/mm/n.c\t2008-05-01 01:00:00 +0100\n@@ -0,0 +1,1 @@\n+a\n");
    expect(added.files[0]).toMatchObject({ change: "add", oldPath: null, newPath: "mm/n.c" });
    const gone = parseDiff("--- linux.orig/mm/n.c\t2008-05-01 01:00:00 +0100\n+++ linux/mm/n.c\t1970-01-01 00:00:00.000000000 +0000\n@@ -1,1 +0,0 @@\n-a\n");
    expect(gone.files[0]).toMatchObject({ change: "delete", oldPath: "mm/n.c", newPath: null });
  });
});

describe("a hunk that misses one of its lines", () => {
  const whole = [
    "--- a/mm/x.c", "+++ b/mm/x.c", "@@ -1,5 +1,7 @@ static void walk(void)", " \tpte = map(pmd);", "-\tfirst_thing_to_do_with_the_entry(vma, address, pte, pte_val);",
    "-\told = *pte;", "+\tif (!pte)", "+\t\treturn;", "+\told = ptep_get(pte);", "+\tuse(old);", " \tunmap(pte);", " }", "--- a/mm/y.c", "+++ b/mm/y.c", "@@ -1,1 +1,1 @@", "-a", "+b",
  ];

  it.each(whole.flatMap((line, at) => (at > 3 && at < 12 ? [[at, line] as const] : [])))("is told without line %i, and keeps all others as they are: %s", (at) => {
    const diff = parseDiff(whole.toSpliced(at, 1).join("\n"));
    expect(kinds(diff)).toEqual(["hunk-counts"]);
    expect(lastPath(diff)).toEqual(["mm/x.c", "mm/y.c"]);
    expect(diff.files[0]!.hunks[0]!.lines.map((line) => marks[line.kind] + line.text)).toEqual(whole.slice(3, 12).toSpliced(at - 3, 1));
  });
});

describe("odd shapes", () => {
  it("says so when nothing in the text is a file or a hunk", () => {
    const diff = parseDiff("@@\n \ta;\n+\tb;\n \tc;\n");
    expect(diff.files).toEqual([]);
    expect(diff.troubles).toEqual([{ line: 1, reason: "neither a file header nor a hunk with its numbers" }]);
    expect(parseDiff("\n").troubles).toEqual([]);
  });

  it("reads CR LF of the transport, and leaves CR of the code", () => {
    const text = read("plain.diff");
    const both = parseDiff(text.replaceAll("\n", "\r\n"));
    expect(both.files).toEqual(parseDiff(text).files);
    expect(kinds(both)).toEqual(["crlf", "trailing-signature"]);
    const code = parseDiff("--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,1 +1,1 @@\n-a\r\n+b\r\n");
    expect(code.files[0]!.hunks[0]!.lines.map((line) => line.text)).toEqual(["a\r", "b\r"]);
  });

  it("removes the blank that format=flowed adds", () => {
    const text = read("plain.diff").replace(/^ /gm, "  ").replaceAll("\n  \n", "\n\n");
    const diff = parseDiff(text);
    expect(diff.files).toEqual(parseDiff(read("plain.diff")).files);
    expect(kinds(diff)).toContain("extra-leading-blank");
  });

  it("is not confused by changed lines that look like headers", () => {
    const text = "diff --git a/doc.txt b/doc.txt\n--- a/doc.txt\n+++ b/doc.txt\n@@ -1,3 +1,3 @@\n--- a/one\n-++ b/one\n+-- a/two\n+++ b/two\n @@ -1 +1 @@\n";
    const diff = parseDiff(text);
    expect(diff.files).toHaveLength(1);
    expect(diff.files[0]!.hunks[0]!.lines).toEqual([
      { kind: "del", text: "-- a/one" }, { kind: "del", text: "++ b/one" }, { kind: "add", text: "-- a/two" }, { kind: "add", text: "++ b/two" },
      { kind: "context", text: "@@ -1 +1 @@" },
    ]);
    expect(diff.repairs).toEqual([]);
  });

  it("reports text before, between and after", () => {
    const plain = read("plain.diff");
    const diff = parseDiff(`Please try this.\n\n${plain}\n_______\nlist footer\n`);
    expect(diff.repairs.map((repair) => [repair.kind, repair.line])).toEqual([["leading-text", 1], ["trailing-signature", 29]]);
    expect(parseDiff("").files).toEqual([]);
    expect(parseDiff("No patch here.\n").repairs).toEqual([{ kind: "leading-text", line: 1, detail: "1 line of text before the first file" }]);
  });
});
