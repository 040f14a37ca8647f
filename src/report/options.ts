/** What a format may be told. All of it is decided by the caller; a format reads no environment. */
import type { RulePage } from "../core/rule-page.ts";

export interface ReportOptions {
  readonly colour: boolean;
  /** Columns of text output. */
  readonly width: number;
  /** Nothing grouped or left out for brevity. */
  readonly verbose: boolean;
  /** Findings only; "" when there is none. */
  readonly quiet: boolean;
  /** Rule pages for formats that describe rules; may be empty. */
  readonly rules: readonly RulePage[];
}
