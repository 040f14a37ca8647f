/** The result of `mmreview litmus`, as `--format json` prints it (schemas/litmus-1.json). Words are herd7's. */

export interface LitmusVerdict {
  readonly path: string;
  readonly name: string;
  /** The quantifier in herd7's words: exists, ~exists, forall. */
  readonly kind: "Allowed" | "Forbidden" | "Required";
  /** The condition as written in the test, without its quantifier. */
  readonly condition: string;
  readonly verdict: "Ok" | "No";
  readonly observation: "Always" | "Sometimes" | "Never";
  /** Executions that satisfy the condition, and that do not. */
  readonly positive: number;
  readonly negative: number;
  /** Final states as herd7 prints them, sorted: "1:r0=0; [x]=1;". */
  readonly states: readonly string[];
  /** For instance "data-race". */
  readonly flags: readonly string[];
  /** Executions exist in which a loop goes round more often than it was unrolled; they are left out (herd7 prints "Loop Ok"). */
  readonly loop?: true;
  /** The bound was reached: the verdict holds, but of the other executions only some were counted. */
  readonly bounded?: true;
  readonly elapsedMs: number;
  /** A drawing of one execution that decides the test; null when there is nothing to draw. Absent unless asked for. */
  readonly picture?: string | null;
}

/** Stands in a comment of every litmus test that we write, so that we know our own files again. */
export const litmusMark = "Written by mmreview.";

/** How an execution is drawn. */
export type Drawing = "text" | "dot" | "svg";

/** The test is well-formed, but uses something that the engine does not have, or reached a bound. */
export interface LitmusUnsupported {
  readonly path: string;
  readonly unsupported: string;
}

/** The test can't be read. Line and column count from 1. */
export interface LitmusFailure {
  readonly path: string;
  readonly error: { readonly line: number; readonly column: number; readonly message: string };
}

export type LitmusResult = LitmusVerdict | LitmusUnsupported | LitmusFailure;

export interface LitmusReport {
  readonly schema: "mmreview/litmus@1";
  readonly tool: { readonly name: "mmreview"; readonly version: string };
  readonly tests: readonly LitmusResult[];
}
