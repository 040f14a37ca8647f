/** The reviewed patches from the mail alone: what reviewers found in them, and what else is reported. */
import type { Finding } from "../../src/index.ts";
import type { ReviewedPatch, ReviewLabel } from "./entries.ts";
import { judge } from "./judge.ts";
import { reviewOne } from "./reviewer.ts";

export interface MeasuredReview {
  readonly patch: ReviewedPatch;
  readonly labels: readonly { readonly label: ReviewLabel; readonly hit: boolean }[];
  /** Introduced findings that no label speaks of. */
  readonly others: readonly Finding[];
}

export async function measureReviewed(patch: ReviewedPatch): Promise<MeasuredReview> {
  const patches = await reviewOne(patch.mail, null);
  const hits = patch.labels.map((label) => judge(patches, { functions: [label.function], rules: [label.rule] }).introduced);
  const labelled = new Set(hits.flat().map((finding) => finding.fingerprint));
  const introduced = patches.flatMap((p) => p.findings).filter((finding) => finding.status === "introduced" && finding.severity !== "note");
  return {
    patch,
    labels: patch.labels.map((label, i) => ({ label, hit: hits[i]!.length > 0 })),
    others: introduced.filter((finding) => !labelled.has(finding.fingerprint)),
  };
}
