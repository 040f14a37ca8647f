/** One file's pre- and post-image -> what each function owes, and how the two differ. */
import { type CallersView, checking, type Elsewhere, fingerprint, type FunctionCheck, hasPageTableSteps, type Pool } from "./check/index.ts";
import { functionsAmong, functionsAt } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import { compareFindings } from "./versions/compare.ts";
import { changing } from "./versions/changes.ts";
import type { Both } from "./versions/pair.ts";
import { touchedInPatch, type TouchedFunctions } from "./versions/touched-functions.ts";
import type { Finding, Outcome } from "./core/finding.ts";
import type { FileImage } from "./core/image.ts";
import type { FunctionReport, OpenQuestion, Tally } from "./core/report.ts";
import type { Rulebook } from "./rulebook/rulebook.ts";

export interface CheckedFile {
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

/** With what was learnt of the callers on the way; null for a side without the file. */
export interface CheckedImages extends CheckedFile {
  readonly views: Sides<CallersView | null>;
}

/** One of each for the pre- and the post-image. */
export interface Sides<T> {
  readonly pre: T;
  readonly post: T;
}

/** An image with what the C front end made of it. */
export interface Source {
  readonly image: FileImage;
  readonly unit: UnitIr;
}

export interface CheckOptions {
  /** Also functions that the patch does not touch. */
  readonly all: boolean;
  /** Report what could not be decided as notes, too. */
  readonly strict: boolean;
  /** Other files of the tree that matter, before and after the patch. */
  readonly elsewhere: Sides<Elsewhere>;
  /** Functions that the patch touches in any of its files. */
  readonly everywhere: () => Both<TouchedFunctions>;
  /** What is left for the functions of the patch to be explored. */
  readonly pool: Pool;
}

const mostQuestions = 5;

export function isC(path: string): boolean {
  return /\.[ch]$/.test(path);
}

/** Either side may be null (added and deleted files). */
export function* checkingImages(sources: Sides<Source | null>, rulebook: Rulebook, options: CheckOptions): Generator<void, CheckedImages> {
  // A patch that only deletes lines touches nothing in the post-image, so the names of both count.
  const touched = new Set([...touchedNames(sources.pre), ...touchedNames(sources.post)]);
  function* check(side: keyof Sides<unknown>): Generator<void, { readonly checks: FunctionCheck[]; readonly view: CallersView | null }> {
    const source = sources[side];
    return source === null ? { checks: [], view: null } : yield* checking(source.unit, rulebook, options.elsewhere[side], options.all ? source.unit.functions : functionsAmong(source.unit, touched), options.pool);
  }
  const { checks: before, view: pre } = yield* check("pre");
  const { checks: after, view: post } = yield* check("post");
  const compared = compareFindings(before, after, sources.post?.image.changed ?? new Set());
  const notes = options.strict ? after.flatMap((one) => questionsOf(one, rulebook)) : [];
  const lines = (side: keyof Sides<unknown>): ReadonlySet<number> => sources[side]?.image.changed ?? new Set();
  const changed = yield* changing(before, after, rulebook, { names: touched, pre: lines("pre"), post: lines("post"), everywhere: options.everywhere }, options.pool);
  const seen = after.map((one) => (options.pool.notCompared.has(one.fn) ? { ...one, limit: one.limit || "too much to compare the function with its other version" } : one));
  return { functions: seen.map((one) => functionReport(one, rulebook)), findings: [...compared, ...changed, ...notes], views: { pre, post } };
}

/** Names of the functions in whose lines the patch adds or removes any. */
export function touchedNames(source: Source | null): string[] {
  if (source === null) return [];
  return functionsAt(source.unit, source.image.changed).map((fn) => fn.name);
}

/** The functions that a patch touches in all of its files, looked for when somebody asks. */
export function touchedByPatch(files: readonly Sides<Source | null>[], rulebook: Rulebook): () => Both<TouchedFunctions> {
  let known: Both<TouchedFunctions> | null = null;
  return () => {
    const of = (side: keyof Sides<unknown>): readonly FunctionIr[] => files.flatMap((file) => (file[side] === null ? [] : functionsAmong(file[side].unit, new Set([...touchedNames(file.pre), ...touchedNames(file.post)]))));
    return (known ??= touchedInPatch(of("pre"), of("post"), rulebook));
  };
}

/** What could not be decided, as notes (--strict). */
function questionsOf(check: FunctionCheck, rulebook: Rulebook): Finding[] {
  return check.obligations
    .filter((o) => o.outcome === "unknown" && o.note !== "")
    .map((o) => ({
      rule: o.rule,
      severity: "note",
      confidence: "possible",
      status: "introduced",
      file: check.fn.file,
      line: o.line,
      column: o.column,
      function: check.fn.name,
      message: o.note,
      why: rulebook.catalogue.get(o.rule)?.breaks ?? "",
      fix: "",
      requires: [o.what],
      held: [],
      assumed: [],
      path: [],
      trace: null,
      fixConfirmed: null,
      references: rulebook.catalogue.get(o.rule)?.references ?? [],
      fingerprint: fingerprint(check.fn, o.rule, o.what),
    }));
}

function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (outcome: Outcome): number => outcomes.filter((o) => o === outcome).length;
  return { proved: count("proved"), violated: count("violated"), unknown: count("unknown") };
}

const mostProofs = 8;

export function functionReport(check: FunctionCheck, rulebook: Rulebook): FunctionReport {
  const { fn } = check;
  const [coverage, reason] = coverageOf(check, rulebook);
  const questions = check.obligations.filter((o) => o.outcome === "unknown" && o.note !== "");
  return {
    name: fn.name,
    file: fn.file,
    line: fn.line,
    coverage,
    reason,
    obligations: tallyOf(check.obligations.map((o) => o.outcome)),
    proofs: check.obligations.filter((o) => o.outcome === "proved").slice(0, mostProofs).map((o): OpenQuestion => ({ rule: o.rule, line: o.line, text: o.what })),
    unknowns: questions.slice(0, mostQuestions).map((o): OpenQuestion => ({ rule: o.rule, line: o.line, text: o.note })),
  };
}

function coverageOf(check: FunctionCheck, rulebook: Rulebook): readonly [FunctionReport["coverage"], string] {
  const { fn } = check;
  if (!hasPageTableSteps(fn, rulebook)) {
    const lost = fn.unreadable[0];
    return ["skipped", lost ? `line ${lost.from} cannot be read as C, and no page-table steps elsewhere` : "no page-table steps"];
  }
  if (check.limit !== "") return ["partial", `limit hit: ${check.limit}`];
  if (fn.partial) return ["partial", fn.headKnown ? "parts of the function are not in the patch" : "only hunks of the function are known"];
  if (fn.unreadable.length > 0) return ["partial", `line ${fn.unreadable[0]!.from} cannot be read as C`];
  return ["full", ""];
}
