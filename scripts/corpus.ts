/**
 * Measures the reviewer on the corpus of real bugs and reviews: `npm run corpus`, or with the names of entries to
 * measure only these. Results go to standard output and are the same each time; progress goes to standard error.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "../src/check/rules/index.ts";
import { type KnownBug, readCorpus } from "./corpus/entries.ts";
import { copyKernelFiles, findKernelSource } from "./corpus/kernel-trees.ts";
import { measureAlone, type Measured, measureOnTree } from "./corpus/measure-known.ts";
import { measureReviewed, type MeasuredReview } from "./corpus/measure-reviewed.ts";
import { knownReport } from "./corpus/report-known.ts";
import { reviewedReport } from "./corpus/report-reviewed.ts";

const versions = ["6.12", "6.1"] as const;
const folder = join(import.meta.dirname, "../../shared/corpus");
const chosen = process.argv.slice(2);
const checked: ReadonlySet<string> = new Set(rules.map((rule) => rule.id));

const corpus = readCorpus(folder);
if (corpus === null) console.log("skipped: the corpus is not at ../shared/corpus");
else {
  const known = corpus.known.filter((bug) => isChosen(bug.id));
  const measured: Measured[] = [];
  for (const version of versions) measured.push(...(await measureTree(known, version)));
  for (const bug of known) {
    progress(bug.id);
    const alone = await measureAlone(bug);
    if (alone) measured.push(alone);
  }
  console.log(knownReport(measured, checked));
  const reviews: MeasuredReview[] = [];
  for (const patch of corpus.reviewed.filter(({ id }) => isChosen(id))) {
    progress(patch.id);
    reviews.push(await measureReviewed(patch));
  }
  console.log(`\n${reviewedReport(reviews, checked)}`);
}

async function measureTree(known: readonly KnownBug[], version: string): Promise<Measured[]> {
  const source = findKernelSource(version, process.env);
  if (source.kind === "absent") {
    console.log(`skipped: Linux ${version}: ${source.why}\n`);
    return [];
  }
  const scratch = mkdtempSync(join(tmpdir(), "mmreview-corpus-"));
  try {
    const files = known.flatMap((bug) => bug.reintroduce.filter((put) => put.tree === version).flatMap((put) => put.files));
    copyKernelFiles(source, files, scratch);
    const tree = source.kind === "directory" ? source.path : scratch;
    const measured: Measured[] = [];
    for (const bug of known) {
      progress(`${version} ${bug.id}`);
      measured.push(...(await measureOnTree(bug, { version, tree, scratch })));
    }
    return measured;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isChosen(id: string): boolean {
  return chosen.length === 0 || chosen.includes(id);
}

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}
