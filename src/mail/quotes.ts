/** Which quoted diffs are news: those whose original isn't in the input, each once, as fully as anybody quotes it. */
import { FULLER_QUOTE, QUOTES_PATCH, supersededBy } from "./reasons.ts";
import type { HunkKeys } from "./diff-keys.ts";
import { isPosting, type MailRecord } from "./record.ts";

export interface Quote {
  readonly mail: MailRecord;
  /** Index in `mail.patches`. */
  readonly patch: number;
}

function quotesOf(mail: MailRecord): Quote[] {
  return mail.patches.flatMap(({ carrier }, patch) => (carrier === "quoted" ? [{ mail, patch }] : []));
}

/** What the hunks of all diffs are known by: PatchRecord.keys says where those of one stand. */
export interface AllKeys {
  readonly at: (place: number) => HunkKeys;
}

function keysOf({ mail, patch }: Quote, keys: AllKeys): HunkKeys {
  return keys.at(mail.patches[patch]!.keys);
}

/** True when a mail that the quote answers posts a patch at the same places; without readable places, of the same file. */
function answersOriginal(quote: Quote, answered: readonly MailRecord[], keys: AllKeys): boolean {
  const patches = answered.flatMap((mail) => mail.patches.filter((patch) => patch.carrier !== "quoted"));
  const wanted = new Set(keysOf(quote, keys).places);
  if (wanted.size > 0) return patches.some((patch) => keys.at(patch.keys).places.some((place) => wanted.has(place)));
  const files = new Set(patches.flatMap((patch) => patch.files));
  return quote.mail.patches[quote.patch]!.files.some((file) => files.has(file));
}

/** What quotes are compared with. Only what some quote may ask for is kept: an archive has millions of hunks. */
interface Known {
  /** Hunk -> mails that hold it in a patch of their own (two are enough: one may be the quoting mail). */
  readonly holders: ReadonlyMap<number, readonly number[]>;
  readonly mails: ReadonlyMap<number, MailRecord>;
  /** Title -> highest revision posted. */
  readonly newest: ReadonlyMap<number, number>;
}

function gatherKnown(records: readonly MailRecord[], quotes: readonly Quote[], keys: AllKeys): Known {
  const hunksAsked = new Set<number>();
  for (const quote of quotes) for (const hunk of keysOf(quote, keys).hunks) hunksAsked.add(hunk);
  const idsAsked = new Set(quotes.flatMap((quote) => quote.mail.references));
  const titlesAsked = new Set(quotes.map((quote) => quote.mail.title));
  const holders = new Map<number, number[]>();
  const mails = new Map<number, MailRecord>();
  const newest = new Map<number, number>();
  for (const mail of records) {
    if (idsAsked.has(mail.id)) mails.set(mail.id, mail);
    for (const patch of mail.patches) {
      if (patch.carrier === "quoted" || hunksAsked.size === 0) continue;
      const { hunks, anonymous } = keys.at(patch.keys);
      for (const hunk of [...hunks, ...anonymous]) {
        if (!hunksAsked.has(hunk)) continue;
        const found = holders.get(hunk);
        if (!found) holders.set(hunk, [mail.at]);
        else if (found.length < 2 && found[0] !== mail.at) found.push(mail.at);
      }
    }
    if (titlesAsked.has(mail.title) && isPosting(mail)) newest.set(mail.title, Math.max(mail.revision, newest.get(mail.title) ?? 0));
  }
  return { holders, mails, newest };
}

/** The quoted diffs to leave out, with the reason. */
export function findStaleQuotes(records: readonly MailRecord[], keys: AllKeys): Map<Quote, string> {
  const quotes = records.flatMap(quotesOf);
  if (quotes.length === 0) return new Map();
  const { holders, mails, newest } = gatherKnown(records, quotes, keys);

  const reasonOf = (quote: Quote): string | null => {
    const { hunks } = keysOf(quote, keys);
    const isKnown = (hunk: number): boolean => holders.get(hunk)?.some((at) => at !== quote.mail.at) ?? false;
    if (hunks.length > 0 && hunks.every(isKnown)) return QUOTES_PATCH;
    const answered = quote.mail.references.map((id) => mails.get(id)).filter((mail): mail is MailRecord => mail !== undefined && mail !== quote.mail);
    if (answersOriginal(quote, answered, keys)) return QUOTES_PATCH;
    const revision = newest.get(quote.mail.title) ?? 0;
    return revision > quote.mail.revision ? `quotes a patch that is ${supersededBy(revision)}` : null;
  };

  const stale = new Map<Quote, string>();
  const fresh: { readonly quote: Quote; readonly hunks: number }[] = [];
  for (const quote of quotes) {
    const reason = reasonOf(quote);
    if (reason === null) fresh.push({ quote, hunks: keysOf(quote, keys).hunks.length });
    else stale.set(quote, reason);
  }
  const covered = new Set<number>();
  for (const { quote } of fresh.toSorted((a, b) => b.hunks - a.hunks || a.quote.mail.at - b.quote.mail.at)) {
    const { hunks, anonymous } = keysOf(quote, keys);
    if (hunks.length > 0 && hunks.every((key) => covered.has(key))) stale.set(quote, FULLER_QUOTE);
    for (const key of [...hunks, ...anonymous]) covered.add(key);
  }
  return stale;
}
