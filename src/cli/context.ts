/** What a command works with. Everything from outside comes in here, so that a test can stand in for all of it. */
import type { EventSink } from "../core/events.ts";
import type { LitmusReport } from "../core/litmus-report.ts";
import type { Report, ReportView } from "../core/report.ts";
import type { LitmusRequest, MatrixRequest, ReviewRequest, ScanRequest, SimRequest } from "../core/request.ts";
import type { PackProblem, RulePage } from "../core/rule-page.ts";
import type { MatrixReport, SimReport } from "../core/sim-report.ts";
import type { CommandName } from "./commands.ts";

/** The command line, split into words by parse.ts. */
export interface Arguments {
  readonly command: CommandName;
  /** Whether the command was named; review is meant when none is. */
  readonly named: boolean;
  readonly positionals: readonly string[];
  readonly switches: ReadonlySet<string>;
  /** Texts given to an option, in order; list options are split at commas already, of others the last one counts. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export interface OutStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done: (error?: Error | null) => void): unknown;
}

export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: OutStream;
  readonly stderr: OutStream;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of the library face (src/index.ts) that commands call. */
export interface Library {
  review(request: ReviewRequest, events?: EventSink): Promise<ReportView>;
  scan(request: ScanRequest, events?: EventSink): Promise<Report>;
  litmus(request: LitmusRequest, events?: EventSink): Promise<LitmusReport>;
  simulate(request: SimRequest, events?: EventSink): Promise<SimReport>;
  matrix(request: MatrixRequest, events?: EventSink): Promise<MatrixReport>;
  rulePages(): Promise<readonly RulePage[]>;
  checkRulePack(path: string): Promise<readonly PackProblem[]>;
}

export interface Context {
  readonly args: Arguments;
  readonly streams: Streams;
  readonly env: Environment;
  readonly cwd: string;
  readonly library: () => Promise<Library>;
}

/** Runs to the exit code. Throws UsageError, InputError, or whatever a bug throws. */
export type Command = (context: Context) => Promise<number>;
