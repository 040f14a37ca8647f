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

function titlesOf(posting: Posting): Set<number> {
  const titles = new Set(posting.mails.map((mail) => mail.title));
  if (posting.cover) titles.add(posting.cover.title);
  return titles;
}

function filesOf(posting: Posting): Set<number> {
  return new Set(posting.mails.flatMap((mail) => mail.patches.flatMap((patch) => patch.files)));
}

function membersOf(posting: Posting): MailRecord[] {
  return posting.cover ? [posting.cover, ...posting.mails] : [...posting.mails];
}

/** The ids that tie a posting to a thread: its own mails and the roots they name. */
function threadOf(posting: Posting): Set<number> {
  return new Set(membersOf(posting).flatMap((mail) => (mail.root === null ? [mail.id] : [mail.id, mail.root])));
}

function shared(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let count = 0;
  for (const one of small) if (large.has(one)) count++;
  return count;
}

function dateOf(posting: Posting): number | null {
  return posting.mails.reduce<number | null>((latest, { date }) => (date !== null && (latest === null || date > latest) ? date : latest), null);
}

/** Positive when `a` is the newer version. */
function compareAge(a: Posting, b: Posting): number {
  const [dateA, dateB] = [dateOf(a), dateOf(b)];
  const byDate = dateA !== null && dateB !== null ? dateA - dateB : 0;
  if (a.rfc !== b.rfc) return byDate !== 0 ? byDate : Number(b.rfc) - Number(a.rfc);
  if (a.revision !== b.revision) return a.revision - b.revision;
  if (a.resend !== b.resend) return Number(a.resend) - Number(b.resend);
  return byDate !== 0 ? byDate : a.mails[0]!.at - b.mails[0]!.at;
}

function sameTopic(a: Posting, b: Posting): boolean {
  const [titlesA, titlesB] = [titlesOf(a), titlesOf(b)];
  if (2 * shared(titlesA, titlesB) >= Math.min(titlesA.size, titlesB.size)) {
    // The same titles once more, without any sign of a new version, may be another patch for another file.
    const signed = a.revision !== b.revision || a.rfc !== b.rfc || a.resend !== b.resend;
    return signed || shared(filesOf(a), filesOf(b)) > 0;
  }
  return a.revision !== b.revision && a.total > 1 === b.total > 1 && shared(threadOf(a), threadOf(b)) > 0 && shared(filesOf(a), filesOf(b)) > 0;
}

function reasonFor(old: Posting, by: Posting): string {
  if (old.rfc && !by.rfc && by.revision <= old.revision) return SUPERSEDED_BY_PATCH;
  if (by.resend && by.revision === old.revision) return SUPERSEDED_BY_RESEND;
  return supersededBy(by.revision);
}

/** Postings that may be of one topic with another: those that share a title or a thread. Keeps the work near linear. */
function candidates(postings: readonly Posting[]): Map<Posting, Set<Posting>> {
  const buckets = new Map<string, Posting[]>();
  for (const posting of postings) {
    const keys = [...titlesOf(posting)].map((title) => `t${title}`).concat([...threadOf(posting)].map((id) => `i${id}`));
    for (const key of keys) {
      const bucket = buckets.get(`${posting.sender}${key}`);
      if (bucket) bucket.push(posting);
      else buckets.set(`${posting.sender}${key}`, [posting]);
    }
  }
  const near = new Map<Posting, Set<Posting>>();
  for (const bucket of buckets.values()) {
    // A hundred versions of one title are no versions but a machine's mails; comparing each with each would not end.
    for (const a of bucket.slice(-MAX_VERSIONS)) {
      const set = near.get(a) ?? new Set();
      for (const b of bucket.slice(-MAX_VERSIONS)) if (a !== b) set.add(b);
      near.set(a, set);
    }
  }
  return near;
}

const MAX_VERSIONS = 100;

/** The postings that a newer one of the input replaces; `by` is the newest of the chain. */
export function findOutdated(postings: readonly Posting[]): Outdated[] {
  const near = candidates(postings);
  const newerOf = new Map<Posting, Posting>();
  for (const posting of postings) {
    for (const other of near.get(posting) ?? []) {
      const newest = newerOf.get(posting);
      if (compareAge(other, posting) > 0 && (!newest || compareAge(other, newest) > 0) && sameTopic(other, posting)) newerOf.set(posting, other);
    }
  }
  return Array.from(newerOf, ([posting, newer]) => {
    let by = newer;
    // Ages may form a ring where dates and revisions contradict each other.
    for (let steps = 0; steps < 100; steps++) by = newerOf.get(by) ?? by;
    return { posting, by, reason: reasonFor(posting, by) };
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
