/**
 * One mail as the mail stage hands it on: MIME decoded, charset resolved, line ends LF.
 * Words as in docs/architecture.md: a message may carry any number of diffs.
 */

/** Where a message came from, for people: the input's name and the 1-based line its mail starts at (0 when unknown). */
export interface MessageOrigin {
  readonly path: string;
  readonly line: number;
}

/** The headers that later stages need. `id` has no angle brackets; a mail without one gets `"<path>:<line>@mmreview.invalid"`. */
export interface MessageInfo {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601 in UTC, or null when absent or unreadable. */
  readonly date: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly origin: MessageOrigin;
}

/** How the diff stands in its message. */
export type DiffCarrier = "patch" | "follow-up" | "quoted" | "attachment" | "bare";

/** One diff found in a message, before repair. */
export interface MailPatch {
  readonly message: MessageInfo;
  readonly carrier: DiffCarrier;
  /** The raw diff text: quote marks removed, LF line ends, not yet repaired. */
  readonly diff: string;
  /** 1-based line of `diff`'s first line within the decoded body (or attachment). */
  readonly line: number;
  /** N of "N/M"; 1 of 1 for a single patch; 0 for a cover letter (which has no MailPatch). */
  readonly index: number;
  readonly total: number;
  /** vN, 1 when not given. */
  readonly revision: number;
  /** Subject tags other than PATCH, N/M and vN, upper case: "RFC", "RESEND", ... */
  readonly tags: readonly string[];
  /** The commit id of a `base-commit:` trailer (of this mail or its cover letter), or null. */
  readonly baseCommit: string | null;
  /** What stands behind each "Mmreview-waive:" of the sender's mail; absent when there is none. */
  readonly waivers?: readonly string[];
}

/** A message that yields no patch, with the reason shown to the user. */
export interface SkippedMessage {
  readonly message: MessageInfo;
  readonly reason: string;
}

/** The patches of one revision of one topic, in order; the unit that is applied on top of itself. */
export interface Series {
  readonly subject: string;
  readonly revision: number;
  /** Declared M of N/M; `patches` may be fewer when some are missing from the input. */
  readonly total: number;
  readonly patches: readonly MailPatch[];
}
