/**
 * The algebra of the stage, with git as the judge: parse(git diff a b) applied to a gives b, backwards it gives a, and
 * both still hold after every kind of damage that can be mended.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Hunk, ParsedDiff } from "../core/diff.ts";
import { type Applied, applyHunks, parseDiff, reversedHunk, type SourceText } from "./index.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "mmreview-diff-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const words = ["pte", "ptl", "walk->mm", "addr", "0", "next", "*pmd", "entry(x)", "mm_inc(mm)", "&vma->lock"];
const code = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }).map((some) => `${some.join(" = ")};`);
const indented = fc.tuple(fc.nat({ max: 3 }), code).map(([depth, text]) => "\t".repeat(depth) + text);
const plainLine = fc.oneof({ weight: 6, arbitrary: indented }, { weight: 1, arbitrary: fc.constantFrom("", "}", "{", "\t}", "#endif", " * note", "\t/* x */") });
/** Lines whose text itself looks like a part of a diff. */
const trickyLine = fc.constantFrom("-- ", "--- a/x", "+++ b/x", "--i;", "-EINVAL,", "+ 1;", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline at end of file", "From me", "\r", " ");
const anyLine = fc.oneof({ weight: 5, arbitrary: plainLine }, { weight: 1, arbitrary: trickyLine });

interface Pair {
  readonly a: SourceText;
  readonly b: SourceText;
}

/** Two texts that share most of their lines. */
function pairs(line: fc.Arbitrary<string>, newlines: fc.Arbitrary<boolean>): fc.Arbitrary<Pair> {
  const step = fc.oneof(
    { weight: 8, arbitrary: line.map((text) => ({ a: [text], b: [text] })) },
    { weight: 1, arbitrary: line.map((text) => ({ a: [text], b: [] as string[] })) },
    { weight: 1, arbitrary: line.map((text) => ({ a: [] as string[], b: [text] })) },
    { weight: 1, arbitrary: fc.tuple(line, line).map(([x, y]) => ({ a: [x], b: [y] })) },
  );
  return fc.tuple(fc.array(step, { minLength: 3, maxLength: 60 }), newlines, newlines).map(([steps, aEnd, bEnd]) => ({
    a: source(steps.flatMap((one) => one.a), aEnd),
    b: source(steps.flatMap((one) => one.b), bEnd),
  }));
}

/** A last line that is empty always ends with a newline: otherwise it would not be a line. */
function source(lines: string[], finalNewline: boolean): SourceText {
  return { lines, finalNewline: finalNewline || lines.length === 0 || lines.at(-1) === "" };
}

const ended = fc.constant(true);

function textOf(source: SourceText): string {
  return source.lines.length === 0 ? "" : source.lines.join("\n") + (source.finalNewline ? "\n" : "");
}

function gitDiff(pair: Pair, context: number): string {
  writeFileSync(join(dir, "a.c"), textOf(pair.a));
  writeFileSync(join(dir, "b.c"), textOf(pair.b));
  try {
    execFileSync("git", ["diff", "--no-index", "--no-color", "--no-ext-diff", `-U${context}`, "a.c", "b.c"], { cwd: dir, encoding: "utf8" });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const exact = { maxFuzz: 0, ignoreBlanks: false };

function hunksOf(diff: ParsedDiff): readonly Hunk[] {
  return diff.files.flatMap((file) => file.hunks);
}

function applied(source: SourceText, hunks: readonly Hunk[], options = exact): Applied {
  const result = applyHunks(source, hunks, options);
  if (!result.ok) throw new Error(`hunk ${result.hunk}: ${result.reason}`);
  return result;
}

/** A pair with its diff; pairs without difference are left out. */
function check(pairOf: fc.Arbitrary<Pair>, runs: number, property: (pair: Pair, text: string) => void): void {
  fc.assert(
    fc.property(pairOf, fc.integer({ min: 1, max: 5 }), (pair, context) => {
      const text = gitDiff(pair, context);
      fc.pre(text !== "");
      property(pair, text);
    }),
    { numRuns: runs * Number(process.env["RUNS"] ?? 1) },
  );
}

describe("undamaged diffs of any text", () => {
  it("apply forwards and backwards, exactly where they say", () => {
    check(pairs(anyLine, fc.boolean()), 100, (pair, text) => {
      const diff = parseDiff(text);
      expect([diff.repairs, diff.troubles, diff.files.length]).toEqual([[], [], 1]);
      const there = applied(pair.a, hunksOf(diff));
      expect(textOf(there.text)).toBe(textOf(pair.b));
      expect(there.placements.every((place) => place.offset === 0 && place.fuzz === 0)).toBe(true);
      const back = applied(pair.b, hunksOf(diff).map(reversedHunk));
      expect(textOf(back.text)).toBe(textOf(pair.a));
      expect([back.removed, back.added]).toEqual([there.added, there.removed]);
    });
  });

  it("mark the lines that git counts as added and deleted", () => {
    check(pairs(anyLine, ended), 60, (pair, text) => {
      const there = applied(pair.a, hunksOf(parseDiff(text)));
      const hunkLines = text.split("\n").slice(4);
      // Content lines can't be told from headers by looks, so count what the hunks leave: b = a - deleted + added.
      expect(pair.a.lines.length - there.removed.size + there.added.size).toBe(pair.b.lines.length);
      expect(there.removed.size + there.added.size).toBeLessThanOrEqual(hunkLines.length);
      const kept = (lines: readonly string[], gone: ReadonlySet<number>): string[] => lines.filter((_, at) => !gone.has(at + 1));
      expect(kept(pair.a.lines, there.removed)).toEqual(kept(pair.b.lines, there.added));
    });
  });

  it("apply without context as well", () => {
    fc.assert(
      fc.property(pairs(anyLine, ended), (pair) => {
        const text = gitDiff(pair, 0);
        fc.pre(text !== "");
        expect(textOf(applied(pair.a, hunksOf(parseDiff(text))).text)).toBe(textOf(pair.b));
      }),
      { numRuns: 40 },
    );
  });
});

const squeezed = (source: SourceText): string[] => source.lines.map((line) => line.replace(/\s+/g, " ").trim());

/** The damage of web archives: blanks at the start of lines go, runs of blanks become one. */
function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+/gm, "").replace(/[ \t]+/g, " ").replace(/ +$/gm, "");
}

/** Lines longer than `width` are broken at a blank, as mailers do. */
function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => {
      const at = line.length <= width ? -1 : line.lastIndexOf(" ", width);
      return at > 20 && /^[-+ ]/.test(line) && !/^(?:---|\+\+\+) /.test(line) ? `${line.slice(0, at)}\n${line.slice(at + 1)}` : line;
    })
    .join("\n");
}

