/** What the mail stage hands on: messages one by one, then series. */
import type { MailPatch, MessageInfo, Series, SkippedMessage } from "../core/message.ts";
import type { MailLimits } from "./limits.ts";
import type { SubjectInfo } from "./subject.ts";

/** Where bytes come from. */
export interface MailInputs {
  /** Directory that relative paths start from; the process's own when left out. */
  readonly cwd?: string;
  /** What "-" reads; the process's standard input when left out. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Inputs that are in memory already (fetched from an archive), by name; they stand before files. */
  readonly fetched?: ReadonlyMap<string, Uint8Array>;
}

export interface MailOptions extends MailInputs {
  readonly limits?: Partial<MailLimits>;
  /**
   * Asked with the position (from 0) of each mail: whether its body is wanted. Without it the header alone is read,
   * and `skipped` says so. For callers that know the input from an earlier look.
   */
  readonly wanted?: (position: number) => boolean;
}

/** One mail, on its own. Exactly one of `patches` (not empty) and `skipped` says what became of it. */
export interface MessageEvent {
  readonly kind: "message";
  /** The input it came from, as the user named it. */
  readonly input: string;
  readonly message: MessageInfo;
  readonly subject: SubjectInfo;
  /** Address of the sender, lower case; the name where there is no address. */
  readonly sender: string;
  /** The diffs found, in the order of the mail, quoted ones included: whether a quote is news is known by the whole input only. */
  readonly patches: readonly MailPatch[];
  readonly skipped: SkippedMessage | null;
  /** Commit of a `base-commit:` line, or null. */
  readonly baseCommit: string | null;
  /** True when the mail stops in its header or within a hunk. */
  readonly cut: boolean;
}

/** Something about the input itself: truncated, cut, over a limit, a file of a directory that can't be read. */
export interface TroubleEvent {
  readonly kind: "trouble";
  readonly input: string;
  readonly path: string;
  readonly text: string;
}

export type MailEvent = MessageEvent | TroubleEvent;

/** A series as soon as its last patch was read. `notes` say what is missing or was filled in. */
export interface SeriesEvent {
  readonly kind: "series";
  /** The input that its last patch came from. */
  readonly input: string;
  readonly series: Series;
  readonly notes: readonly string[];
}

export interface SkippedEvent {
  readonly kind: "skipped";
  readonly input: string;
  readonly skipped: SkippedMessage;
}

/** Closes each input, in order: `messages` = messages with patches in a series + messages skipped. */
export interface CountEvent {
  readonly kind: "count";
  readonly input: string;
  readonly messages: number;
  /** Patches handed on in series. */
  readonly patches: number;
}

export type GroupedEvent = SeriesEvent | SkippedEvent | TroubleEvent | CountEvent;
