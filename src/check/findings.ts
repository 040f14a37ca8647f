/** Judgements of all paths -> one obligation per place and demand, and a finding for each violated one. */
import type { Confidence, Finding, Obligation, PathStep, RuleId } from "../core/finding.ts";
import type { FunctionIr } from "../c/ir.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";
import { sha1 } from "../util/digest.ts";
import { describeLock } from "./locks.ts";
import type { Trail } from "./facts.ts";
import type { KindSet } from "./kinds.ts";
import type { Exploration } from "./explore.ts";
import type { Judged } from "./worst.ts";

/** The judgements of a function in the light of each other, sorted by place and demand. */
export function worstJudgements(exploration: Exploration): Judged[] {
  return unlikeTheOthers(openWhereCallersLock(exploration.judgements)).toSorted((a, b) => a.site.loc.line - b.site.loc.line || compareText(a.judgement.what, b.judgement.what));
}

/** A function that releases, on some path, a lock of a class that it did not take handles its caller's locks: whether such a lock may stay held at return is open. */
function openWhereCallersLock(judged: readonly Judged[]): Judged[] {
  const callers = new Set(judged.filter((j) => j.judgement.what.startsWith("release of a held") && j.judgement.outcome === "unknown").map((j) => j.judgement.lock));
  return judged.map((j) => {
    const { lock, what, outcome } = j.judgement;
    const atReturn = outcome === "violated" && lock !== undefined && what.endsWith("released at return");
    return atReturn && callers.has(lock) ? { ...j, judgement: { ...j.judgement, outcome: "unknown", message: "" } } : j;
  });
}

/** A place that differs from other places of the same demand in its function, one or more of which fulfil it. */
function unlikeTheOthers(judged: readonly Judged[]): Judged[] {
  const proved = (what: string): number => judged.filter((j) => j.judgement.what === what && j.judgement.outcome === "proved").length;
  return judged.map((j) => {
    const { unlike, what, outcome } = j.judgement;
    if (unlike === undefined || outcome !== "unknown" || proved(what) === 0) return j;
    return { ...j, judgement: { ...j.judgement, outcome: "violated", message: unlike } };
  });
}

/** One finding for each group (one leaked lock, one value of unknown kind), at its first place. */
export function firstOfGroups(judged: readonly Judged[]): Judged[] {
  const seen = new Set<string>();
  return judged.filter(({ judgement }) => {
    if (judgement.group === undefined) return true;
    const key = `${judgement.rule}|${judgement.group}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function toObligation({ judgement, site }: Judged): Obligation {
  const loc = judgement.loc ?? site.loc;
  return {
    rule: judgement.rule,
    outcome: judgement.outcome,
    line: loc.line,
    column: loc.column,
    what: judgement.what,
    note: judgement.outcome === "unknown" ? judgement.message : "",
  };
}

/** What a patch may take away (model.ts, Judgement.quiet). */
export interface Evidence extends Obligation {
  /** Kinds of the entry left open; null where the judgement is not about kinds. */
  readonly open: KindSet | null;
  readonly quiet: "demand" | "deed";
}

export function toEvidence(judged: Judged): Evidence {
  const { open, quiet, rule } = judged.judgement;
  return { ...toObligation(judged), note: judged.judgement.message, open: open ?? (rule === "entry-kind" ? 0 : null), quiet: quiet ?? "demand" };
}

/** Its status is decided later, by comparison with the pre-image. */
export function toFinding(judged: Judged, fn: FunctionIr, rulebook: Rulebook, confidence: Confidence): Finding {
  const { judgement, site } = judged;
  const loc = judgement.loc ?? site.loc;
  const page = rulebook.catalogue.get(judgement.rule);
  return {
    rule: judgement.rule,
    severity: judgement.certain ? "error" : "warning",
    confidence,
    status: "introduced",
    file: fn.file,
    line: loc.line,
    column: loc.column,
    function: fn.name,
    message: judgement.message,
    why: page?.breaks ?? "",
    fix: page?.fix ?? "",
    requires: judgement.requires ?? [],
    held: site.facts.locks.map((l) => `${describeLock(l)}${l.certain ? "" : " (perhaps)"}`),
    assumed: [...(judgement.assumed ?? []), ...site.facts.locks.flatMap((l) => (l.told === undefined ? [] : [`the ${describeLock(l)} is held at entry: ${l.told}`]))],
    path: pathOf(site.facts.trail, fn.file),
    trace: null,
    fixConfirmed: null,
    references: judgement.references ?? page?.references ?? [],
    fingerprint: fingerprint(fn, judgement.rule, judgement.what),
    ...(judgement.since && { since: judgement.since.line }),
  };
}

function pathOf(trail: Trail | null, file: string): PathStep[] {
  const steps: PathStep[] = [];
  for (let at = trail; at && steps.length < 24; at = at.before) steps.unshift({ file, line: at.loc.line, text: at.text });
  return steps;
}

/** Of what does not move when lines move: file, function, rule and demand. */
export function fingerprint(fn: FunctionIr, rule: RuleId, what: string): string {
  return sha1([fn.file, fn.name, rule, what].join("\0")).slice(0, 16);
}