describe("damaged diffs", () => {
  const mended: readonly (readonly [string, (text: string) => string])[] = [
    ["CR LF", (text) => text.replaceAll("\n", "\r\n")],
    ["stripped blanks at line ends", (text) => text.replace(/[ \t]+$/gm, "")],
    ["a signature and a list footer", (text) => `${text}-- \n2.39.5\n\n_____\nlist mailing list\n`],
    ["text in front", (text) => `Hi,\n\nthis one works for me:\n\n${text}`],
    ["no diff --git line", (text) => text.replace(/^diff .*\n/, "")],
    ["no --- line", (text) => text.replace(/^--- .*\n/m, "")],
    ["no +++ line", (text) => text.replace(/^\+\+\+ .*\n/m, "")],
    ["no names at all", (text) => text.slice(text.indexOf("\n@@ ") + 1)],
  ];

  for (const [name, damage] of mended) {
    it(`with ${name} still apply exactly`, () => {
      check(pairs(plainLine, ended), 40, (pair, text) => {
        expect(textOf(applied(pair.a, hunksOf(parseDiff(damage(text)))).text)).toBe(textOf(pair.b));
      });
    });
  }

  it("with lost blanks apply but for white space, and take the blanks of the tree for context", () => {
    check(pairs(plainLine, ended), 80, (pair, text) => {
      const diff = parseDiff(withoutBlanks(text));
      const result = applied(pair.a, hunksOf(diff), { maxFuzz: 0, ignoreBlanks: true });
      expect(squeezed(result.text)).toEqual(squeezed(pair.b));
      const untouched = result.text.lines.filter((_, at) => !result.added.has(at + 1));
      expect(untouched).toEqual(pair.a.lines.filter((_, at) => !result.removed.has(at + 1)));
    });
  });

  it("with lost blanks and code that starts with a sign still have the lines that the headers promise", () => {
    const signs = fc.constantFrom("\t--depth;", "\t++depth;", "\t\t-EINVAL;");
    const line = fc.oneof({ weight: 8, arbitrary: plainLine }, { weight: 1, arbitrary: signs });
    check(pairs(line, ended), 80, (_, text) => {
      const [kept, lost] = [parseDiff(text), parseDiff(withoutBlanks(text))];
      const sizes = (diff: ParsedDiff): unknown => hunksOf(diff).map((hunk) => [hunk.oldStart, hunk.oldLines, hunk.newStart, hunk.newLines]);
      expect(sizes(lost)).toEqual(sizes(kept));
    });
  });

  it("with wrapped lines are joined again", () => {
    const long = fc.array(fc.constantFrom(...words), { minLength: 9, maxLength: 11 }).map((some) => `\t${some.join(" = ")};`);
    const line = fc.oneof({ weight: 5, arbitrary: indented }, { weight: 1, arbitrary: long });
    check(pairs(line, ended), 80, (pair, text) => {
      expect(textOf(applied(pair.a, hunksOf(parseDiff(wrapped(text, 76)))).text)).toBe(textOf(pair.b));
    });
  });
});
