/**
 * Replays what a patch changed: each patched function that is known in full runs in the simulator against the actors of
 * its era, before and after the patch. A trace explains a finding of the flow analysis; one that the patch brings in, that
 * rests on nothing unknown and that no rule has spoken of is a finding of its own.
 */
import { type CheckedFile, type Sides, type Source, touchedNames } from "./check-images.ts";
import { type CallersView, type Elsewhere, fingerprint } from "./check/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { Finding, RuleId } from "./core/finding.ts";
import type { FunctionReport, OpenQuestion } from "./core/report.ts";
import { isLeftToCallers } from "./left-to-callers.ts";
import { withSameSteps } from "./same-steps.ts";
import { libraryOf, type Run, type Side, type SideOptions, sideOf } from "./replay-side.ts";
import { type Looks, type Repair, repair, type ReplayResult, type ReplayTrace, type SoFar, standsWith, holdsWhere } from "./sim/index.ts";
import { assumptionsOf, explained, explaining, isAt, leadsThrough, placeWithin, sameTrouble } from "./trace-match.ts";
import { inSlices, pause } from "./util/slices.ts";

/** Interpreted steps for one function of a patch on one side. */
const mostWorkOfPatch = 250_000;

export interface ReplayOptions extends Omit<SideOptions, "more" | "mostWork" | "soon" | "view"> {
  readonly elsewhere: Sides<Elsewhere>;
  readonly views: Sides<CallersView | null>;
  /** Units of the tree, on one side of the patch, that define any of the functions. */
  readonly more: (side: keyof Sides<unknown>, names: ReadonlySet<string>) => Promise<readonly UnitIr[]>;
  /** Whether the function does after the patch what it did before. */
  readonly isSame: (name: string) => boolean;
  /** What is left for second looks at the patch's traces. */
  readonly looks: Looks;
}

/** Rules that are decided by what another CPU does, or by what the walk holds. */
const concurrent: ReadonlySet<RuleId> = new Set<RuleId>([
  "walk-context", "entry-lock", "stale-read", "entry-kind", "publish-order", "lockless-read", "tlb-flush", "table-free", "move-context",
  "notifier-scope", "pt-accounting", "hugetlb-share",
]);

/** The file with traces: findings explained and found, and what the replay says of each function. */
export async function withTraces(sources: Sides<Source | null>, checked: CheckedFile, options: ReplayOptions): Promise<CheckedFile> {
  const library = libraryOf(options.rules, options.rulebook.era);
  const sideFor = (side: keyof Sides<unknown>): Side | null => {
    const [source, view] = [sources[side], options.views[side]];
    return source && view && sideOf(source, options.elsewhere[side], library, { ...options, view, mostWork: () => mostWorkOfPatch, soon: 1, more: (names) => options.more(side, names) });
  };
  const sides = { pre: sideFor("pre"), post: sideFor("post") };
  let { findings } = checked;
  const touched = new Set([...touchedNames(sources.pre), ...touchedNames(sources.post)]);
  const functions: FunctionReport[] = [];
  for (const report of checked.functions) {
    await pause();
    const asked = report.coverage !== "skipped" && (touched.has(report.name) || findings.some((f) => f.function === report.name));
    const here = findings.filter((f) => f.function === report.name && f.file === report.file && f.severity !== "note");
    if (asked && !findings.some((f) => f.function === report.name) && options.isSame(report.name)) {
      // Every trace of the one version is one of the other, and none would be told of.
      functions.push(...withSameSteps([report]));
      continue;
    }
    // A trace that something unknown lies beside is no finding by itself.
    const after = asked ? await sides.post?.run(report.name, (sofar) => here.length === 0 && sofar.notModelled.size > 0) : null;
    if (after == null) {
      functions.push(asked && options.pool.left <= 0 && sides.post !== null && sides.post.functionOf(report.name) !== null ? noted(report, null) : report);
      continue;
    }
    const versions = [sides.pre?.functionOf(report.name), sides.post?.functionOf(report.name)];
    const excused: Excused = (run, trace) => isLeftToCallers(report.name, trace, [...versions, run.request.function], options.rulebook);
    const fixed = findings.some((f) => f.function === report.name && f.status === "fixed");
    const telling = after.result.traces.filter((trace) => mayBeFinding(after, trace, excused) || here.some((f) => f.status === "introduced" && explaining(f, [trace]) !== null));
    // What the code did before matters where a trace of what it does now would be told of, and no further than to see that it is old.
    const isOld = (sofar: SoFar): boolean => !fixed && telling.every((trace) => [...sofar.traces()].some((old) => sameTrouble(old, trace)));
    const before = fixed || telling.length > 0 ? ((await sides.pre?.run(report.name, isOld)) ?? null) : null;
    findings = await inSlices(joining(findings, report, { after, before, excused, looks: options.looks, status: "introduced" }));
    functions.push(noted(report, after.result));
  }
  return { functions, findings };
}

