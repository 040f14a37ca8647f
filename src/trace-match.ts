/** Which trace explains which finding, and what a finding says once it is explained. */
import { calleesOf, functionsAt, functionsNamed, namedCallsIn } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import type { Finding, RuleId, Trace } from "./core/finding.ts";
import type { Repair, ReplayTrace } from "./sim/index.ts";
import { unseen } from "./versions/change.ts";

/**
 * Rules of one family: an entry or a table that another CPU changes in between. The flow analysis names what is missing, the
 * simulator what it led to, so that one shows as another.
 */
const family: ReadonlySet<RuleId> = new Set<RuleId>(["entry-lock", "stale-read", "lockless-read", "entry-kind", "table-free", "walk-context", "move-context"]);

/** Lines between a finding and the step of the trace that it speaks of. */
const near = 3;

/** The trace that explains the finding best, or null: one of its rule that comes by its place, or one of its family that ends there. */
export function explaining(finding: Finding, traces: readonly ReplayTrace[]): ReplayTrace | null {
  const sameRule = traces.filter((t) => t.rule === finding.rule && passes(t, finding));
  const related = traces.filter((t) => t.actor !== "" && family.has(t.rule) && family.has(finding.rule) && isAt(t.line, finding));
  const other = (t: ReplayTrace): number => Number(t.rule !== finding.rule);
  const away = (t: ReplayTrace): number => Math.abs(t.line - finding.line);
  return [...sameRule, ...related].toSorted((a, b) => other(a) - other(b) || a.assumed.length - b.assumed.length || away(a) - away(b))[0] ?? null;
}

export function isAt(line: number, finding: Finding): boolean {
  return Math.abs(line - finding.line) <= near;
}

/** Whether CPU0 comes by the place of the finding on the way to the fault. */
function passes({ trace, line }: ReplayTrace, finding: Finding): boolean {
  return [line, ...trace.steps.filter((s) => s.cpu === 0 && s.file === finding.file).map((s) => s.line)].some((l) => isAt(l, finding));
}

/** Whether a caller's trace comes by a confirmed finding of its helper, of one family with it: it is the helper's trouble once more. */
export function leadsThrough(found: ReplayTrace, finding: Finding): boolean {
  if (finding.trace === null || (finding.rule !== found.rule && !(family.has(finding.rule) && family.has(found.rule)))) return false;
  return found.trace.steps.some((s) => s.cpu === 0 && s.file === finding.file && s.line === finding.line);
}

/** `certain` is false where the trace rests on locks that nobody was seen to hold. */
export function explained(finding: Finding, found: ReplayTrace, certain: boolean, repaired: Repair | null): Finding {
  return {
    ...finding,
    ...(certain ? { confidence: "confirmed", severity: finding.status === "fixed" ? finding.severity : "error" } : {}),
    assumed: [...finding.assumed.filter((text) => !certain || (text !== unseen.whole && text !== unseen.hunks)), ...assumptionsOf(found, certain)],
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
export function sameTrouble(a: Pick<ReplayTrace, "property" | "rule">, b: Pick<ReplayTrace, "property" | "rule">): boolean {
  return a.property === b.property && a.rule === b.rule;
}

/**
 * The line of the function at which the trace breaks what it breaks: where a helper in the same file did it, the call that leads there,
 * which is no step of the trace itself.
 */
export function placeWithin(fn: FunctionIr, { line, trace }: ReplayTrace, unit: UnitIr | undefined): number {
  const isWithin = (at: number): boolean => at >= fn.line && at <= fn.endLine;
  if (isWithin(line)) return line;
  const last = ownLines(trace, fn.file).toReversed().find(isWithin) ?? fn.line;
  const helper = unit?.file === fn.file ? functionsAt(unit, new Set([line]))[0] : undefined;
  if (unit === undefined || helper === undefined) return last;
  const leading = new Set([helper.name]);
  const asked = new Set<string>();
  const call = namedCallsIn(fn).find((each) => each.loc.line >= last && leadsTo(each.callee, leading, asked, unit));
  return call?.loc.line ?? last;
}

/** Whether the function calls, itself or through others of the unit, one of `leading`; each is asked once. */
function leadsTo(name: string, leading: Set<string>, asked: Set<string>, unit: UnitIr): boolean {
  if (leading.has(name)) return true;
  if (asked.has(name) || asked.size > mostAsked) return false;
  asked.add(name);
  const found = functionsNamed(unit, name).some((fn) => calleesOf(fn).some((callee) => leadsTo(callee, leading, asked, unit)));
  if (found) leading.add(name);
  return found;
}

const mostAsked = 200;

/** Lines of CPU0 in the file, where the trace passes. */
export function ownLines(trace: Trace, file: string): number[] {
  return trace.steps.filter((s) => s.cpu === 0 && s.file === file && s.line > 0).map((s) => s.line);
}
