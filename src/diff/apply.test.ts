/** Places of hunks, with GNU patch and git apply as judges: offsets, fuzz, and refusal. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyHunks, parseDiff, reversedHunk, type SourceText } from "./index.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "mmreview-apply-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const source = (text: string): SourceText => ({ lines: text.split("\n").slice(0, -1), finalNewline: true });
const textOf = (one: SourceText): string => (one.lines.length === 0 ? "" : `${one.lines.join("\n")}${one.finalNewline ? "\n" : ""}`);
const hunksOf = (diff: string): ReturnType<typeof parseDiff>["files"][number]["hunks"] => parseDiff(diff).files[0]!.hunks;

const letters = "abcdefghij".split("");
const file = letters.map((letter) => `${letter}\n`).join("");
const change = "--- a/x\n+++ b/x\n@@ -4,5 +4,5 @@\n d\n e\n-f\n+F\n g\n h\n";

describe("applyHunks", () => {
  it("reports the offset against the header", () => {
    const result = applyHunks(source(`1\n2\n${file}`), hunksOf(change), { maxFuzz: 0, ignoreBlanks: false });
    expect(result).toMatchObject({ ok: true, placements: [{ hunk: 1, offset: 2, fuzz: 0 }] });
    expect(result.ok && [result.removed, result.added]).toEqual([new Set([8]), new Set([8])]);
  });

  it("ignores context at both ends as fuzz, and keeps the file's own lines", () => {
    const drifted = source(file.replace("d\n", "D\n"));
    expect(applyHunks(drifted, hunksOf(change), { maxFuzz: 0, ignoreBlanks: false })).toMatchObject({ ok: false, hunk: 1 });
    const result = applyHunks(drifted, hunksOf(change), { maxFuzz: 2, ignoreBlanks: false });
    expect(result).toMatchObject({ ok: true, placements: [{ hunk: 1, offset: 0, fuzz: 1 }] });
    expect(result.ok && textOf(result.text)).toBe(file.replace("d\n", "D\n").replace("f\n", "F\n"));
  });

  it("says where and how a hunk does not match", () => {
    const result = applyHunks(source(file.replace("f\n", "other\n")), hunksOf(change), { maxFuzz: 2, ignoreBlanks: false });
    expect(result).toEqual({ ok: false, hunk: 1, reason: 'does not match at line 6: there is "other" where the patch has "f"' });
    const short = applyHunks(source("a\n"), hunksOf(change), { maxFuzz: 0, ignoreBlanks: false });
    expect(short).toEqual({ ok: false, hunk: 1, reason: "does not match: expected at line 4, the file has 1 lines" });
  });

  it("puts no control characters of either side into its reasons", () => {
    const result = applyHunks(source(file.replace("f\n", "\u001b[31mred\u202e\n")), hunksOf(change), { maxFuzz: 0, ignoreBlanks: false });
    expect(result.ok ? "" : result.reason).toContain('there is "?[31mred?"');
  });

  it("finds hunks without numbers after one another", () => {
    const blind = "--- a/x\n+++ b/x\n@@ @@\n b\n-c\n+C\n@@ @@\n-i\n+I\n";
    const result = applyHunks(source(file), hunksOf(blind), { maxFuzz: 0, ignoreBlanks: false });
    expect(result.ok && textOf(result.text)).toBe(file.replace("c\n", "C\n").replace("i\n", "I\n"));
  });

  it("gives up on a search that would take for ever", () => {
    const same = "same\n".repeat(60_000);
    const diff = `--- a/x\n+++ b/x\n@@ -1,20001 +1,20002 @@\n${" same\n".repeat(20_000)}+new\n end\n`;
    expect(applyHunks(source(same), hunksOf(diff), { maxFuzz: 2, ignoreBlanks: false })).toMatchObject({ ok: false, reason: expect.stringMatching(/^limit hit/) as string });
  });
});

const line = fc.constantFrom("a", "b", "c", "d", "e", "{", "}", "", "\tx", "\ty");
const edit = fc.record({ at: fc.nat({ max: 60 }), drop: fc.nat({ max: 2 }), put: fc.array(line, { maxLength: 3 }) });

function edited(lines: readonly string[], edits: readonly { at: number; drop: number; put: string[] }[]): string[] {
  const result = [...lines];
  for (const one of edits) result.splice(Math.min(one.at, result.length), one.drop, ...one.put);
  return result;
}

const drift = fc.tuple(
  fc.array(line, { minLength: 8, maxLength: 60 }),
  fc.array(edit, { minLength: 1, maxLength: 3 }),
  fc.array(edit, { minLength: 0, maxLength: 2 }),
  fc.integer({ min: 1, max: 4 }),
);

/** The diff a -> b is tried on c, a neighbour of a. Gives the diff, or "" when a equals b. */
function prepare(a: string[], b: string[], c: string[], context: number): string {
  const write = (name: string, lines: string[]): void => writeFileSync(join(dir, name), lines.map((one) => `${one}\n`).join(""));
  write("a", a);
  write("b", b);
  write("c", c);
  try {
    execFileSync("git", ["diff", "--no-index", "--no-ext-diff", `-U${context}`, "a", "b"], { cwd: dir });
    return "";
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout);
  }
}

