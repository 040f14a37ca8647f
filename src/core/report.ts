/** The result of a review, as the library returns it and `--format json` prints it (schema id `mmreview/report@1`). */
import type { BaseKind } from "./image.ts";
import type { Repair } from "./diff.ts";
import type { Finding, Outcome } from "./finding.ts";

export type Coverage = "full" | "partial" | "skipped";

export type Tally = Readonly<Record<Outcome, number>>;

export interface OpenQuestion {
  readonly rule: string;
  readonly line: number;
  readonly text: string;
}

export interface FunctionReport {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly coverage: Coverage;
  /** Why coverage is not full; "" when it is. */
  readonly reason: string;
  readonly obligations: Tally;
  /** What was proved, at most a few per function. */
  readonly proofs: readonly OpenQuestion[];
  /** What could not be decided and is worth a look, at most a few per function. */
  readonly unknowns: readonly OpenQuestion[];
}

export interface PatchReport {
  readonly messageId: string;
  readonly subject: string;
  readonly author: string;
  readonly date: string | null;
  readonly carrier: string;
  readonly index: number;
  readonly total: number;
  readonly revision: number;
  readonly base: { readonly kind: BaseKind; readonly id: string };
  readonly kernel: { readonly version: string; readonly from: string };
  readonly files: readonly string[];
  readonly repairs: readonly Repair[];
  /** Troubles, failed applications, offsets and fuzz, in words. */
  readonly notes: readonly string[];
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

/** A message that was not reviewed, and why. */
export interface SkippedReport {
  readonly messageId: string;
  readonly subject: string;
  readonly reason: string;
}

export interface InputReport {
  readonly path: string;
  readonly messages: number;
  readonly patches: number;
  readonly skipped: readonly SkippedReport[];
  /** Input trouble in words (truncated gzip, cut mailbox, ...). */
  readonly troubles: readonly string[];
  /** Why the input counts as unreadable or breaks its promise of a patch (exit 3); absent when it does not. */
  readonly failed?: string;
}

export interface UnitReport {
  readonly file: string;
  readonly functions: readonly FunctionReport[];
  readonly findings: readonly Finding[];
}

/** In their order; an array is one, and one that lies on disk is read again whenever somebody goes through it. */
export interface Listing<Item> extends Iterable<Item> {
  readonly length: number;
}

export type InputView = Omit<InputReport, "skipped"> & { readonly skipped: Listing<SkippedReport> };

/** A report as formats take it: its patches, and the messages that were not reviewed, need not all be in memory. */
export type ReportView = Omit<Report, "patches" | "inputs"> & { readonly patches: Listing<PatchReport>; readonly inputs: readonly InputView[] };

export interface Report {
  readonly schema: "mmreview/report@1";
  readonly tool: { readonly name: "mmreview"; readonly version: string; readonly rules: number };
  readonly kernel: { readonly version: string; readonly from: string };
  readonly inputs: readonly InputReport[];
  readonly patches: readonly PatchReport[];
  readonly units?: readonly UnitReport[];
  readonly summary: {
    readonly patches: number;
    readonly functions: number;
    readonly findings: { readonly error: number; readonly warning: number; readonly note: number };
    readonly obligations: Tally;
    readonly elapsedMs: number;
  };
}
