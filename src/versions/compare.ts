/** Holds the findings of a post-image against those of its pre-image: introduced, pre-existing or fixed. */
import { type FunctionCheck, fingerprint } from "../check/index.ts";
import { comesWithFewer } from "./newly-known.ts";
import { tally } from "./pair.ts";
import { renamedIn } from "./renamed.ts";
import type { Finding } from "../core/finding.ts";

/** What stays the same when lines move: where, which rule, and what it says without line numbers. */
function wording(finding: Finding, renamed: ReadonlyMap<string, string>): string {
  const name = renamed.get(finding.function) ?? finding.function;
  return [finding.file, name, finding.rule, finding.message.replaceAll(finding.function, name).replace(/line \d+/g, "line")].join("\0");
}

/**
 * Pairs each finding of the post-image with one of the pre-image that it continues. Those that say the same come first;
 * what is left pairs by the demand that is broken, because a patch may reword a defect without mending it (the unchecked
 * pointer is now used by another call). Where the patch leaves more of a kind than there were, those on the lines that it
 * wrote (`changed`) are the new ones. A demand that was broken before under another finding (several uses of one value
 * are one finding) is not new where the patch did not write.
 */
export function compareFindings(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], changed: ReadonlySet<number>): Finding[] {
  const before = new Set(pre.flatMap((check) => check.findings));
  const after = post.flatMap((check) => check.findings);
  const known = new Set<Finding>();
  const oldFirst = after.toSorted((a, b) => Number(changed.has(a.line)) - Number(changed.has(b.line)));
  const renamed = renamedIn(pre, post);
  for (const key of [(finding: Finding) => wording(finding, renamed), (finding: Finding) => finding.fingerprint]) {
    const left = tally(Array.from(before).toReversed(), key);
    for (const finding of oldFirst) {
      if (known.has(finding)) continue;
      const earlier = left.get(key(finding))?.pop();
      if (earlier === undefined) continue;
      before.delete(earlier);
      known.add(finding);
    }
  }
  const broken = new Set(pre.flatMap(({ fn, obligations }) => obligations.flatMap((o) => (o.outcome === "violated" ? [fingerprint(fn, o.rule, o.what)] : []))));
  const isBetterKnown = comesWithFewer(pre, post);
  const isOld = (finding: Finding): boolean => known.has(finding) || (!changed.has(finding.line) && broken.has(finding.fingerprint)) || isBetterKnown(finding);
  return [
    ...after.map((finding): Finding => ({ ...finding, status: isOld(finding) ? "pre-existing" : "introduced" })),
    ...Array.from(before, (finding): Finding => ({ ...finding, status: "fixed" })),
  ];
}
