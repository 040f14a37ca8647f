/** The lists of the corpus (its README.md has the fields), read as data. Only what the measurement needs is kept. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A real bug: the mail of its fix and patches that put it back into a kernel tree. */
export interface KnownBug {
  readonly id: string;
  /** Kinds of bug, in the corpus' own words. */
  readonly classes: readonly string[];
  /** Rule ids of which one must be reported on the buggy code; empty when the bug is outside of the rules. */
  readonly rules: readonly string[];
  /** Functions of which one must be named. */
  readonly functions: readonly string[];
  /** Path of the fix mail, null when it is not stored. */
  readonly mail: string | null;
  readonly reintroduce: readonly { readonly tree: string; readonly patch: string; readonly files: readonly string[] }[];
}

/** A posted patch in which a reviewer pointed something out. */
export interface ReviewedPatch {
  readonly id: string;
  readonly mail: string;
  readonly labels: readonly ReviewLabel[];
}

export interface ReviewLabel {
  readonly function: string;
  readonly rule: string;
  /** "refuted" and "answered" were shown to be no bugs. */
  readonly outcome: "confirmed" | "raised" | "answered" | "refuted";
}

export interface Corpus {
  readonly known: readonly KnownBug[];
  readonly reviewed: readonly ReviewedPatch[];
}

/** null when `folder` does not hold the lists. Paths come out absolute. */
export function readCorpus(folder: string): Corpus | null {
  const lists = [join(folder, "known.jsonl"), join(folder, "reviewed.jsonl")];
  if (!lists.every((path) => existsSync(path))) return null;
  const [known, reviewed] = lists.map((path) => parseLines(readFileSync(path, "utf8"))) as [RawKnown[], RawReviewed[]];
  const full = (path: string): string => join(folder, path.replace(/^corpus\//, ""));
  return { known: known.map((entry) => knownBug(entry, full)), reviewed: byMail(reviewed, full) };
}

/** Functions that the trees have under another name than the mail of the fix. */
const renamed: Readonly<Record<string, string>> = { gather_hugetbl_stats: "gather_hugetlb_stats" };

type RawKnown = Omit<KnownBug, "mail"> & { readonly mail?: string | null };

interface RawReviewed {
  readonly id: string;
  readonly patch_mail?: string | null;
  readonly findings: readonly ReviewLabel[];
}

function parseLines(text: string): unknown[] {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as unknown);
}

function knownBug(entry: RawKnown, full: (path: string) => string): KnownBug {
  return {
    id: entry.id,
    classes: entry.classes,
    rules: entry.rules,
    functions: entry.functions.flatMap((name) => [name, ...(renamed[name] === undefined ? [] : [renamed[name]])]),
    mail: entry.mail ? full(entry.mail) : null,
    reintroduce: entry.reintroduce.map((put) => ({ tree: put.tree, patch: full(put.patch), files: put.files })),
  };
}

/** Two reviews of one mail are one patch with the labels of both. */
function byMail(entries: readonly RawReviewed[], full: (path: string) => string): ReviewedPatch[] {
  const patches = new Map<string, ReviewedPatch>();
  for (const { id, patch_mail: mail, findings } of entries) {
    if (!mail) continue;
    const labels = findings.map((label): ReviewLabel => ({ function: label.function, rule: label.rule, outcome: label.outcome }));
    const known = patches.get(mail);
    patches.set(mail, known ? { ...known, labels: [...known.labels, ...labels] } : { id, mail: full(mail), labels });
  }
  return Array.from(patches.values());
}
