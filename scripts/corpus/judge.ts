/** What a report says of one labelled place: the findings that hit it, and all others. Pure. */
import type { Finding, PatchReport } from "../../src/index.ts";

export interface Place {
  readonly functions: readonly string[];
  readonly rules: readonly string[];
}

/** `introduced` and `remaining` are in the post-image, `fixed` was in the pre-image only. */
export interface Judged {
  readonly introduced: readonly Finding[];
  readonly remaining: readonly Finding[];
  readonly fixed: readonly Finding[];
  /** Findings elsewhere or under other rules. */
  readonly others: readonly Finding[];
}

/** Notes are questions, not findings: they never count. */
export function judge(patches: readonly PatchReport[], place: Place): Judged {
  const all = patches.flatMap((patch) => patch.findings).filter((finding) => finding.severity !== "note");
  const hits = all.filter((finding) => place.functions.includes(finding.function) && place.rules.includes(finding.rule));
  return {
    introduced: hits.filter((finding) => finding.status === "introduced"),
    remaining: hits.filter((finding) => finding.status !== "fixed"),
    fixed: hits.filter((finding) => finding.status === "fixed"),
    others: all.filter((finding) => !hits.includes(finding)),
  };
}

/** One line for a list of misses. Severity, status, rule, place, message. */
export function inWords(finding: Finding): string {
  return `${finding.status} ${finding.severity} ${finding.rule} ${finding.function}() ${finding.file}:${finding.line}: ${finding.message}`;
}
