/** What a report says of one labelled place: the findings that hit it, and all others. Pure. */
import type { Finding, OpenQuestion, PatchReport } from "../../src/index.ts";

export interface Place {
  readonly functions: readonly string[];
  readonly rules: readonly string[];
}

/**
 * How much of the labelled functions was looked at: all of one, a part, only functions in which the rules have nothing
 * to check, or none, as when no hunk is in them.
 */
export type View = "full" | "partial" | "skipped" | "absent";

/** `introduced` and `remaining` are in the post-image, `fixed` was in the pre-image only. */
export interface Judged {
  readonly introduced: readonly Finding[];
  readonly remaining: readonly Finding[];
  readonly fixed: readonly Finding[];
  /** Findings elsewhere or under other rules. */
  readonly others: readonly Finding[];
  /** Questions under the right rules in the right functions, which a person is told to look at. */
  readonly asked: readonly OpenQuestion[];
  readonly view: View;
}

const views: readonly View[] = ["full", "partial", "skipped"];

/** Notes are questions, not findings. */
export function judge(patches: readonly PatchReport[], place: Place): Judged {
  const all = patches.flatMap((patch) => patch.findings).filter((finding) => finding.severity !== "note");
  const hits = all.filter((finding) => place.functions.includes(finding.function) && place.rules.includes(finding.rule));
  const functions = patches.flatMap((patch) => patch.functions).filter((fn) => place.functions.includes(fn.name));
  return {
    introduced: hits.filter((finding) => finding.status === "introduced"),
    remaining: hits.filter((finding) => finding.status !== "fixed"),
    fixed: hits.filter((finding) => finding.status === "fixed"),
    others: all.filter((finding) => !hits.includes(finding)),
    asked: functions.flatMap((fn) => fn.unknowns.filter((question) => place.rules.includes(question.rule))),
    view: views.find((view) => functions.some((fn) => fn.coverage === view)) ?? "absent",
  };
}

/** One line for a list of misses. Severity, status, rule, place, message. */
export function inWords(finding: Finding): string {
  return `${finding.status} ${finding.severity} ${finding.rule} ${finding.function}() ${finding.file}:${finding.line}: ${finding.message}`;
}
