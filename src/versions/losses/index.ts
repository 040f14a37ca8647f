/**
 * What a patch takes from functions that are in view before and after it, and puts nowhere else. These comparisons ask
 * of a change what cannot be asked of code as it stands: that something stood there shows that it was meant.
 */
import type { FunctionIr } from "../../c/ir.ts";
import type { Finding } from "../../core/finding.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import { fingerprint } from "../../check/findings.ts";
import type { FunctionCheck } from "../../check/index.ts";
import type { Loss, Pair } from "./loss.ts";
import { lostDeeds } from "./lost-deeds.ts";
import { lostLevel } from "./lost-level.ts";
import { lostOrder } from "./lost-order.ts";
import { lostPairs } from "./lost-pairs.ts";
import { lostRetry } from "./lost-retry.ts";
import { lostTests } from "./lost-tests.ts";

/** Findings for what went; none of a rule that `found` speaks of in the same function. */
export function losses(before: readonly FunctionCheck[], after: readonly FunctionCheck[], rulebook: Rulebook, found: readonly Finding[]): Finding[] {
  return after.flatMap((check) => {
    const variants = (checks: readonly FunctionCheck[]): FunctionCheck[] => checks.filter((one) => one.fn.name === check.fn.name);
    const was = variants(before)[variants(after).indexOf(check)];
    if (was === undefined || !isWhole(was.fn) || !isWhole(check.fn)) return [];
    const rest = (checks: readonly FunctionCheck[]): FunctionIr[] => checks.filter((one) => one.fn.name !== check.fn.name).map((one) => one.fn);
    const pair: Pair = { before: was, after: check, rulebook, others: { before: rest(before), after: rest(after) } };
    const seen = new Set(found.filter((finding) => finding.function === check.fn.name && finding.status === "introduced").map((finding) => finding.rule));
    const all = [...lostTests(pair), ...lostLevel(pair), ...lostPairs(pair), ...lostDeeds(pair), ...lostOrder(pair), ...lostRetry(pair)].toSorted((a, b) => Number(a.lastResort ?? false) - Number(b.lastResort ?? false));
    return all.flatMap((loss) => {
      if (seen.has(loss.rule) || (loss.lastResort && seen.size > 0)) return [];
      seen.add(loss.rule);
      return [toFinding(check.fn, loss)];
    });
  });
}

function isWhole(fn: FunctionIr): boolean {
  return !fn.partial && fn.headKnown && fn.unreadable.length === 0;
}

function toFinding(fn: FunctionIr, { rule, loc, what, message, weak }: Loss): Finding {
  return {
    rule,
    severity: weak ? "note" : "warning",
    confidence: "possible",
    status: "introduced",
    file: fn.file,
    line: loc.line,
    column: loc.column,
    function: fn.name,
    message,
    why: "The code before the patch did this, and nothing that the patch adds takes its place.",
    fix: "Put it back, or show in the patch why it is not needed (another lock, test or flush that covers, a caller that does it).",
    requires: [what],
    held: [],
    assumed: ["nothing is known of callers in other files"],
    path: [],
    trace: null,
    fixConfirmed: null,
    references: [],
    fingerprint: fingerprint(fn, rule, what),
  };
}
