/**
 * Requirements that a patch makes undecided, or decides. Where only hunks are known, or a caller may hold the lock, the
 * code after the patch often proves nothing and refutes nothing; but when the code before it showed what is needed and
 * the code after it does not, the patch has taken it away. The other way round it has been mended.
 */
import { type FunctionCheck, fingerprint } from "./check/index.ts";
import type { Finding, Obligation, RuleId } from "./core/finding.ts";

/** Rules whose demands stand at a call and move with it; balances at return depend on what lies between hunks. */
const comparable: ReadonlySet<RuleId> = new Set(["entry-lock", "stale-read", "entry-kind", "map-failure", "publish-order", "lockless-read"]);

/** Findings for requirements that became undecided ("introduced", possible) or proved ("fixed"). */
export function regressions(pre: readonly FunctionCheck[], post: readonly FunctionCheck[]): Finding[] {
  return post.flatMap((after) => {
    const before = pre.find((check) => check.fn.name === after.fn.name);
    if (!before) return [];
    // A test by other names (is_swap_pmd() for softleaf_is_*()) looks like a lost one.
    const lost = changed(before, after).filter((o) => o.rule !== "entry-kind" && !gainsElsewhere(pre, post, after.fn.name));
    const won = changed(after, before);
    return [...lost.map((o) => finding(after, o, "introduced")), ...won.map((o) => finding(before, o, "fixed"))];
  });
}

/** Demands that `from` proves more often than `to` does, and that `to` leaves open more often: where they are open. */
function changed(from: FunctionCheck, to: FunctionCheck): Obligation[] {
  const demands = new Set(from.obligations.filter((o) => comparable.has(o.rule)).map(demand));
  return Array.from(demands).flatMap((key) => {
    const fewerProofs = count(from, key, "proved") > count(to, key, "proved");
    const moreOpen = count(to, key, "unknown") > count(from, key, "unknown");
    const refuted = count(from, key, "violated") + count(to, key, "violated") > 0;
    return fewerProofs && moreOpen && !refuted ? to.obligations.filter((o) => demand(o) === key && o.outcome === "unknown").slice(0, 1) : [];
  });
}

function demand(obligation: Obligation): string {
  return `${obligation.rule} ${obligation.what}`;
}

function count(check: FunctionCheck, key: string, outcome: Obligation["outcome"]): number {
  return check.obligations.filter((o) => demand(o) === key && o.outcome === outcome).length;
}

/** Another function of the file shows more locks, tests or barriers than before: what is gone here may have moved there. */
function gainsElsewhere(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], name: string): boolean {
  const proofs = (checks: readonly FunctionCheck[]): number =>
    checks.filter((check) => check.fn.name !== name).reduce((sum, check) => sum + check.obligations.filter((o) => o.outcome === "proved").length, 0);
  return proofs(post) > proofs(pre);
}

function finding(check: FunctionCheck, obligation: Obligation, status: "introduced" | "fixed"): Finding {
  const { fn } = check;
  return {
    rule: obligation.rule,
    // What was shown before may be shown now by code that is not in view: worth a look, never a reason to stop a patch.
    severity: status === "introduced" ? "note" : "warning",
    confidence: "possible",
    status,
    file: fn.file,
    line: obligation.line,
    column: obligation.column,
    function: fn.name,
    message:
      status === "introduced"
        ? `the patch takes away what showed this requirement before: ${obligation.what}`
        : `the patch makes this requirement hold: ${obligation.what}`,
    why: status === "introduced" ? "Before the patch the code in view showed that the requirement holds here; now nothing in view does." : "",
    fix: status === "introduced" ? "Put it back, or show in the patch where it comes from now (a caller, a helper)." : "",
    requires: [obligation.what],
    held: [],
    assumed: ["nothing is known of the callers and of what lies outside the code in view"],
    path: [],
    trace: null,
    fixConfirmed: null,
    references: [],
    fingerprint: fingerprint(fn, obligation.rule, obligation.what),
  };
}
