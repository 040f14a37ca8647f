import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameAround, removedLines } from "./frame.ts";
import type { FileImage } from "./image.ts";

function image(side: "pre" | "post", lines: readonly string[], changed: readonly number[], gaps: FileImage["gaps"] = []): FileImage {
  return { path: "a.c", side, lines, gaps, sections: [], changed: new Set(changed), blanksLost: false };
}

/** "12 +|text", as a frame shows it. */
function shown(pre: FileImage | null, post: FileImage, line: number, context?: number): string[] | undefined {
  return frameAround(post, line, removedLines(pre, post), context)?.lines.map((item) => `${item.line} ${item.mark}|${item.text}`);
}

describe("frameAround", () => {
  const pre = image("pre", ["a", "b", "c", "d", "e"], [2, 3]);
  const post = image("post", ["a", "B", "d", "e", "f"], [2, 5]);

  it("shows removed lines before what took their place", () => {
    expect(shown(pre, post, 3)).toEqual(["1  |a", "2 -|b", "3 -|c", "2 +|B", "3  |d", "4  |e", "5 +|f"]);
  });

  it("keeps to its context", () => {
    expect(shown(pre, post, 4, 1)).toEqual(["3  |d", "4  |e", "5 +|f"]);
  });

  it("stops at gaps, and knows nothing inside one", () => {
    const gapped = image("post", ["a", "", "", "d", "e"], [4], [{ from: 2, to: 3 }, { from: 6, to: Infinity }]);
    expect(shown(null, gapped, 4)).toEqual(["4 +|d", "5  |e"]);
    expect(shown(null, gapped, 2)).toBeUndefined();
    expect(shown(null, gapped, 9)).toBeUndefined();
  });

  it("marks what is about to go in a pre-image", () => {
    expect(frameAround(pre, 2, new Map(), 1)!.lines.map((line) => line.mark)).toEqual([" ", "-", "-"]);
  });

  it("shows no removed line when the images do not correspond", () => {
    expect(removedLines(image("pre", ["x", "y"], [2]), image("post", ["z"], []))).toEqual(new Map());
  });
});

describe("removedLines", () => {
  it("has each removed line once, in order, at the place where an edit script has it", () => {
    const edit = fc.array(fc.constantFrom("keep", "add", "remove"), { maxLength: 30 });
    fc.assert(
      fc.property(edit, (script) => {
        const before: string[] = [];
        const after: string[] = [];
        const gone: number[] = [];
        const fresh: number[] = [];
        const expected: string[] = [];
        for (const [index, what] of script.entries()) {
          if (what !== "add") before.push(`t${index}`);
          if (what !== "remove") after.push(`t${index}`);
          if (what === "remove") {
            gone.push(before.length);
            expected.push(`t${index}`);
          }
          if (what === "add") fresh.push(after.length);
        }
        const removed = removedLines(image("pre", before, gone), image("post", after, fresh));
        const entries = Array.from(removed).toSorted(([a], [b]) => a - b);
        expect(entries.flatMap(([, lines]) => lines.map((line) => line.text))).toEqual(expected);
        for (const [at, lines] of entries) {
          // Kept lines before the place are as many in both images.
          const keptAfter = Array.from({ length: at - 1 }, (_item, index) => index + 1).filter((line) => !fresh.includes(line)).length;
          const keptBefore = Array.from({ length: lines[0]!.line - 1 }, (_item, index) => index + 1).filter((line) => !gone.includes(line)).length;
          expect(keptAfter).toBe(keptBefore);
        }
      }),
    );
  });
});
