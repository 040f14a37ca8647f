/** parseDiff: read and repair, settle blanks over the whole diff, parse the hunks, attach the file facts. */
import type { DiffTrouble, FilePatch, ParsedDiff, Repair } from "../core/diff.ts";
import { parseHunks } from "./canonical.ts";
import { factsOf, type FileFacts } from "./file-header.ts";
import { type Blanks, evidenceOf, type RawHunk, settle } from "./hunk-lines.ts";
import { splitText } from "./lines.ts";
import { type DiffReading, type RawFile, readDiff } from "./reader.ts";

/** Diffs are mails: git's own largest are some megabytes. */
const longestText = 64 * 1024 * 1024;

/**
 * Repairs and parses the text of a diff. Never throws: what can't be used is in `troubles`, what had to be mended in
 * `repairs`, both with the 1-based line of `text`. Work and memory are linear in the length of `text`.
 */
export function parseDiff(text: string): ParsedDiff {
  if (text.length > longestText) {
    const reason = `limit hit: the diff has ${text.length} characters, more than ${longestText}`;
    return { files: [], repairs: [], troubles: [{ line: 1, reason }], blanksLost: false };
  }
  const { lines, carriageReturns } = splitText(text);
  const reading = readDiff(lines);
  const repairs: Repair[] = [...reading.repairs];
  if (carriageReturns > 0) repairs.push({ kind: "crlf", line: 1, detail: `CR LF at the end of ${carriageReturns} lines` });
  const troubles: DiffTrouble[] = [...reading.troubles];
  const kept = reading.files.flatMap((file) => accepted(file, troubles));
  const blanks = settleBlanks(reading, repairs);
  const hunks = parseHunks(
    kept.map(({ file }) => file.hunks.map((hunk) => ({ ...hunk, lines: settle(hunk.lines, blanks.of(hunk)) }))),
  );
  const files = kept.map(({ facts }, index): FilePatch => ({ ...facts, hunks: hunks[index]! }));
  for (const { file, facts } of kept) noteImplausible(file, facts, troubles);
  if (reading.files.length === 0 && troubles.length === 0 && text.trim() !== "") troubles.push({ line: 1, reason: "neither a file header nor a hunk with its numbers" });
  return { files, repairs: repairs.toSorted(byLine), troubles: troubles.toSorted(byLine), blanksLost: blanks.lost };
}

function byLine(a: { readonly line: number }, b: { readonly line: number }): number {
  return a.line - b.line;
}

interface Accepted {
  readonly file: RawFile;
  readonly facts: FileFacts;
}

/** The file with its facts, or nothing and a trouble when its path is refused or it holds nothing at all. */
function accepted(file: RawFile, troubles: DiffTrouble[]): readonly Accepted[] {
  const only = file.hunks.length === 1 ? file.hunks[0]! : null;
  const fromNothing = only !== null && only.oldStart === 0 && only.newStart === 1 && only.lines.every((line) => line.kind === "add");
  const facts = factsOf(file.header, file.hunks.length === 0 ? "none" : fromNothing ? "from-nothing" : "some");
  if ("refusal" in facts) {
    troubles.push({ line: file.at, reason: `refused: ${facts.refusal}` });
    return [];
  }
  if (facts.pathUnknown && file.hunks.length === 0) {
    troubles.push({ line: file.at, reason: "file header without a name and without hunks" });
    return [];
  }
  if (facts.change === "modify" && !facts.binary && file.hunks.length === 0 && !sameBlobs(facts)) {
    troubles.push({ line: file.at, reason: `no hunks for ${facts.newPath ?? facts.oldPath}` });
  }
  return [{ file, facts }];
}

/** A changed mode with `index a..a` is whole without hunks. */
function sameBlobs(facts: FileFacts): boolean {
  return facts.oldMode !== facts.newMode;
}

interface SettledBlanks {
  readonly lost: boolean;
  of(hunk: RawHunk): Blanks;
}

/**
 * Whether context lost its blanks is one question for the whole diff (mailers and archives treat all lines alike), but
 * only hunks that show the damage are treated: others may come from a part that was quoted unharmed.
 */
function settleBlanks(reading: DiffReading, repairs: Repair[]): SettledBlanks {
  const hunks = reading.files.flatMap((file) => file.hunks);
  const all = evidenceOf(hunks);
  const damaged = new Map<RawHunk, Blanks>();
  let lost = false;
  if (all.spaced > 2 && all.stuffed === all.spaced) {
    for (const hunk of hunks) damaged.set(hunk, "stuffed");
    repairs.push({ kind: "extra-leading-blank", line: hunks[0]!.at, detail: `one blank too many in front of ${all.spaced} context lines` });
  }
  for (const hunk of damaged.size > 0 ? [] : hunks) {
    const one = evidenceOf([hunk]);
    if (one.bare === 0) continue;
    const whole = one.spacedIndented === 0 && one.bare * 4 > one.spaced;
    if (all.bareIndented > 0) {
      damaged.set(hunk, whole ? "prefix" : "kept");
      const count = one.bare === 1 ? "1 context line" : `${one.bare} context lines`;
      repairs.push({ kind: "context-without-prefix", line: hunk.at, detail: `${count} without the leading blank` });
    } else if (one.bare > one.spaced) {
      damaged.set(hunk, "lost");
      lost = true;
    } else {
      repairs.push({ kind: "context-without-prefix", line: hunk.at, detail: `${one.bare} of ${one.bare + one.spaced} context lines without the leading blank` });
    }
  }
  const first = hunks.find((hunk) => damaged.get(hunk) === "lost");
  if (first) {
    const count = [...damaged.values()].filter((one) => one === "lost").length;
    repairs.push({ kind: "lost-leading-blanks", line: first.at, detail: `leading blanks are gone in ${count} of ${hunks.length} hunks` });
  } else if (all.empty > 0) {
    const at = hunks.find((hunk) => evidenceOf([hunk]).empty > 0)!.at;
    const count = all.empty === 1 ? "1 blank context line" : `${all.empty} blank context lines`;
    repairs.push({ kind: "context-without-prefix", line: at, detail: `${count} without the leading blank` });
  }
  return { lost, of: (hunk) => damaged.get(hunk) ?? "kept" };
}

/** Git names the nearest function head above a hunk; no function is as long as this. */
const longestFunction = 500;

/** Line numbers that can't all be of one file, when a header may have been cut between the hunks. */
function noteImplausible(file: RawFile, facts: FileFacts, troubles: DiffTrouble[]): void {
  const path = facts.newPath ?? facts.oldPath ?? "";
  let before: RawHunk | null = null;
  for (const hunk of file.hunks) {
    if (hunk.oldStart === 0) continue;
    if (before !== null) {
      const distance = hunk.oldStart - before.oldStart;
      if (distance < 0) {
        troubles.push({ line: hunk.at, reason: `hunk at line ${hunk.oldStart} of ${path} stands after one at line ${before.oldStart}: it may belong to another file` });
      } else if (file.torn && distance > longestFunction && hunk.section !== "" && hunk.section === before.section) {
        troubles.push({
          line: hunk.at,
          reason: `hunk at line ${hunk.oldStart} of ${path} names the same function as the one at line ${before.oldStart}: it may belong to another file whose header was cut`,
        });
      }
    }
    before = hunk;
  }
}
