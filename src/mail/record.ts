/**
 * What grouping keeps of a mail with a diff, and of a cover letter: numbers only, a few hundred bytes, so that a whole
 * archive can be planned in memory while its texts stream by. What its hunks are known by is more, and only asked for
 * where mails quote patches, so it lies elsewhere.
 */
import type { DiffCarrier } from "../core/message.ts";
import type { Spool } from "../util/spool.ts";
import { diffKeys, digest, type HunkKeys } from "./diff-keys.ts";
import { titleKey } from "./subject.ts";
import type { MessageEvent } from "./types.ts";

export interface PatchRecord {
  readonly carrier: DiffCarrier;
  readonly files: readonly number[];
  /** Where the keys of its hunks stand. */
  readonly keys: number;
}

export interface MailRecord {
  /** Position in the input, from 0. */
  readonly at: number;
  readonly id: number;
  /** True when the mail had no Message-ID of its own. */
  readonly unnamed: boolean;
  readonly parent: number | null;
  /** First of References: the mail that started the thread, as far as is known. */
  readonly root: number | null;
  /** All that it answers; asked of mails that quote a patch, and empty for all others. */
  readonly references: readonly number[];
  readonly sender: number;
  readonly title: number;
  readonly index: number | null;
  readonly total: number;
  readonly revision: number;
  readonly reply: boolean;
  readonly rfc: boolean;
  readonly resend: boolean;
  /** Milliseconds, or null. */
  readonly date: number | null;
  readonly baseCommit: string | null;
  readonly patches: readonly PatchRecord[];
}

const none: readonly number[] = [];

/** The record of a mail; null for one that no series is made of. `keys` takes what its hunks are known by. */
export function toRecord(event: MessageEvent, at: number, keys: Spool<HunkKeys>): MailRecord | null {
  if (event.patches.length === 0 && (event.subject.index !== 0 || event.subject.reply)) return null;
  const { message, subject } = event;
  const references = message.references.map(digest);
  const parent = message.inReplyTo === null ? null : digest(message.inReplyTo);
  return {
    at,
    id: digest(message.id),
    unnamed: message.id.endsWith("@mmreview.invalid"),
    parent,
    root: references[0] ?? parent,
    references: event.patches.every((patch) => patch.carrier !== "quoted") ? none : parent === null || references.includes(parent) ? references : [...references, parent],
    sender: digest(event.sender),
    title: digest(titleKey(subject.title)),
    index: subject.index,
    total: subject.total,
    revision: subject.revision,
    reply: subject.reply,
    rfc: subject.tags.some((tag) => tag.startsWith("RFC")),
    resend: subject.tags.some((tag) => tag.startsWith("RESEND") || tag === "REPOST"),
    date: message.date === null ? null : Date.parse(message.date),
    baseCommit: event.baseCommit === null ? null : detached(event.baseCommit),
    patches: event.patches.map(({ carrier, diff }) => {
      const { files, ...hunks } = diffKeys(diff);
      keys.add(hunks);
      return { carrier, files, keys: keys.length - 1 };
    }),
  };
}

/** A copy: what V8 cuts out of a text keeps all of the text, here a mail. `hex` is ASCII. */
function detached(hex: string): string {
  return Buffer.from(hex, "latin1").toString("latin1");
}

/** True for a mail that posts a patch of a series or a single one, in contrast to replies and bare diffs. */
export function isPosting(record: MailRecord): boolean {
  return record.patches.some((patch) => patch.carrier === "patch") && !record.reply;
}

/** True for a cover letter: number 0, no patch of its own. */
export function isCover(record: MailRecord): boolean {
  return record.index === 0 && record.patches.length === 0 && !record.reply;
}
