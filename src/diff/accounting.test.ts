/** No line of a diff is lost, whatever the text: each is in a file patch, or a repair or a trouble accounts for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerLine } from "./header.ts";
import { parseDiff } from "./index.ts";
import { splitText } from "./lines.ts";
import { readDiff } from "./reader.ts";

const parts = fc.constantFrom(
  "diff --git a/mm/x.c b/mm/x.c", "diff --git a/mm/y.c", "diff --cc mm/z.c", "index 1234567..89abcde 100644", "--- a/mm/x.c", "+++ b/mm/x.c",
  "--- /dev/null", "+++ /dev/null", "@@ -1,3 +1,4 @@ int f(void)", "@@ -10,2 +11,2 @@", "@@ -1 +1 @@", "@@ @@", "@@@ -1,2 -1,2 +1,3 @@@", "@@ -1,99 +1,2 @@",
  "@@ -999999999,3 +1,3 @@", " int a;", " \tint b;", "\tint c;", "int d;", "+\tint e;", "-\tint f;", "+", "-", "", " ", "-- ", "--", "--i;", "- size;", "+ size;",
  "\\ No newline at end of file", "new file mode 100644", "deleted file mode 100644", "rename from mm/x.c", "rename to mm/y.c", "similarity index 90%",
  "old mode 100644", "new mode 100755", "GIT binary patch", "literal 10", "RcmZ?wbhEHbRA5kG0Dk}h", "Binary files a/x and b/x differ", "Index: mm/x.c",
  "===================================================================", "Please apply this patch to your tree, it works for me.", "---", "--- ../../etc/passwd",
  "+++ ../../etc/passwd", "_______________________________________________", "> quoted", "\tif (pte_present(pte) && pte_young(pte) && folio_test_large(folio) &&",
  "folio_test_anon(folio))",
);
const noise = fc.string({ maxLength: 40, unit: "binary" }).map((text) => text.replaceAll("\n", " "));
const texts = fc.array(fc.oneof({ weight: 20, arbitrary: parts }, { weight: 1, arbitrary: noise }), { maxLength: 60 }).map((lines) => lines.join("\n"));

/** Nothing but blanks and marks: such a line has no content that could be missed. */
const hollow = (line: string): boolean => /^[-+\s\u00a0]*$/.test(line);

describe("any text", () => {
  it("is accounted for line by line", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { lines } = splitText(text);
        const reading = readDiff(lines);
        const diff = parseDiff(text);
        expect(reading.owners).toHaveLength(lines.length);
        const inHunks = diff.files.flatMap((file) => file.hunks).flatMap((hunk) => [hunk.section, ...hunk.lines.map((line) => line.text.trim())]);
        const refused = diff.troubles.length > 0;
        for (const [at, line] of lines.entries()) {
          if (reading.owners[at] !== "file" || hollow(line) || headerLine(line) !== null || /^(?:literal \d|[A-Za-z][!-~]+$|\\ )/.test(line)) continue;
          const found = inHunks.some((one) => one.includes(line.trim()) || one.includes(line.slice(1).trim()));
          if (!found && !refused) throw new Error(`line ${at + 1} is lost: ${JSON.stringify(line)}`);
        }
        const owned = (owner: string): boolean => reading.owners.includes(owner as "file");
        expect(owned("repair") && diff.repairs.length === 0).toBe(false);
        expect(owned("trouble") && diff.troubles.length === 0).toBe(false);
      }),
      { numRuns: 1500 * Number(process.env["RUNS"] ?? 1) },
    );
  });

  it("gives consistent hunks, sound paths and honest line numbers", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const diff = parseDiff(text);
        const last = Math.max(1, text.split("\n").length);
        for (const note of [...diff.repairs, ...diff.troubles]) {
          expect(note.line).toBeGreaterThanOrEqual(1);
          expect(note.line).toBeLessThanOrEqual(last);
        }
        for (const file of diff.files) {
          for (const path of [file.oldPath, file.newPath]) expect(path?.split("/").includes("..") || path?.startsWith("/")).toBeFalsy();
          expect(file.oldPath === null && file.newPath === null).toBe(false);
          for (const hunk of file.hunks) {
            expect(hunk.lines.filter((line) => line.kind !== "add")).toHaveLength(hunk.oldLines);
            expect(hunk.lines.filter((line) => line.kind !== "del")).toHaveLength(hunk.newLines);
            expect(Math.max(hunk.oldStart, hunk.newStart)).toBeLessThanOrEqual(1_000_000);
          }
        }
      }),
      { numRuns: 1000 * Number(process.env["RUNS"] ?? 1) },
    );
  });

  it("takes work that grows with its length only", () => {
    // Lines that a careless reader would look at again and again: a quadratic one would not end within the test's time.
    const many = 20_000;
    for (const unit of ["@@ -1,9 +1,9 @@\n", "@@ -1,999999 +1,999999 @@\n+x\n", "--- a/x\n", "-x\n+y\n", "diff --git a/x b/x\n", "word ".repeat(10) + "\n", "a/".repeat(40) + "\n", "Binary files a and b differ\n"]) {
      const text = `--- a/x.c\n+++ b/x.c\n@@ -1,30000 +1,30000 @@\n${unit.repeat(many)}`;
      expect(parseDiff(text).files.length).toBeGreaterThan(0);
    }
    expect(parseDiff("x".repeat(50_000_000)).repairs).toHaveLength(1);
    expect(parseDiff(`diff --git ${"a/".repeat(3_000_000)}\n`).files).toEqual([]);
  });
});
