/** Which quoted diffs are news: those whose original isn't in the input, each once, as fully as anybody quotes it. */
import { FULLER_QUOTE, QUOTES_PATCH, supersededBy } from "./reasons.ts";
import { isPosting, type MailRecord, type PatchRecord } from "./record.ts";

export interface Quote {
  readonly mail: MailRecord;
  /** Index in `mail.patches`. */
  readonly patch: number;
}

function quotesOf(mail: MailRecord): Quote[] {
  return mail.patches.flatMap(({ carrier }, patch) => (carrier === "quoted" ? [{ mail, patch }] : []));
}

function patchOf(quote: Quote): PatchRecord {
  return quote.mail.patches[quote.patch]!;
}

/** True when a mail that the quote answers posts a patch at the same places; without readable places, of the same file. */
function answersOriginal(quote: PatchRecord, answered: readonly MailRecord[]): boolean {
  const patches = answered.flatMap((mail) => mail.patches.filter((patch) => patch.carrier !== "quoted"));
  if (quote.places.length > 0) {
    const places = new Set(patches.flatMap((patch) => patch.places));
    return quote.places.some((place) => places.has(place));
  }
  const files = new Set(patches.flatMap((patch) => patch.files));
  return quote.files.some((file) => files.has(file));
}

/** What quotes are compared with. Only what some quote may ask for is kept: an archive has millions of hunks. */
interface Known {
  /** Hunk -> mails that hold it in a patch of their own (two are enough: one may be the quoting mail). */
  readonly holders: ReadonlyMap<number, readonly number[]>;
  readonly mails: ReadonlyMap<number, MailRecord>;
  /** Title -> highest revision posted. */
  readonly newest: ReadonlyMap<number, number>;
}

function gatherKnown(records: readonly MailRecord[], quotes: readonly Quote[]): Known {
  const hunksAsked = new Set(quotes.flatMap((quote) => patchOf(quote).hunks));
  const idsAsked = new Set(quotes.flatMap((quote) => quote.mail.references));
  const titlesAsked = new Set(quotes.map((quote) => quote.mail.title));
  const holders = new Map<number, number[]>();
  const mails = new Map<number, MailRecord>();
  const newest = new Map<number, number>();
  for (const mail of records) {
    if (idsAsked.has(mail.id)) mails.set(mail.id, mail);
    for (const { carrier, hunks, anonymous } of mail.patches) {
      for (const hunk of carrier === "quoted" ? [] : [...hunks, ...anonymous]) {
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
export function findStaleQuotes(records: readonly MailRecord[]): Map<Quote, string> {
  const quotes = records.flatMap(quotesOf);
  const { holders, mails, newest } = gatherKnown(records, quotes);

  const reasonOf = (quote: Quote): string | null => {
    const patch = patchOf(quote);
    const isKnown = (hunk: number): boolean => holders.get(hunk)?.some((at) => at !== quote.mail.at) ?? false;
    if (patch.hunks.length > 0 && patch.hunks.every(isKnown)) return QUOTES_PATCH;
    const answered = quote.mail.references.map((id) => mails.get(id)).filter((mail): mail is MailRecord => mail !== undefined && mail !== quote.mail);
    if (answersOriginal(patch, answered)) return QUOTES_PATCH;
    const revision = newest.get(quote.mail.title) ?? 0;
    return revision > quote.mail.revision ? `quotes a patch that is ${supersededBy(revision)}` : null;
  };

  const stale = new Map<Quote, string>();
  const fresh: Quote[] = [];
  for (const quote of quotes) {
    const reason = reasonOf(quote);
    if (reason === null) fresh.push(quote);
    else stale.set(quote, reason);
  }
  const covered = new Set<number>();
  for (const quote of fresh.toSorted((a, b) => patchOf(b).hunks.length - patchOf(a).hunks.length || a.mail.at - b.mail.at)) {
    const { hunks, anonymous } = patchOf(quote);
    if (hunks.length > 0 && hunks.every((key) => covered.has(key))) stale.set(quote, FULLER_QUOTE);
    for (const key of [...hunks, ...anonymous]) covered.add(key);
  }
  return stale;
}
