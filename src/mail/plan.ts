/** Decides, from the records of a whole input, what becomes of every patch of every mail: a place in a series, or a reason. */
import { append } from "./append.ts";
import { fillFromOlder, findOutdated } from "./revisions.ts";
import { findPostings, type Posting } from "./postings.ts";
import type { MailIndex } from "./mail-index.ts";
import { type AllKeys, findStaleQuotes } from "./quotes.ts";
import { DUPLICATE, SUPERSEDED_BY_REPOST } from "./reasons.ts";
import { isPosting, type MailRecord } from "./record.ts";

/** A series to be put together. Patches are named by mail position and index in the mail. */
export interface PlannedSeries {
  readonly members: readonly { readonly at: number; readonly patch: number }[];
  readonly revision: number;
  readonly total: number;
  /** Position of the cover letter whose subject names the series, or null. */
  readonly cover: number | null;
  readonly baseCommit: string | null;
  readonly notes: readonly string[];
}

export interface Plan {
  readonly series: readonly PlannedSeries[];
  /** Mail position -> why its patches (those without a series) are left out. */
  readonly reasons: ReadonlyMap<number, string>;
}

function list(numbers: readonly number[]): string {
  return numbers.length > 12 ? `${numbers.slice(0, 12).join(", ")}, ...` : numbers.join(", ");
}

function ownPatches(mail: MailRecord): { at: number; patch: number }[] {
  return mail.patches.flatMap(({ carrier }, patch) => (carrier === "patch" ? [{ at: mail.at, patch }] : []));
}

function planPosting(posting: Posting, older: Posting | null): { series: PlannedSeries; filled: readonly MailRecord[] } {
  const filled = older ? fillFromOlder(posting, older) : [];
  const mails = [...posting.mails, ...filled].toSorted((a, b) => (a.index ?? 1) - (b.index ?? 1));
  const notes: string[] = [];
  if (filled.length > 0) notes.push(`only a part was sent again: taken from v${older!.revision}: ${list(filled.map((mail) => mail.index ?? 1))} of ${posting.total}`);
  const present = new Set(mails.map((mail) => mail.index ?? 1));
  const missing: number[] = [];
  for (let n = 1; n <= posting.total; n++) if (!present.has(n)) missing.push(n);
  if (missing.length > 0) notes.push(`not in the input: ${missing.length === 1 ? "patch" : "patches"} ${list(missing)} of ${posting.total}`);
  return {
    filled,
    series: {
      // Cut to size: V8 leaves room for more in what has grown.
      members: mails.flatMap(ownPatches).slice(),
      revision: posting.revision,
      total: posting.total,
      cover: posting.cover?.at ?? null,
      baseCommit: posting.cover?.baseCommit ?? mails.find((mail) => mail.baseCommit !== null)?.baseCommit ?? null,
      notes,
    },
  };
}

/** Diffs that stand for themselves: follow-ups, attachments, bare diffs, quotes. Those of one mail and kind are one series. */
function planSingles(mail: MailRecord, without: ReadonlySet<number>): PlannedSeries[] {
  const groups = new Map<string, { at: number; patch: number }[]>();
  mail.patches.forEach(({ carrier }, patch) => {
    if (without.has(patch) || (carrier === "patch" && isPosting(mail))) return;
    const members = groups.get(carrier) ?? [];
    members.push({ at: mail.at, patch });
    groups.set(carrier, members);
  });
  return [...groups.values()].map((members) => ({ members: members.slice(), revision: mail.revision, total: members.length, cover: null, baseCommit: mail.baseCommit, notes: [] }));
}

/** What the first look at an input keeps. */
export interface Seen {
  readonly mails: MailIndex;
  /** Of the mails that a series may be made of. */
  readonly records: readonly MailRecord[];
  readonly keys: AllKeys;
}

/** `newestOnly`: leave out postings that a newer version in the input replaces. */
export function planSeries({ mails, records: all, keys }: Seen, newestOnly: boolean): Plan {
  const reasons = new Map<number, string>();
  const first = mails.firstPlaces(all.map((record) => record.id));
  const records = all.filter((record) => {
    const again = !record.unnamed && first.get(record.id)! < record.at;
    if (again && record.patches.length > 0) reasons.set(record.at, DUPLICATE);
    return !again;
  });

  const postings = findPostings(records);
  const outdated = newestOnly ? findOutdated(postings) : [];
  const old = new Map(outdated.map((one) => [one.posting, one]));
  const olderOf = new Map<Posting, Posting>();
  for (const { posting, by } of outdated) {
    const before = olderOf.get(by);
    if (!before || before.revision < posting.revision) olderOf.set(by, posting);
  }
  const series: PlannedSeries[] = [];
  const rescued = new Set<number>();
  for (const posting of postings) {
    for (const mail of posting.replaced) reasons.set(mail.at, SUPERSEDED_BY_REPOST);
    if (old.has(posting)) continue;
    const planned = planPosting(posting, olderOf.get(posting) ?? null);
    series.push(planned.series);
    for (const mail of planned.filled) rescued.add(mail.at);
  }
  for (const { posting, reason } of outdated) {
    for (const mail of posting.mails) if (!rescued.has(mail.at)) reasons.set(mail.at, reason);
  }

  const stale = findStaleQuotes(records, keys);
  const left = new Map<number, Set<number>>();
  for (const [{ mail, patch }, reason] of stale) {
    left.set(mail.at, (left.get(mail.at) ?? new Set()).add(patch));
    if (!reasons.has(mail.at)) reasons.set(mail.at, reason);
  }
  for (const record of records) append(series, planSingles(record, left.get(record.at) ?? new Set()));
  return { series, reasons };
}
