/** The reviewed patches from the mail alone: what reviewers found in them, and what else is reported. */
import type { Finding } from "../../src/index.ts";
import { readFileSync } from "node:fs";
import { causesOf } from "./causes.ts";
import { hasContract } from "./known-names.ts";
import type { ReviewedPatch, ReviewLabel } from "./entries.ts";
import { judge, type Place, type View } from "./judge.ts";
import { reviewOne } from "./reviewer.ts";

export interface MeasuredLabel {
  readonly label: ReviewLabel;
  readonly hit: boolean;
  /** Hit, or an open question names the rule and the function. */
  readonly asked: boolean;
  readonly view: View;
  /** Why it was not hit; empty when it was. */
  readonly causes: readonly string[];
}

export interface MeasuredReview {
  readonly patch: ReviewedPatch;
  readonly labels: readonly MeasuredLabel[];
  /** Introduced findings that no label speaks of. */
  readonly others: readonly Finding[];
}

export async function measureReviewed(patch: ReviewedPatch): Promise<MeasuredReview> {
  const patches = await reviewOne(patch.mail, null);
  const places = patch.labels.map((label): Place => ({ functions: [label.function], rules: [label.rule] }));
  const judged = places.map((place) => judge(patches, place));
  const text = readFileSync(patch.mail, "utf8");
  const labelled = new Set(judged.flatMap((one) => one.introduced).map((finding) => finding.fingerprint));
  const introduced = patches.flatMap((p) => p.findings).filter((finding) => finding.status === "introduced" && finding.severity !== "note");
  return {
    patch,
    labels: patch.labels.map((label, i): MeasuredLabel => {
      const { introduced: hits, asked, view } = judged[i]!;
      return { label, hit: hits.length > 0, asked: hits.length > 0 || asked.length > 0, view, causes: hits.length > 0 ? [] : causesOf(patches, places[i]!, text, hasContract) };
    }),
    others: introduced.filter((finding) => !labelled.has(finding.fingerprint)),
  };
}
