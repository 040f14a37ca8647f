/** Images from hunks alone. */
import { describe, expect, it } from "vitest";
import { parseDiff } from "../diff/index.ts";
import { partialImages } from "./index.ts";

const images = (diff: string): ReturnType<typeof partialImages> => partialImages(parseDiff(diff).files[0]!, false);

describe("partialImages", () => {
  it("puts lines at their true numbers with gaps around", () => {
    const { pre, post } = images("--- a/mm/x.c\n+++ b/mm/x.c\n@@ -3,3 +3,4 @@ int f(void)\n a\n-b\n+B\n+BB\n c\n@@ -10,2 +11,1 @@\n-d\n e\n");
    expect(pre!.lines).toEqual(["", "", "a", "b", "c", "", "", "", "", "d", "e"]);
    expect(pre!.gaps).toEqual([{ from: 1, to: 2 }, { from: 6, to: 9 }, { from: 12, to: Infinity }]);
    expect([...pre!.changed]).toEqual([4, 10]);
    expect(pre!.sections).toEqual([{ line: 3, text: "int f(void)" }]);
    expect(post!.lines).toEqual(["", "", "a", "B", "BB", "c", "", "", "", "", "e"]);
    expect(post!.gaps).toEqual([{ from: 1, to: 2 }, { from: 7, to: 10 }, { from: 12, to: Infinity }]);
    expect([...post!.changed]).toEqual([4, 5]);
  });

  it("gives added and deleted files whole", () => {
    const added = images("--- /dev/null\n+++ b/mm/x.c\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    expect([added.pre, added.post!.lines, added.post!.gaps]).toEqual([null, ["a", "b"], []]);
    const gone = images("--- a/mm/x.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    expect([gone.pre!.lines, gone.pre!.gaps, gone.post]).toEqual([["a", "b"], [], null]);
  });

  it("keeps hunks of unknown or overlapping place far apart", () => {
    const { pre } = images("--- a/mm/x.c\n+++ b/mm/x.c\n@@ @@ int f(void)\n a\n-b\n+B\n@@ @@ int g(void)\n c\n-d\n+D\n");
    expect(pre!.sections).toEqual([{ line: 2, text: "int f(void)" }, { line: 10_003, text: "int g(void)" }]);
    expect(pre!.gaps).toEqual([{ from: 1, to: 1 }, { from: 4, to: 10_002 }, { from: 10_005, to: Infinity }]);
    const backwards = images("--- a/mm/x.c\n+++ b/mm/x.c\n@@ -50,2 +50,2 @@\n a\n-b\n+B\n@@ -5,2 +5,2 @@\n c\n-d\n+D\n");
    expect(backwards.post!.lines.indexOf("D")).toBe(51 + 10_000);
  });

  it("places hunks without context where they say", () => {
    const { pre, post } = images("--- a/mm/x.c\n+++ b/mm/x.c\n@@ -4,0 +5,2 @@\n+a\n+b\n");
    expect(pre!.lines.filter((line) => line !== "")).toEqual([]);
    expect([post!.lines[4], post!.lines[5]]).toEqual(["a", "b"]);
  });

  it("has nothing to show of files without hunks", () => {
    expect(images("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n")).toEqual({ pre: null, post: null });
  });
});
