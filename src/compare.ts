/** Holds the findings of a post-image against those of its pre-image: introduced, pre-existing or fixed. */
import type { FunctionCheck } from "./check/index.ts";
import type { Finding } from "./core/finding.ts";
import { regressions } from "./regress.ts";

/** What stays the same when lines move: where, which rule, and what it says without line numbers. */
function identity(finding: Finding): string {
  return [finding.file, finding.function, finding.rule, finding.message.replace(/line \d+/g, "line")].join("\0");
}

function countByIdentity(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(identity(finding), (counts.get(identity(finding)) ?? 0) + 1);
  return counts;
}

/** A finding counts as pre-existing as often as the pre-image has it; what the pre-image has more often was fixed. */
export function compareFindings(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): Finding[] {
  const before = pre.flatMap((check) => check.findings);
  const after = post.flatMap((check) => check.findings);
  const left = countByIdentity(before);
  const judged = after.map((finding): Finding => {
    const known = left.get(identity(finding)) ?? 0;
    if (known === 0) return { ...finding, status: "introduced" };
    left.set(identity(finding), known - 1);
    return { ...finding, status: "pre-existing" };
  });
  const remaining = countByIdentity(after);
  const fixed = before.filter((finding) => {
    const still = remaining.get(identity(finding)) ?? 0;
    remaining.set(identity(finding), still - 1);
    return still <= 0;
  });
  return [...judged, ...fixed.map((finding): Finding => ({ ...finding, status: "fixed" })), ...regressions(pre, post)];
}
