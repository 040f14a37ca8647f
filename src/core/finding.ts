/** What a review says of the code: obligations, findings, traces. Mirrors the JSON report (schemas/report-1.json). */
import type { WorldPicture } from "./picture.ts";

export type RuleId =
  | "walk-context"
  | "entry-lock"
  | "stale-read"
  | "entry-kind"
  | "map-failure"
  | "map-balance"
  | "map-order"
  | "lock-balance"
  | "lock-order"
  | "publish-order"
  | "lockless-read"
  | "tlb-flush"
  | "table-free"
  | "move-context"
  | "sleep-atomic"
  | "notifier-scope"
  | "hugetlb-share"
  | "hugetlb-entry"
  | "pt-accounting"
  | "walk-done"
  | "lazy-mmu"
  | "batch-bounds";

export type Severity = "error" | "warning" | "note";
export type Confidence = "confirmed" | "likely" | "possible";
export type FindingStatus = "introduced" | "pre-existing" | "fixed";
export type Outcome = "proved" | "violated" | "unknown";

/** One line of a code frame. "+" was added by the patch, "-" was removed by it and carries its pre-image line number. */
export interface FrameLine {
  readonly line: number;
  readonly mark: " " | "+" | "-";
  readonly text: string;
}

/** The source around a finding, so that a report needs no file. `start` is the first line's number. */
export interface CodeFrame {
  readonly start: number;
  readonly lines: readonly FrameLine[];
}

/** A place on the path that leads to a finding, in execution order. */
export interface PathStep {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface TraceStep {
  readonly cpu: number;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** What the step did to the world, in words; "" when nothing of note. */
  readonly effect: string;
}

/** An interleaving that breaks a property. */
export interface Trace {
  readonly scenario: string;
  readonly actor: string;
  readonly era: string;
  readonly steps: readonly TraceStep[];
  /** The same trace as an LKMM litmus test, or null. */
  readonly litmus: string | null;
  /** The page tables before the first step and after each one: one more than `steps`. Absent unless asked for. */
  readonly pictures?: readonly WorldPicture[];
}

export interface Reference {
  /** Kernel file or document. */
  readonly file: string;
  /** Function or section in it, "" for the whole. */
  readonly where: string;
  /** Kernel version in which it was read. */
  readonly version: string;
}

/** Why a finding may stand. One that has expired waives nothing, and is told. */
export interface Waiver {
  /** The baseline file, or a Mmreview-waive: line in the mail. */
  readonly by: "baseline" | "trailer";
  readonly reason: string;
  /** Last day (YYYY-MM-DD) on which it holds, or null. */
  readonly expires: string | null;
  readonly expired: boolean;
}

export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly status: FindingStatus;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  readonly frame?: CodeFrame;
  /** One sentence. */
  readonly message: string;
  /** What breaks, and how. */
  readonly why: string;
  readonly fix: string;
  readonly requires: readonly string[];
  readonly held: readonly string[];
  readonly assumed: readonly string[];
  readonly path: readonly PathStep[];
  readonly trace: Trace | null;
  readonly fixConfirmed: boolean | null;
  readonly references: readonly Reference[];
  /** Hex; stable across line moves and revisions. */
  readonly fingerprint: string;
  /** Line of the function where it did what is not ordered at the finding; not printed. */
  readonly since?: number;
  /** Absent when nobody has waived the finding. */
  readonly waiver?: Waiver;
}

export function isWaived({ waiver }: Pick<Finding, "waiver">): boolean {
  return waiver !== undefined && !waiver.expired;
}

/** Whether the finding is in the code as the patches leave it, and nobody has waived it. */
export function stands(finding: Finding): boolean {
  return finding.status !== "fixed" && !isWaived(finding);
}

/** One contract requirement at one place on one path. `note` is what a person should check when the outcome is unknown. */
export interface Obligation {
  readonly rule: RuleId;
  readonly outcome: Outcome;
  readonly line: number;
  readonly column: number;
  /** Stable short name of what is demanded, e.g. "pmd_populate: pmd lock held". */
  readonly what: string;
  readonly note: string;
}