/** Interpreted steps for a function of a file that is replayed as a whole, on average and at least; and for one with a finding, which a trace may confirm. */
const shareOfFunction = 1200;
const shareOfFinding = 30_000;
/** Second looks at the traces of a file: whether callers that hold more prevent them, whether a repair does. */
const mostLooks = 200_000;
/** What a file has however few functions it has. */
const leastOfFile = 15_000;

/** The same for a file as it is: the functions in `names` are replayed, in that order, each with what those before have left of its share and theirs. */
export async function withTracesOfFile(source: Source, elsewhere: Elsewhere, checked: CheckedFile, names: readonly string[], options: Omit<SideOptions, "mostWork" | "pool" | "soon">): Promise<CheckedFile> {
  const shares = names.map((name) => (checked.findings.some((f) => f.function === name) ? shareOfFinding : shareOfFunction));
  let rest = shares.reduce((sum, share) => sum + share, 0);
  const pool = { left: Math.max(leastOfFile, rest) };
  const looks = { left: mostLooks };
  const mostWork = (): number => Math.max(shareOfFunction, pool.left - rest);
  const side = sideOf(source, elsewhere, libraryOf(options.rules, options.rulebook.era), { ...options, pool, mostWork, soon: 0 });
  const results = new Map<string, ReplayResult | null>();
  let { findings } = checked;
  for (const [i, name] of names.entries()) {
    await pause();
    rest -= shares[i]!;
    const report = checked.functions.find((f) => f.name === name && f.coverage !== "skipped");
    if (report === undefined || side.functionOf(name) === null) continue;
    const run = await side.run(name);
    results.set(name, run?.result ?? null);
    const excused: Excused = ({ function: fn, request }, trace) => isLeftToCallers(name, trace, [fn, request.function], options.rulebook);
    if (run !== null) findings = await inSlices(joining(findings, report, { after: run, before: null, excused, looks, status: "pre-existing" }));
  }
  return { functions: checked.functions.map((f) => (results.has(f.name) ? noted(f, results.get(f.name)!) : f)), findings };
}

/** Whether what a trace of a run shows is left to the callers. */
type Excused = (run: Run, trace: ReplayTrace) => boolean;

interface Joined {
  readonly after: Run;
  readonly before: Run | null;
  readonly excused: Excused;
  readonly looks: Looks;
  readonly status: "introduced" | "pre-existing";
}

/** The findings with the traces of one function, in slices. */
function* joining(findings: readonly Finding[], report: FunctionReport, { after, before, excused, looks, status }: Joined): Generator<void, Finding[]> {
  const used = new Set<ReplayTrace>();
  const here = (finding: Finding): boolean => finding.function === report.name && finding.file === report.file;
  const withOwn: Finding[] = [];
  for (const finding of findings) {
    const run = finding.status === "fixed" ? before : after;
    const other = run === before ? after : before;
    const traces = run === null || !here(finding) || finding.severity === "note" ? [] : finding.status === "pre-existing" ? run.result.traces : fresh(run.result, other);
    const trace = explaining(finding, traces);
    if (run === null || trace === null) {
      withOwn.push(finding);
      continue;
    }
    used.add(trace);
    withOwn.push(explained(finding, trace, yield* isCertain(run, trace, looks), trace.actor === "" ? null : yield* repair(run.request, trace, looks)));
  }
  const spokenOf = (trace: ReplayTrace): boolean => used.has(trace) || withOwn.some((f) => !here(f) && leadsThrough(trace, f)) || withOwn.some((f) => f.trace !== null && f.file === report.file && (isAt(trace.line, f) ? here(f) || f.rule === trace.rule : here(f) && f.rule === trace.rule));
  const own: Finding[] = [];
  for (const [run, other, as] of [[after, before, status], [before, after, "fixed"]] as const) {
    if (run === null) continue;
    for (const trace of fresh(run.result, other)) {
      if (spokenOf(trace) || !mayBeFinding(run, trace, excused) || !(yield* isBelieved(run, other, trace, looks))) continue;
      own.push(ownFinding(run, trace, as, yield* repair(run.request, trace, looks)));
    }
  }
  return [...withOwn, ...own];
}

