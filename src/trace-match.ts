/** Which trace explains which finding, and what a finding says once it is explained. */
import type { Finding, RuleId, Trace } from "./core/finding.ts";
import type { Repair, ReplayTrace } from "./sim/index.ts";

/**
 * Rules under which the simulator may notice what a rule of the flow analysis speaks of: an entry that is changed without
 * its lock shows as a value that went stale in between.
 */
const showsAs: Readonly<Partial<Record<RuleId, readonly RuleId[]>>> = {
  "entry-lock": ["stale-read", "lockless-read"],
  "stale-read": ["entry-lock", "lockless-read", "entry-kind"],
  "lockless-read": ["stale-read", "entry-kind"],
  "entry-kind": ["lockless-read", "stale-read"],
  "walk-context": ["table-free", "lockless-read"],
  "table-free": ["walk-context", "stale-read"],
  "move-context": ["table-free", "stale-read"],
};

/** Lines between a finding and the step of the trace that it speaks of. */
const near = 3;

/** The trace that explains the finding best, or null: one of its rule first, then one of a rule that it may show as. */
export function explaining(finding: Finding, traces: readonly ReplayTrace[]): ReplayTrace | null {
  const sameRule = traces.filter((t) => t.rule === finding.rule && passes(t, finding));
  const related = traces.filter((t) => (showsAs[finding.rule]?.includes(t.rule) ?? false) && passes(t, finding) && t.actor !== "");
  const distance = (t: ReplayTrace): number => Math.abs(t.line - finding.line);
  return [...sameRule, ...related].toSorted((a, b) => Number(a.rule !== finding.rule) - Number(b.rule !== finding.rule) || distance(a) - distance(b))[0] ?? null;
}

/** Whether CPU0 comes by the place of the finding on the way to the fault. */
function passes({ trace, line }: ReplayTrace, finding: Finding): boolean {
  const lines = [line, ...trace.steps.filter((s) => s.cpu === 0 && s.file === finding.file).map((s) => s.line)];
  return lines.some((l) => Math.abs(l - finding.line) <= near);
}

/** `certain` is false where the trace rests on locks that nobody was seen to hold. */
export function explained(finding: Finding, found: ReplayTrace, certain: boolean, repaired: Repair | null): Finding {
  return {
    ...finding,
    ...(certain ? { confidence: "confirmed", severity: finding.status === "fixed" ? finding.severity : "error" } : {}),
    assumed: [...finding.assumed, ...assumptionsOf(found, certain)],
    trace: found.trace,
    fixConfirmed: repaired === null ? null : repaired.confirmed,
    fix: repaired?.confirmed === true ? `${finding.fix}${finding.fix === "" ? "" : " "}Replayed again, the trace is gone when the function is made to ${repaired.text}.` : finding.fix,
  };
}

export function assumptionsOf(found: ReplayTrace, certain: boolean): string[] {
  return [
    ...found.assumed.map((text) => `on the way of the trace, ${readable(text)}`),
    ...(certain ? [] : ["the trace needs callers that hold no more than what it shows"]),
  ];
}

/** The simulator names unknown values after where they were loaded: "*pte_page(x)". */
function readable(text: string): string {
  return text.startsWith("!(") && text.endsWith(")") ? `${text.slice(2, -1)} is false` : `${text} is true`;
}

/** The trace without what differs from run to run of equal code: how far away it stands. */
export function sameTrouble(a: ReplayTrace, b: ReplayTrace): boolean {
  return a.property === b.property && a.rule === b.rule;
}

/** Lines of CPU0 in the file, where the trace passes. */
export function ownLines(trace: Trace, file: string): number[] {
  return trace.steps.filter((s) => s.cpu === 0 && s.file === file && s.line > 0).map((s) => s.line);
}