const hasPatch = spawnSync("patch", ["--version"]).status === 0;

describe.skipIf(!hasPatch)("against GNU patch on a file that moved on (skipped where patch is not installed)", () => {
  it("gives what patch gives, wherever patch gives anything", () => {
    let agreed = 0;
    fc.assert(
      fc.property(drift, ([a, edits, moves, context]) => {
        const [b, c] = [edited(a, edits), edited(a, moves)];
        const diff = prepare(a, b, c, context);
        fc.pre(diff !== "");
        writeFileSync(join(dir, "p"), diff.replace(/^diff .*\nindex .*\n/, ""));
        const judged = spawnSync("patch", ["-f", "-s", "-u", "--fuzz=2", "-r", "-", "-o", "out", "c", "p"], { cwd: dir });
        const ours = applyHunks(source(readFileSync(join(dir, "c"), "utf8")), hunksOf(diff), { maxFuzz: 2, ignoreBlanks: false });
        if (judged.status !== 0) return;
        agreed++;
        expect(ours.ok && textOf(ours.text)).toBe(existsSync(join(dir, "out")) ? readFileSync(join(dir, "out"), "utf8") : "");
      }),
      { numRuns: 120 * Number(process.env["RUNS"] ?? 1) },
    );
    expect(agreed).toBeGreaterThan(25);
  });
});

describe("against git apply", () => {
  it("applies without fuzz whatever git applies", () => {
    let agreed = 0;
    fc.assert(
      fc.property(drift, ([a, edits, moves, context]) => {
        const [b, c] = [edited(a, edits), edited(a, moves)];
        const diff = prepare(a, b, c, context);
        fc.pre(diff !== "");
        writeFileSync(join(dir, "x"), readFileSync(join(dir, "c")));
        writeFileSync(join(dir, "p"), diff.replace(/^diff .*\nindex .*\n--- .*\n\+\+\+ .*\n/, "--- a/x\n+++ b/x\n"));
        const judged = spawnSync("git", ["apply", "--whitespace=nowarn", "p"], { cwd: dir, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } });
        const ours = applyHunks(source(readFileSync(join(dir, "c"), "utf8")), hunksOf(diff), { maxFuzz: 0, ignoreBlanks: false });
        if (judged.status !== 0) return;
        agreed++;
        expect(ours.ok && textOf(ours.text)).toBe(readFileSync(join(dir, "x"), "utf8"));
      }),
      { numRuns: 100 },
    );
    expect(agreed).toBeGreaterThan(25);
  });

  it("takes back what it applied", () => {
    fc.assert(
      fc.property(drift, ([a, edits, , context]) => {
        const diff = prepare(a, edited(a, edits), a, context);
        fc.pre(diff !== "");
        const there = applyHunks(source(readFileSync(join(dir, "a"), "utf8")), hunksOf(diff), { maxFuzz: 0, ignoreBlanks: false });
        const back = there.ok && applyHunks(there.text, hunksOf(diff).map(reversedHunk), { maxFuzz: 0, ignoreBlanks: false });
        expect(back && back.ok && textOf(back.text)).toBe(readFileSync(join(dir, "a"), "utf8"));
      }),
      { numRuns: 60 },
    );
  });
});