/** Traces that the other version of the code does not have. */
function fresh(result: ReplayResult, other: Run | null): readonly ReplayTrace[] {
  const old = other?.result.traces ?? [];
  return result.traces.filter((trace) => !old.some((o) => sameTrouble(o, trace)));
}

/** The trace needs nothing of the callers that was taken for granted: it is there when they hold more, too. */
function* isCertain({ request, result, locks }: Run, trace: ReplayTrace, looks: Looks): Generator<void, boolean> {
  if (trace.actor === "") return true;
  const assumed = result.assumedHeld.some((lock) => lock.class === "mmap" || lock.class === "vma");
  if (!assumed && locks.from !== null) return true;
  return yield* standsWith(request, trace, looks);
}

/** A trace that may be a finding by itself: nothing that is not modelled lies on its way, and it was held against the callers in view. */
function mayBeFinding(run: Run, trace: ReplayTrace, excused: Excused): boolean {
  return trace.actor !== "" && concurrent.has(trace.rule) && !excused(run, trace) && !run.doubtful && run.result.notModelled.length === 0;
}

/** It needs nothing of the callers that was taken for granted, and the other version of the code was run in the same world beside the same actor to the end. */
function* isBelieved(run: Run, other: Run | null, trace: ReplayTrace, looks: Looks): Generator<void, boolean> {
  if (other === null && trace.assumed.length > 0) return false;
  return (other === null || (yield* holdsWhere(other.request, trace, looks))) && (yield* isCertain(run, trace, looks));
}

function ownFinding({ function: fn, request, result }: Run, trace: ReplayTrace, status: Finding["status"], known: Repair | null): Finding {
  // What was tried and leaves the trace as it is is no advice.
  const repaired = known?.confirmed === false ? null : known;
  const line = placeWithin(fn, trace, request.units[0]);
  return {
    // A test of which nothing is known may never come out so: only without one the trace is an error.
    rule: trace.rule, ...(trace.assumed.length === 0 ? errorFound : likely), status,
    file: fn.file, line, column: 1, function: fn.name,
    message: trace.message, why: "", fix: repaired === null ? "" : `${repaired.text[0]!.toUpperCase()}${repaired.text.slice(1)}.`,
    requires: [trace.promise], held: result.held.map((lock) => (lock.mode === undefined ? lock.class : `${lock.class} (${lock.mode})`)),
    assumed: [...result.assumedHeld.map((lock) => `its callers hold ${lock.class}${lock.mode === undefined ? "" : ` for ${lock.mode === "read" ? "reading" : "writing"}`}`), ...assumptionsOf(trace, true)],
    path: [], trace: trace.trace, fixConfirmed: repaired === null ? null : repaired.confirmed, references: [],
    fingerprint: fingerprint(fn, trace.rule, `replay: ${trace.property}`),
  };
}

const errorFound = { severity: "error", confidence: "confirmed" } as const;
const likely = { severity: "warning", confidence: "likely" } as const;

/** What the replay says of the function beside its findings: how far it came. */
function noted(report: FunctionReport, result: ReplayResult | null): FunctionReport {
  const at = (text: string): OpenQuestion => ({ rule: "replay", line: report.line, text });
  if (result === null) return { ...report, unknowns: [...report.unknowns, at("not replayed: there are more functions here than the bound of a patch or file allows")] };
  if (result.notModelled.length > 0) return { ...report, unknowns: [...report.unknowns, at(`not modelled: ${result.notModelled.slice(0, 3).join("; ")}`)] };
  if (result.bounded) return { ...report, unknowns: [...report.unknowns, at("a bound ended the replay before every interleaving was tried")] };
  if (result.runs === 0) return report;
  if (result.traces.length > 0) return report;
  return { ...report, proofs: [...report.proofs, at(`holds beside the actors of the era in ${result.runs} runs`)] };
}
