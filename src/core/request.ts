/** What a caller asks of the library, one type a command. Nothing here has a default: the caller says all of it. */
import type { RuleId } from "./finding.ts";
import type { Drawing } from "./litmus-report.ts";

/** What every analysing command shares. */
export interface AnalysisRequest {
  /** "X.Y" to review for that kernel, or null to find out. */
  readonly kernel: string | null;
  /** Rule ids to apply; empty for all. */
  readonly only: readonly RuleId[];
  /** Rule ids to leave out. */
  readonly skip: readonly RuleId[];
  /** Paths of user rule packs, read as data and never executed. */
  readonly rules: readonly string[];
  /** Most states the simulator may visit for one scenario, or null for its default. */
  readonly bound: number | null;
  /** Workers, at least 1. */
  readonly jobs: number;
  /** Also report what could not be decided, as notes. */
  readonly strict: boolean;
  /** File of known findings; absent for none. */
  readonly baseline?: string;
  /** The day (YYYY-MM-DD, UTC) by which entries of the baseline expire; absent: none does. */
  readonly today?: string;
  /** Folder that keeps results for later runs (with a tree); absent: none are kept. It must not lie in the tree. */
  readonly cache?: string;
  /** Directory that relative paths start from. */
  readonly cwd: string;
}

export interface ReviewRequest extends AnalysisRequest {
  /** Mailboxes, mails, diffs, Maildir folders, revision ranges, message ids, addresses of archive pages; "-" is `stdin`. */
  readonly inputs: readonly string[];
  /** Base URL of the public-inbox archive that message ids are fetched from; absent: nothing is ever fetched. */
  readonly archive?: string;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Kernel tree, or null to use the checkout that `cwd` stands in, when it is one. */
  readonly tree: string | null;
  /** Revision that the first patch applies to, or null to find out. */
  readonly base: string | null;
  /** File that keeps the reports of patches, so that an interrupted run can go on; absent: none is kept. */
  readonly resume?: string;
  /** Also draw the page tables along each trace; absent: don't. */
  readonly pictures?: boolean;
  /** Count findings that the mail itself waives; absent: don't. */
  readonly ignoreWaivers?: boolean;
  /** Also report what the patch did not introduce. */
  readonly all: boolean;
}

export interface ScanRequest extends AnalysisRequest {
  readonly tree: string;
  /** Files and folders relative to the tree; empty for all page-table code. */
  readonly paths: readonly string[];
}

export interface LitmusRequest {
  /** How to draw the execution that decides each test; null: not at all. */
  readonly drawing: Drawing | null;
  readonly files: readonly string[];
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly bound: number | null;
  readonly jobs: number;
  readonly cwd: string;
}

export interface SimRequest {
  readonly files: readonly string[];
  readonly kernel: string | null;
  readonly bound: number | null;
  /** Paths of user rule packs; absent for none. */
  readonly rules?: readonly string[];
  /** Also draw the page tables before the trace and after each of its steps. */
  readonly pictures: boolean;
  readonly cwd: string;
}

export interface MatrixRequest {
  readonly kernel: string | null;
  readonly bound: number | null;
  readonly jobs: number;
}
