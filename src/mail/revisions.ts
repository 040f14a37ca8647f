/**
 * Which postings are older versions of another one. Two postings are of one topic when one sender sent both and they
 * share titles (half of the smaller one's, cover included), or a thread and a file.
 */
import { SUPERSEDED_BY_PATCH, SUPERSEDED_BY_RESEND, supersededBy } from "./reasons.ts";
import type { MailRecord } from "./record.ts";
import type { Posting } from "./postings.ts";

export interface Outdated {
  readonly posting: Posting;
  readonly by: Posting;
  readonly reason: string;
}

/** What is compared of a posting, worked out once. */
interface Traits {
  readonly posting: Posting;
  readonly titles: ReadonlySet<number>;
  readonly files: ReadonlySet<number>;
  /** The ids that tie it to a thread: its own mails and the roots they name. */
  readonly thread: ReadonlySet<number>;
  /** Latest date of its mails, or null. */
  readonly date: number | null;
}

function traitsOf(posting: Posting): Traits {
  const members = posting.cover ? [posting.cover, ...posting.mails] : posting.mails;
  const dates = posting.mails.map((mail) => mail.date).filter((date) => date !== null);
  return {
    posting,
    titles: new Set(members.map((mail) => mail.title)),
    files: new Set(posting.mails.flatMap((mail) => mail.patches.flatMap((patch) => patch.files))),
    thread: new Set(members.flatMap((mail) => (mail.root === null ? [mail.id] : [mail.id, mail.root]))),
    date: dates.reduce<number | null>((latest, date) => Math.max(latest ?? date, date), null),
  };
}

function shared(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let count = 0;
  for (const one of small) if (large.has(one)) count++;
  return count;
}

/** Positive when `a` is the newer version. */
function compareAge(a: Traits, b: Traits): number {
  const byDate = a.date !== null && b.date !== null ? a.date - b.date : 0;
  const [one, other] = [a.posting, b.posting];
  if (one.rfc !== other.rfc) return byDate !== 0 ? byDate : Number(other.rfc) - Number(one.rfc);
  if (one.revision !== other.revision) return one.revision - other.revision;
  if (one.resend !== other.resend) return Number(one.resend) - Number(other.resend);
  return byDate !== 0 ? byDate : one.mails[0]!.at - other.mails[0]!.at;
}

function sameTopic(a: Traits, b: Traits): boolean {
  const [one, other] = [a.posting, b.posting];
  if (2 * shared(a.titles, b.titles) >= Math.min(a.titles.size, b.titles.size)) {
    // The same titles once more, without any sign of a new version, may be another patch for another file.
    const signed = one.revision !== other.revision || one.rfc !== other.rfc || one.resend !== other.resend;
    return signed || shared(a.files, b.files) > 0;
  }
  const alike = one.revision !== other.revision && one.total > 1 === other.total > 1;
  return alike && shared(a.thread, b.thread) > 0 && shared(a.files, b.files) > 0;
}

function reasonFor(old: Posting, by: Posting): string {
  if (old.rfc && !by.rfc && by.revision <= old.revision) return SUPERSEDED_BY_PATCH;
  if (by.resend && by.revision === old.revision) return SUPERSEDED_BY_RESEND;
  return supersededBy(by.revision);
}

/** A hundred versions of one title are no versions but a machine's mails; comparing each with each would not end. */
const MAX_VERSIONS = 100;

/** Postings that may be of one topic with another: those that share a title or a thread. Keeps the work near linear. */
function neighbours(all: readonly Traits[]): (traits: Traits) => Set<Traits> {
  const buckets = new Map<number, Traits[]>();
  for (const traits of all) {
    for (const key of [...traits.titles, ...traits.thread]) {
      const bucket = buckets.get(key);
      if (bucket) bucket.push(traits);
      else buckets.set(key, [traits]);
    }
  }
  return (traits) => {
    const found = new Set<Traits>();
    for (const key of [...traits.titles, ...traits.thread]) {
      for (const other of buckets.get(key)!.slice(-MAX_VERSIONS)) if (other.posting.sender === traits.posting.sender) found.add(other);
    }
    return found;
  };
}

/** The postings that a newer one of the input replaces; `by` is the newest of the chain. */
export function findOutdated(postings: readonly Posting[]): Outdated[] {
  const all = postings.map(traitsOf);
  const near = neighbours(all);
  const newerOf = new Map<Traits, Traits>();
  for (const traits of all) {
    for (const other of near(traits)) {
      const newest = newerOf.get(traits);
      if (compareAge(other, traits) > 0 && (!newest || compareAge(other, newest) > 0) && sameTopic(other, traits)) newerOf.set(traits, other);
    }
  }
  return Array.from(newerOf, ([{ posting }, newer]) => {
    let by = newer;
    // Ages may form a ring where dates and revisions contradict each other.
    for (let steps = 0; steps < 100; steps++) by = newerOf.get(by) ?? by;
    return { posting, by: by.posting, reason: reasonFor(posting, by.posting) };
  });
}

/**
 * Patches of an older posting that fill the holes of a partial reroll: single patches sent again as answers to the
 * patches of the same number that they replace.
 */
export function fillFromOlder(posting: Posting, older: Posting): readonly MailRecord[] {
  const have = new Map(older.mails.map((mail) => [mail.id, mail]));
  const reroll = posting.total === older.total && posting.mails.length < posting.total && posting.mails.every((mail) => mail.parent !== null && have.get(mail.parent)?.index === mail.index);
  if (!reroll) return [];
  const present = new Set(posting.mails.map((mail) => mail.index));
  return older.mails.filter((mail) => !present.has(mail.index));
}
